// Runs on the audio thread: plays what is queued, and says every 20 ms what came out of it.
const START = 1200 // samples that are waited for before a reply begins: 50 ms against jitter
const REPORT = 480

class Player extends AudioWorkletProcessor {
  /** @type {{reply: string, samples: Float32Array, end?: boolean}[]} */
  #queue = []
  #at = 0
  #queued = 0
  #running = false
  #reply = ""
  #played = 0
  #peak = 0
  #since = 0

  constructor() {
    super()
    this.port.onmessage = ({ data }) => data.flush ? this.#flush() : this.#add(data)
  }

  #add(piece) {
    this.#queue.push(piece)
    this.#queued += piece.samples.length
    if (this.#queued >= START || piece.end) this.#running = true
  }

  #flush() {
    this.#queue = []
    this.#at = this.#queued = 0
    this.#running = false
  }

  process(_, [[output]]) {
    for (let index = 0; index < output.length; index++) output[index] = this.#running ? this.#next() : 0
    this.#since += output.length
    if (this.#since >= REPORT) this.#report()
    return true
  }

  #next() {
    while (this.#queue.length) {
      const { reply, samples, end } = this.#queue[0]
      if (reply !== this.#reply) this.#begin(reply)
      if (this.#at < samples.length) return this.#play(samples[this.#at++])
      this.#queue.shift()
      this.#at = 0
      if (end) this.port.postMessage({ over: reply })
    }
    if (this.#running) this.#runDry()
    return 0
  }

  #begin(reply) {
    this.#report()
    this.#reply = reply
    this.#played = 0
  }

  #play(sample) {
    this.#played++
    this.#queued--
    this.#peak = Math.max(this.#peak, Math.abs(sample))
    return sample
  }

  #runDry() {
    this.#report(true)
    this.#running = false
  }

  #report(dry = false) {
    this.port.postMessage({ reply: this.#reply, played: this.#played, peak: this.#peak, running: this.#running, dry })
    this.#peak = this.#since = 0
  }
}

registerProcessor("natter-player", Player)
