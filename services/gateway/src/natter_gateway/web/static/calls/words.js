import { el } from "../dom.js"

/**
 * Words that can be clicked, each with its place in the recording. The timeline says when an utterance began and ended;
 * a word lies where its letters lie within it, which is right to about a syllable or two.
 */
export class Words {
  /** @type {{from: number, to: number, element: HTMLElement}[]} */
  #all = []
  #now = null
  #play

  /** @param {(ms: number) => void} play the recording from there */
  constructor(play) {
    this.#play = play
  }

  /** @param {string} text @param {number | null} from milliseconds @param {number | null} to */
  line(text, from, to) {
    if (from === null || to === null) return el("p", {}, text)
    const length = text.length + 1
    let letters = 0
    return el("p", {}, ...text.split(" ").flatMap(word => {
      const begin = from + ((to - from) * letters) / length
      letters += word.length + 1
      const element = el("button", { type: "button", className: "word", onclick: () => this.#play(begin) }, word)
      this.#all.push({ from: begin, to: from + ((to - from) * letters) / length, element })
      return [element, " "]
    }))
  }

  /** @param {number} ms the recording is there */
  at(ms) {
    const now = this.#all.find(({ from, to }) => from <= ms && ms < to)?.element ?? null
    if (now === this.#now) return
    this.#now?.classList.remove("now")
    now?.classList.add("now")
    this.#now = now
  }
}
