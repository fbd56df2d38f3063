import { Emitter } from "./emitter.js"
import { encode } from "./pcm.js"
import { Problem } from "./problem.js"
import { Sent } from "./sent.js"
import { Tools } from "./tools.js"

export const EXTENSIONS = [
  "agent.hold", "playout.ack", "session.resumed_from", "session.version", "turn.decision", "turn.metrics",
]
const OPEN_MS = 15_000
const RESUME_MS = 28_000 // the server waits for 30 s
const PAUSES_MS = [150, 300, 600, 1000, 2000]
const CLEAN = 1000
const DROPPED = 4000 // any code but 1000 lets the session wait for us

/**
 * One session over a socket: what is said, what is heard, and how it survives a lost connection. No sound: that is
 * Microphone and Speaker, and Conversation puts the three together.
 *
 * Events: every event of the server under its own type; "message" for everything in both directions
 * (`{direction, message}`); "state"; "problem".
 *
 * @typedef {"new" | "connecting" | "open" | "lost" | "over"} State
 */
export class Call extends Emitter {
  /** @type {State} */
  state = "new"
  id = ""
  config = null
  /** The reply that is being spoken; empty: none. */
  replying = ""
  #options
  #tools
  #sent = new Sent()
  #socket = null
  #resumeToken = ""
  #lostAt = 0
  #attempt = 0
  #timer = 0
  #resuming = false
  #error = null

  /**
   * @param {object} options
   * @param {string} [options.server] where the gateway is; default: where this file comes from
   * @param {string | (() => string | Promise<string>)} [options.token] a temporary token, or how to get one
   * @param {string} [options.agent] id of a stored agent, instead of `session`
   * @param {Record<string, any>} [options.session] what `session.update` takes
   * @param {Record<string, import("./tools.js").Tool | import("./tools.js").Run>} [options.tools] run in this page
   */
  constructor(options = {}) {
    super()
    this.#options = options
    this.#tools = new Tools(options.tools)
    this.on("tool.call", event => this.#runTool(event))
  }

  /** Connect; resolves when the session can be talked to. Rejects with a {@link Problem}. */
  async open() {
    this.#become("connecting")
    const ready = new Promise((resolve, reject) => {
      const heard = [this.on("session.ready", () => settle(resolve)), this.on("problem", error => settle(reject, error))]
      const late = setTimeout(() => this.#fail(new Problem("unreachable", "no answer in time")), OPEN_MS)
      const settle = (done, value) => {
        clearTimeout(late)
        heard.forEach(off => off())
        done(value)
      }
    })
    this.#connect(this.#token(), this.#first())
    await ready
    return this
  }

  /** @param {Int16Array} pcm what the user says next, at real time */
  speak(pcm) {
    this.#sent.add(pcm)
    if (this.state === "open" && !this.#resuming) this.#send({ type: "input.audio", audio: encode(pcm) })
  }

  /** @param {Record<string, any>} session changes to the configuration, applied at once */
  update(session) {
    this.#send({ type: "session.update", session })
  }

  /** @param {Record<string, import("./tools.js").Tool | import("./tools.js").Run>} tools take the place of those before */
  setTools(tools) {
    this.#tools.set(tools)
  }

  /** @param {string} text as if the user had said it; a reply that is being spoken is stopped */
  say(text) {
    if (this.replying) this.cancel(this.replying)
    this.#send({ type: "conversation.message", role: "user", content: text })
    this.#send({ type: "reply.create" })
  }

  /** @param {string} [instructions] for this one reply */
  reply(instructions) {
    this.#send({ type: "reply.create", ...(instructions ? { instructions } : {}) })
  }

  /** @param {string} reply stop it, as an interruption would */
  cancel(reply) {
    this.#send({ type: "reply.cancel", reply_id: reply })
  }

  /** Answer a `tool.call` that no function here answers. */
  returnTool(call_id, result, is_error = false) {
    this.#send({ type: "tool.result", call_id, result, is_error })
  }

  /** @param {string} reply @param {number} ms so much of it came out of the loudspeaker */
  played(reply, ms) {
    if (this.config?.extensions?.includes("playout.ack")) {
      this.#send({ type: "playout.ack", reply_id: reply, played_ms: Math.round(ms) })
    }
  }

  /** Lose the connection, to see what happens. */
  drop() {
    this.#socket?.close(DROPPED, "dropped")
  }

  /** End the session for good. */
  end() {
    if (this.state === "open") this.#send({ type: "session.end" })
    else this.#over()
  }

  // -- the socket -----------------------------------------------------------------------------

  #become(state) {
    if (this.state !== state) {
      this.state = state
      this.emit("state", state)
    }
  }

  #first() {
    const { agent, session = {}, tools = {} } = this.#options
    const extensions = EXTENSIONS
    if (agent) return { type: "session.update", session: { agent_id: agent, extensions } }
    const described = Tools.described(tools)
    const own = described.length ? { tools: [...(session.tools ?? []), ...described] } : {}
    return { type: "session.update", session: { ...session, ...own, extensions } }
  }

  async #token() {
    const { token } = this.#options
    return typeof token === "function" ? token() : token
  }

  async #connect(token, first) {
    let shown
    try {
      shown = await token
    } catch (error) {
      return this.#fail(error instanceof Problem ? error : new Problem("unreachable", String(error)))
    }
    if (this.state === "over") return
    const url = new URL("/v1/ws", this.#options.server ?? new URL(import.meta.url).origin)
    url.protocol = url.protocol.replace("http", "ws")
    if (shown) url.searchParams.set("token", shown)
    const socket = new WebSocket(url)
    this.#socket = socket
    this.#error = null
    socket.onopen = () => this.#send(first)
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(JSON.parse(data))
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code)
  }

  #send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    this.#socket.send(JSON.stringify(message))
    this.emit("message", { direction: "out", message })
  }

  #receive(event) {
    this.emit("message", { direction: "in", message: event })
    if (event.type === "session.ready") this.#ready(event)
    else if (event.type === "session.updated") this.config = event.config
    else if (event.type === "session.resumed_from") this.#catchUp(event.input_sample)
    else if (event.type === "session.error") this.#error = event
    else if (event.type === "reply.started") this.replying = event.reply_id
    else if (event.type === "reply.done" && event.reply_id === this.replying) this.replying = ""
    this.emit(event.type, event)
    if (event.type === "session.ended") this.#over()
  }

  #ready({ session_id, resume_token, config }) {
    this.#resuming = this.state === "lost"
    this.id = session_id
    this.#resumeToken = resume_token
    this.config = config
    this.#lostAt = this.#attempt = 0
    this.#become("open")
  }

  #catchUp(sample) {
    this.#resuming = false
    for (const pcm of this.#sent.from(sample)) this.#send({ type: "input.audio", audio: encode(pcm) })
  }

  #closed(code) {
    this.#socket = null
    if (this.state === "over") return
    if (this.#error && code !== 1006 && code !== DROPPED && code !== 1012) this.#fail(Problem.of(this.#error))
    else if (code === CLEAN) this.#over()
    else if (this.id) this.#retry()
    else this.#fail(new Problem("unreachable", `the socket closed with ${code}`))
  }

  #retry() {
    this.#become("lost")
    this.#lostAt ||= Date.now()
    if (Date.now() - this.#lostAt > RESUME_MS) return this.#fail(new Problem("lost"))
    const pause = PAUSES_MS[Math.min(this.#attempt++, PAUSES_MS.length - 1)]
    this.#timer = setTimeout(
      () => this.#connect(this.#resumeToken || this.#token(), { type: "session.resume", session_id: this.id }),
      pause,
    )
  }

  #over() {
    clearTimeout(this.#timer)
    this.#become("over")
    this.#socket?.close(CLEAN)
  }

  #fail(problem) {
    if (this.state === "over") return
    this.#over()
    this.emit("problem", problem)
  }

  // -- tools ----------------------------------------------------------------------------------

  async #runTool(event) {
    if (!this.#tools.knows(event.name)) return
    this.#send(await this.#tools.answer(event))
  }
}
