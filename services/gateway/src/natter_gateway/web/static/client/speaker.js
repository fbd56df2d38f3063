import { Emitter } from "./emitter.js"
import { RATE, toFloat } from "./pcm.js"
import { Problem } from "./problem.js"

const WORKLET = new URL("./worklets/player.js", import.meta.url)

/**
 * Plays replies. Events: "played" (`{reply, ms, peak, dry}`, every 20 ms while
 * something plays, and when nothing is left to play: `dry`), "level" (the peak, always),
 * "over" (id of a reply that was played to its end).
 */
export class Speaker extends Emitter {
  #context
  #node

  /** @throws {Problem} */
  static async open() {
    if (!window.AudioWorkletNode) throw new Problem("no-audio")
    const speaker = new Speaker()
    const context = speaker.#context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" })
    await context.audioWorklet.addModule(WORKLET)
    speaker.#node = new AudioWorkletNode(context, "natter-player", { numberOfInputs: 0, outputChannelCount: [1] })
    speaker.#node.port.onmessage = ({ data }) => speaker.#hear(data)
    speaker.#node.connect(context.destination)
    await context.resume()
    return speaker
  }

  #hear({ over, reply, played, peak, running, dry }) {
    if (over) return this.emit("over", over)
    this.emit("level", peak)
    if (reply && running) this.emit("played", { reply, ms: (played * 1000) / RATE, peak, dry })
  }

  /** @param {string} reply @param {Int16Array} pcm */
  play(reply, pcm) {
    const samples = toFloat(pcm)
    this.#node.port.postMessage({ reply, samples }, [samples.buffer])
  }

  /** @param {string} reply nothing more of it will come */
  finish(reply) {
    this.#node.port.postMessage({ reply, samples: new Float32Array(0), end: true })
  }

  /** Drop what is queued. */
  flush() {
    this.#node.port.postMessage({ flush: true })
  }

  close() {
    this.#context.close()
  }
}
