import { Emitter } from "../client/emitter.js"
import { Turns } from "./turns.js"

/**
 * @typedef {"idle" | "connecting" | "listening" | "hearing" | "thinking" | "speaking" | "held" | "lost" | "over"} Floor
 * @typedef {{id: string, role: "user" | "agent", text: string, at: number, final: boolean, typed?: boolean,
 *   interrupted?: boolean, reply?: string, heardMs?: number, words?: {text: string, start: number}[], turn?: string}} Said
 * @typedef {{id: string, role: "tool", name: string, args: object, at: number, result?: string, wrong?: boolean}} ToolUse
 */

/**
 * What has happened in a call, folded from its events: who has the floor, what was said, what tools did. No drawing.
 * Events: "floor", "item", "heard" (an agent's item whose words light up), "mark" (`{lane, kind, label}`, for the
 * waves), "turn".
 */
export class Story extends Emitter {
  /** @type {Floor} */
  floor = "idle"
  /** @type {Map<string, Said | ToolUse>} */
  items = new Map()
  turns = new Turns()
  #speaking = ""

  constructor() {
    super()
    this.turns.on("turn", turn => this.emit("turn", turn))
  }

  /** @param {Floor} floor */
  become(floor) {
    if (this.floor === floor) return
    this.floor = floor
    this.emit("floor", floor)
  }

  /** @param {import("../client/call.js").State} state of the connection */
  state(state) {
    if (state === "connecting" || state === "lost" || state === "over") this.become(state)
    else if (state === "open") this.become("listening")
  }

  /** @param {string} text */
  typed(text) {
    this.#put({ id: `typed-${this.items.size}`, role: "user", text, at: Date.now(), final: true, typed: true })
    this.turns.typed()
    this.become("thinking")
  }

  /** @param {{direction: string, message: any}} message */
  receive({ direction, message }) {
    const handler = HANDLERS[direction === "in" ? message.type : `> ${message.type}`]
    handler?.call(this, message)
    if (direction === "in") this.turns.receive(message)
  }

  // -- the user -------------------------------------------------------------------------------

  onSpeechStarted() {
    this.emit("mark", { lane: "user", kind: "turn-begin" })
    this.become("hearing")
  }

  onSpeechStopped() {
    this.emit("mark", { lane: "user", kind: "turn-end" })
    this.become("thinking")
  }

  onUser({ item_id: id, text }, final) {
    const known = this.items.get(id)
    this.#put({ ...known, id, role: "user", text, at: known?.at ?? Date.now(), final, turn: id })
  }

  // -- the agent ------------------------------------------------------------------------------

  onReplyStarted({ reply_id: reply, item_id: id }) {
    if (this.items.has(id)) return
    this.#put({ id, role: "agent", text: "", at: Date.now(), final: false, reply, heardMs: 0, words: [], turn: this.turns.latest?.id })
  }

  onWord({ item_id: id, delta, start_ms: start }) {
    const item = this.items.get(id)
    if (!item?.words) return
    item.words.push({ text: delta, start: start ?? 0 })
    item.text += delta
    this.emit("item", item)
  }

  onAgent({ item_id: id, text, interrupted }) {
    const item = this.items.get(id)
    if (!item) return
    Object.assign(item, { text, interrupted, final: true })
    if (interrupted) item.words = undefined
    this.emit("item", item)
  }

  onDone({ reply_id: reply, status }) {
    const silent = this.#speaking !== reply
    if (status === "interrupted") this.emit("mark", { lane: "agent", kind: "cut", label: "interrupted" })
    if (status === "interrupted" && (this.floor === "speaking" || this.floor === "held")) this.become("listening")
    else if (status === "completed" && silent && this.floor === "thinking" && !this.#waits()) this.become("listening")
  }

  #waits() {
    return [...this.items.values()].some(item => item.role === "tool" && item.result === undefined)
  }

  /** @param {{reply: string, ms: number, peak: number, dry: boolean}} played what comes out of the loudspeaker now */
  heard({ reply, ms, peak, dry }) {
    this.#speaking = reply
    if (peak > 0.01) this.turns.audible()
    if (!dry && !["held", "hearing", "lost", "over"].includes(this.floor)) this.become("speaking")
    for (const item of this.items.values()) {
      if (item.reply !== reply) continue
      item.heardMs = ms
      if (item.words) this.emit("heard", item)
    }
  }

  /** The reply was played to its end. */
  playedOut() {
    if (this.floor === "speaking") this.become(this.#waits() ? "thinking" : "listening")
  }

  onHeld() {
    this.emit("mark", { lane: "agent", kind: "hold-begin", label: "held" })
    this.become("held")
  }

  onResumed() {
    this.emit("mark", { lane: "agent", kind: "hold-end" })
    this.become("speaking")
  }

  // -- tools and the rest ---------------------------------------------------------------------

  onToolCall({ call_id: id, name, arguments: args }) {
    if (this.items.has(id)) return
    this.#put({ id, role: "tool", name, args, at: Date.now() })
    this.emit("mark", { lane: "agent", kind: "tool", label: name })
  }

  onToolResult({ call_id: id, result, is_error }) {
    const item = this.items.get(id)
    if (item) this.#put({ ...item, result, wrong: is_error })
  }

  onDecision({ decision }) {
    if (decision === "drop" && this.floor === "hearing") this.become("listening")
  }

  onResumedFrom() {
    this.note("The connection came back, and the call went on")
  }

  /** @param {string} text a line between what was said */
  note(text) {
    this.emit("note", text)
  }

  #put(item) {
    this.items.set(item.id, item)
    this.emit("item", item)
  }
}

/** @type {Record<string, (this: Story, event: any) => void>} */
const HANDLERS = {
  "input.speech.started": Story.prototype.onSpeechStarted,
  "input.speech.stopped": Story.prototype.onSpeechStopped,
  "transcript.user.delta"(event) { this.onUser(event, false) },
  "transcript.user"(event) { this.onUser(event, true) },
  "reply.started": Story.prototype.onReplyStarted,
  "transcript.agent.delta": Story.prototype.onWord,
  "transcript.agent": Story.prototype.onAgent,
  "reply.done": Story.prototype.onDone,
  "reply.error"({ message }) { this.note(`The model failed: ${message}`) },
  "agent.held": Story.prototype.onHeld,
  "agent.resumed": Story.prototype.onResumed,
  "tool.call": Story.prototype.onToolCall,
  "> tool.result": Story.prototype.onToolResult,
  "turn.decision": Story.prototype.onDecision,
  "session.resumed_from": Story.prototype.onResumedFrom,
}
