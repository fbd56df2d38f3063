import { Emitter } from "../client/emitter.js"

const LOUD = 0.02
const STRONG = new Set(["commit", "interrupt", "reopen", "resume"])
const MOST = 12

/**
 * @typedef {{name: string, ms: number}} Stage
 * @typedef {{id: string, number: number, text: string, decisions: any[], server: {total: number, stages: Stage[],
 *   unaccounted: number, ahead: number} | null, here: {total: number, stages: Stage[]} | null, ended: number, decided: number,
 *   replied: number}} Turn
 */

/**
 * The user's turns: what was decided about each, and how long its answer took, by the server's ledger (extension
 * `turn.metrics`) and by what this page heard: from the last loud sample of the microphone to the first of the answer.
 */
export class Turns extends Emitter {
  /** @type {Turn[]} */
  all = []
  #loudAt = 0
  #waiting = null
  #audible = false

  /** @returns {Turn | undefined} */
  get latest() {
    return this.all.at(-1)
  }

  /** @param {number} level of the microphone now */
  user(level) {
    if (level > LOUD) this.#loudAt = performance.now()
  }

  /** Typed words have no end that could be heard. */
  typed() {
    this.#waiting = null
  }

  /** Something of the agent came out of the loudspeaker that can be heard. */
  audible() {
    const turn = this.#waiting
    if (!turn?.replied) return
    this.#waiting = null
    const now = performance.now()
    const marks = [turn.ended, turn.decided, turn.replied, now]
    const names = ["end_of_turn", "reply_begun", "first_sound"]
    const stages = names.map((name, index) => ({ name, ms: Math.max(0, marks[index + 1] - marks[index]) }))
    turn.here = { total: now - turn.ended, stages }
    this.emit("turn", turn)
  }

  /** @param {any} event */
  receive(event) {
    if (event.type === "input.speech.stopped") this.#stopped()
    else if (event.type === "reply.started" && this.#waiting) this.#waiting.replied ||= performance.now()
    else if (event.type === "transcript.user") this.#said(event)
    else if (event.type === "turn.decision") this.#decided(event)
    else if (event.type === "turn.metrics") this.#measured(event)
  }

  #turn(id) {
    const known = this.all.find(turn => turn.id === id)
    if (known) return known
    const turn = { id, number: this.all.length + 1, text: "", decisions: [], server: null, here: null, ended: 0, decided: 0, replied: 0 }
    this.all.push(turn)
    return turn
  }

  #stopped() {
    this.#waiting = { ended: this.#loudAt || performance.now(), decided: performance.now(), replied: 0 }
  }

  #said({ item_id: id, text }) {
    const turn = this.#turn(id)
    turn.text = text
    if (this.#waiting) this.#waiting = Object.assign(turn, { ...this.#waiting, replied: 0 })
    this.emit("turn", turn)
  }

  #decided(event) {
    const turn = this.#turn(event.item_id)
    const last = turn.decisions.at(-1)
    if (last?.decision === event.decision && !STRONG.has(event.decision)) turn.decisions.pop()
    turn.decisions.push(event)
    if (turn.decisions.length > MOST) turn.decisions.shift()
    this.emit("turn", turn)
  }

  #measured({ item_id: id, total_ms: total, steps, unaccounted_ms: unaccounted, ahead_ms: ahead }) {
    const turn = this.#turn(id)
    turn.server = { total, stages: steps, unaccounted, ahead }
    this.emit("turn", turn)
  }
}
