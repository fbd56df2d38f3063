import { RATE } from "./pcm.js"

const KEPT = 30 * RATE

/** The newest 30 s of what was said, so that what a lost connection swallowed can be said again. */
export class Sent {
  /** @type {Int16Array[]} */
  #pieces = []
  #first = 0
  /** Samples said so far; also the position of the next one. */
  total = 0

  /** @param {Int16Array} pcm */
  add(pcm) {
    this.#pieces.push(pcm)
    this.total += pcm.length
    while (this.#pieces.length && this.total - this.#first > KEPT) this.#first += this.#pieces.shift().length
  }

  /**
   * @param {number} sample
   * @returns {Int16Array[]} what was said from there on, as far as it is still known
   */
  from(sample) {
    let at = this.#first
    return this.#pieces.flatMap(piece => {
      const skip = Math.max(0, sample - at)
      at += piece.length
      return skip < piece.length ? [piece.subarray(skip)] : []
    })
  }
}
