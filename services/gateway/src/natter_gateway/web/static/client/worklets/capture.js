// Runs on the audio thread: hands the microphone's samples to the page, 20 ms at a time, at 24 kHz.
const RATE = 24_000
const PIECE = 480

class Capture extends AudioWorkletProcessor {
  #piece = new Float32Array(PIECE)
  #filled = 0
  // Where a context runs at another rate (a browser may insist), samples are averaged over the span that each of ours
  // covers, which keeps the worst aliases away, or interpolated if ours lie closer together.
  #step = sampleRate / RATE
  #position = 0
  #before = 0

  process([[input]]) {
    if (input) this.#step === 1 ? input.forEach(sample => this.#put(sample)) : this.#resample(input)
    return true
  }

  #put(sample) {
    this.#piece[this.#filled++] = sample
    if (this.#filled < PIECE) return
    this.port.postMessage(this.#piece, [this.#piece.buffer])
    this.#piece = new Float32Array(PIECE)
    this.#filled = 0
  }

  #resample(input) {
    for (; this.#position < input.length; this.#position += this.#step) {
      const first = Math.floor(this.#position)
      if (this.#step < 1) {
        const earlier = first > 0 ? input[first - 1] : this.#before
        this.#put(earlier + (input[first] - earlier) * (this.#position - first))
      } else {
        const last = Math.min(input.length, Math.ceil(this.#position + this.#step))
        let sum = 0
        for (let at = first; at < last; at++) sum += input[at]
        this.#put(sum / (last - first))
      }
    }
    this.#position -= input.length
    this.#before = input[input.length - 1]
  }
}

registerProcessor("natter-capture", Capture)
