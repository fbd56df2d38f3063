import { Emitter } from "../client/emitter.js"
import { clock, el } from "../dom.js"

const LONGEST_DRAWN_S = 1800 // decoding takes 11 MB a minute
const APART = 3.6

/** The recording: two lanes to see, one player to hear. Events: "at" (milliseconds, while it plays). */
export class Tape extends Emitter {
  #audio = new Audio()
  #canvas = el("canvas", { role: "img", ariaLabel: "Sound of the call: the caller above, the agent below" })
  #head = el("div", { className: "head" })
  #button = el("button", { type: "button", onclick: () => this.#toggle() }, "Play")
  #position = el("input", { type: "range", min: "0", max: "0", step: "0.1", value: "0", ariaLabel: "Position in the recording" })
  #time = el("output", {}, "0:00")
  #channels = null
  #frame = 0
  #resized = new ResizeObserver(() => this.#draw())
  #dressed = () => this.#draw()

  /** @param {string} url */
  constructor(url) {
    super()
    this.#audio.src = url
    this.#audio.preload = "metadata"
    this.#audio.onloadedmetadata = () => {
      this.#position.max = String(this.#audio.duration)
      this.#show()
    }
    this.#audio.onplay = this.#audio.onpause = () => this.#follow()
    this.#audio.onseeked = () => this.#show()
    this.#position.oninput = () => (this.#audio.currentTime = Number(this.#position.value))
    const tape = el("div", { className: "tape", onclick: event => this.#seek(event) }, this.#canvas, this.#head,
      el("span", { className: "lane lane-user", aria: { hidden: "true" } }, "Caller"), el("span", { className: "lane lane-agent", aria: { hidden: "true" } }, "Agent"))
    this.element = el("section", { className: "sound", aria: { label: "Recording" } }, tape, el("div", { className: "player" }, this.#button, this.#position, this.#time))
    this.#resized.observe(this.#canvas)
    document.addEventListener("theme", this.#dressed)
    this.#load(url)
  }

  /** @param {number} ms */
  play(ms) {
    this.#audio.currentTime = ms / 1000
    this.#audio.play()
  }

  close() {
    this.#audio.pause()
    this.#audio.removeAttribute("src")
    this.#resized.disconnect()
    document.removeEventListener("theme", this.#dressed)
  }

  async #load(url) {
    const data = await (await fetch(url)).arrayBuffer()
    const context = new OfflineAudioContext(1, 1, 8000) // decodes to its own rate: enough to be looked at
    const sound = await context.decodeAudioData(data).catch(() => null)
    if (!sound || sound.duration > LONGEST_DRAWN_S) return
    this.#channels = [0, 1].map(channel => sound.getChannelData(Math.min(channel, sound.numberOfChannels - 1)))
    this.#draw()
  }

  #toggle() {
    if (this.#audio.paused) this.#audio.play()
    else this.#audio.pause()
  }

  #seek({ clientX }) {
    const box = this.#canvas.getBoundingClientRect()
    this.#audio.currentTime = ((clientX - box.left) / box.width) * (this.#audio.duration || 0)
  }

  #follow() {
    cancelAnimationFrame(this.#frame)
    this.#button.textContent = this.#audio.paused ? "Play" : "Pause"
    this.#show()
    if (!this.#audio.paused) this.#frame = requestAnimationFrame(() => this.#follow())
  }

  #show() {
    const { currentTime, duration } = this.#audio
    this.#position.value = String(currentTime)
    this.#time.textContent = `${clock(currentTime)} of ${clock(duration || 0)}`
    this.#head.style.left = `${this.#canvas.offsetLeft + (this.#canvas.clientWidth * currentTime) / (duration || 1)}px`
    this.emit("at", currentTime * 1000)
  }

  #draw() {
    const scale = window.devicePixelRatio || 1
    const width = this.#canvas.clientWidth
    const height = this.#canvas.clientHeight
    if (!width || !this.#channels) return
    Object.assign(this.#canvas, { width: width * scale, height: height * scale })
    const pen = this.#canvas.getContext("2d")
    pen.scale(scale, scale)
    const style = getComputedStyle(document.documentElement)
    this.#channels.forEach((samples, channel) => {
      pen.fillStyle = style.getPropertyValue(channel ? "--accent" : "--soft")
      this.#lane(pen, samples, height * (channel ? 0.72 : 0.28), height * 0.2, width)
    })
  }

  #lane(pen, samples, middle, reach, width) {
    const bars = Math.floor(width / APART)
    const span = samples.length / bars
    for (let bar = 0; bar < bars; bar++) {
      let most = 0
      for (let at = Math.floor(bar * span); at < (bar + 1) * span; at++) most = Math.max(most, Math.abs(samples[at]))
      const half = most < 0.004 ? 0.5 : Math.max(1, reach * Math.min(1, most / 0.9) ** 0.75)
      pen.beginPath()
      pen.roundRect(bar * APART, middle - half, APART * 0.55, 2 * half, 1)
      pen.fill()
    }
  }
}
