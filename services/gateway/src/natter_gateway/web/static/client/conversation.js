import { Call } from "./call.js"
import { decode } from "./pcm.js"
import { Microphone } from "./microphone.js"
import { Speaker } from "./speaker.js"

const ACK_MS = 100

/**
 * A call with sound: what the microphone hears is said, what the agent says is played, and an interruption silences it.
 * Events beside those of {@link Call}: "heard" (`{reply, ms, peak}`), "played.out" (id of a reply that was heard to its
 * end), "user.level" and "agent.level" (peaks, every 20 ms), "recording.ended".
 */
export class Conversation extends Call {
  #ears = null
  #speaker = null
  #acked = 0
  #options

  /**
   * @param {ConstructorParameters<typeof Call>[0] & {microphone?: boolean, recording?: ArrayBuffer}} options
   *   `microphone: false`: typed words only; `recording`: is said instead
   */
  constructor(options = {}) {
    super(options)
    this.#options = options
    this.on("reply.audio", ({ reply_id, data }) => this.#speaker?.play(reply_id, decode(data)))
    this.on("reply.done", ({ reply_id, status }) => this.#finish(reply_id, status))
    this.on("input.speech.started", () => this.#speaker?.flush())
    this.on("state", state => state === "over" && this.#hangUp())
  }

  /** Open the microphone and the loudspeaker, then connect. Rejects with a Problem; then nothing is left open. */
  async open() {
    const { microphone = true, recording } = this.#options
    try {
      this.#speaker = await Speaker.open()
      this.#speaker.on("played", played => this.#heard(played))
      this.#speaker.on("over", reply => this.emit("played.out", reply))
      this.#speaker.on("level", level => this.emit("agent.level", level))
      if (recording) this.#ears = await Microphone.playing(recording)
      else if (microphone) this.#ears = await Microphone.open()
      this.#ears?.on("level", level => this.emit("user.level", level))
      this.#ears?.on("pcm", pcm => this.speak(pcm))
      this.#ears?.on("ended", () => this.emit("recording.ended"))
      await super.open()
    } catch (error) {
      this.#hangUp()
      throw error
    }
    return this
  }

  get muted() {
    return this.#ears?.muted ?? true
  }

  set muted(muted) {
    if (this.#ears) this.#ears.muted = muted
  }

  #finish(reply, status) {
    if (status === "interrupted") this.#speaker?.flush()
    else this.#speaker?.finish(reply)
  }

  #heard(played) {
    this.emit("heard", played)
    const now = performance.now()
    if (played.dry || now - this.#acked >= ACK_MS) {
      this.#acked = now
      this.played(played.reply, played.ms)
    }
  }

  #hangUp() {
    this.#ears?.close()
    this.#speaker?.close()
    this.#ears = this.#speaker = null
  }
}

/**
 * Start a conversation. Call it from a click: browsers play sound only then.
 *
 * @param {ConstructorParameters<typeof Conversation>[0]} options
 * @returns {Promise<Conversation>} once it can be talked to
 */
export const connect = options => new Conversation(options).open()
