import { byId } from "../dom.js"

const WINDOW_MS = 24_000
const BIN_MS = 60
const BINS = Math.ceil(WINDOW_MS / BIN_MS) + 4
const LOUDEST = 0.9
const REACH = 0.19 // of the height, from the middle of a lane
const EASE = 0.75
const APART = 3.6 // pixels from bar to bar, at least
const LANES = ["user", "agent"]

/**
 * The sound of the last seconds in two lanes, with what happened marked on it: turns as a line beneath, holds as a
 * shade, interruptions and tools as a line with a word. It scrolls with the time, not with the data.
 */
export class Waves {
  #canvas = byId("waves")
  #pen = this.#canvas.getContext("2d")
  #levels = { user: new Map(), agent: new Map() }
  /** @type {{lane: string, kind: string, label?: string, at: number, until?: number}[]} */
  #marks = []
  #began = 0
  #stopped = 0
  #colours = {}
  #frame = 0

  constructor() {
    new ResizeObserver(() => this.#fit()).observe(this.#canvas)
    document.addEventListener("theme", () => this.#dress())
    this.#dress()
  }

  start() {
    this.#levels = { user: new Map(), agent: new Map() }
    this.#marks = []
    this.#began = performance.now()
    this.#stopped = 0
    this.#tick()
  }

  stop() {
    this.#stopped ||= performance.now()
  }

  /** @param {"user" | "agent"} lane @param {number} peak */
  level(lane, peak) {
    const bin = Math.floor(this.#now() / BIN_MS)
    const levels = this.#levels[lane]
    levels.set(bin, Math.max(levels.get(bin) ?? 0, peak))
    levels.delete(bin - BINS)
  }

  /** @param {{lane: "user" | "agent", kind: string, label?: string}} mark */
  mark({ lane, kind, label }) {
    const [what, edge] = kind.split("-")
    if (edge === "end") this.#close(what)
    else {
      if (what === "cut") this.#close("hold")
      this.#marks.push({ lane, kind: what, label, at: this.#now(), until: edge === "begin" ? undefined : this.#now() })
    }
    while (this.#marks.length && (this.#marks[0].until ?? Infinity) < this.#now() - WINDOW_MS - 2000) this.#marks.shift()
  }

  #close(kind) {
    const open = this.#marks.findLast(mark => mark.kind === kind && mark.until === undefined)
    if (open) open.until = this.#now()
  }

  #now() {
    return (this.#stopped || performance.now()) - this.#began
  }

  #dress() {
    const style = getComputedStyle(document.documentElement)
    for (const name of ["ink", "soft", "faint", "line", "accent", "sunk", "wrong"]) {
      this.#colours[name] = style.getPropertyValue(`--${name}`).trim()
    }
    this.#font = `500 11px ${style.getPropertyValue("--text")}`
    this.#draw()
  }
  #font = ""

  #fit() {
    const scale = window.devicePixelRatio || 1
    this.#canvas.width = Math.round(this.#canvas.clientWidth * scale)
    this.#canvas.height = Math.round(this.#canvas.clientHeight * scale)
    this.#pen.setTransform(scale, 0, 0, scale, 0, 0)
    this.#draw()
  }

  #tick() {
    cancelAnimationFrame(this.#frame)
    this.#draw()
    if (!this.#stopped) this.#frame = requestAnimationFrame(() => this.#tick())
  }

  #draw() {
    const width = this.#canvas.clientWidth
    const height = this.#canvas.clientHeight
    const now = this.#began ? this.#now() : 0
    const place = at => width - ((now - at) * width) / WINDOW_MS
    const pen = this.#pen
    pen.clearRect(0, 0, width, height)
    pen.font = this.#font
    LANES.forEach((lane, index) => {
      const middle = height * (index ? 0.74 : 0.24)
      this.#shades(lane, place, middle, height, width)
      this.#line(middle, width)
      this.#bars(lane, place, middle, height * REACH, width, now)
    })
    this.#words(place, height, width)
  }

  #line(middle, width) {
    this.#pen.fillStyle = this.#colours.line
    this.#pen.fillRect(0, middle - 0.5, width, 1)
  }

  #bars(lane, place, middle, reach, width, now) {
    const pen = this.#pen
    const step = Math.ceil((APART * WINDOW_MS) / (BIN_MS * width)) // bins that share a bar where there is little room
    const bar = Math.max(1.8, ((step * BIN_MS * width) / WINDOW_MS) * 0.55)
    pen.fillStyle = lane === "user" ? this.#colours.soft : this.#colours.accent
    const last = Math.floor(now / BIN_MS / step) * step
    for (let bin = Math.max(0, last - Math.ceil(BINS / step) * step); bin < last; bin += step) {
      let level = 0
      for (let one = bin; one < bin + step; one++) level = Math.max(level, this.#levels[lane].get(one) ?? 0)
      if (level < 0.004) continue
      const half = Math.max(1, reach * Math.min(1, level / LOUDEST) ** EASE)
      pen.beginPath()
      pen.roundRect(place(bin * BIN_MS), middle - half, bar, 2 * half, bar / 2)
      pen.fill()
    }
  }

  #shades(lane, place, middle, height, width) {
    const pen = this.#pen
    for (const { kind, lane: of, at, until } of this.#marks) {
      if (of !== lane) continue
      const from = place(at)
      const to = until === undefined ? width : place(until)
      if (kind === "turn") {
        pen.fillStyle = this.#colours.faint
        pen.fillRect(from, middle + height * (REACH + 0.02), Math.max(2, to - from), 2)
      } else if (kind === "hold") {
        pen.globalAlpha = 0.16
        pen.fillStyle = this.#colours.accent
        pen.fillRect(from, middle - height * REACH, Math.max(2, to - from), 2 * height * REACH)
        pen.globalAlpha = 1
      }
    }
  }

  #words(place, height, width) {
    const pen = this.#pen
    const marks = this.#marks.filter(({ label, at }) => label && place(at) > -80 && place(at) < width)
    marks.forEach(({ kind, label, at }, index) => {
      const x = place(at)
      const room = index + 1 < marks.length ? place(marks[index + 1].at) - x : Infinity
      const wide = pen.measureText(label).width + 10
      pen.fillStyle = kind === "cut" ? this.#colours.wrong : this.#colours.ink
      if (kind !== "hold") pen.fillRect(x - 0.5, height * 0.46, 1, height * 0.48)
      if (room < wide) return // the next word is more important
      pen.fillText(label, x + wide > width ? x - wide + 5 : x + 5, height * 0.5 + 4)
    })
  }
}
