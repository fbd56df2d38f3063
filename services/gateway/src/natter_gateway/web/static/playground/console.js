import { byId, el, settled } from "../dom.js"

const MOST = 600
const KINDS = { session: "Session", input: "Input", transcript: "Transcript", reply: "Reply", turn: "Turn", tool: "Tools", audio: "Audio" }
const QUIET = new Set(["audio"])

/** Every message in both directions, newest first. Audio is hidden until asked for. */
export class Console {
  #list = byId("event-list")
  #hidden = new Set(QUIET)
  #kept = []
  #count = 0
  #began = performance.now()
  #text = ""

  constructor() {
    byId("event-kinds").append(...Object.entries(KINDS).map(([kind, label]) =>
      el("button", { type: "button", aria: { pressed: String(!this.#hidden.has(kind)) }, onclick: event => this.#toggle(kind, event.target) }, label)))
    byId("event-filter").addEventListener("input", settled(event => this.#filter(event.target.value), 120))
    byId("event-clear").onclick = () => this.clear()
    byId("event-copy").onclick = () => this.#copy()
    byId("events").addEventListener("toggle", () => this.#draw())
  }

  begin() {
    this.#began = performance.now()
  }

  clear() {
    this.#kept = []
    this.#count = 0
    this.#draw()
  }

  /** @param {{direction: "in" | "out", message: any}} passed */
  add({ direction, message }) {
    const entry = { direction, message, at: performance.now() - this.#began, kind: kindOf(message.type), text: "" }
    this.#kept.push(entry)
    if (this.#kept.length > MOST) this.#kept.shift()
    if (entry.kind !== "audio") byId("event-count").textContent = String(++this.#count)
    if (!byId("events").open || !this.#shows(entry)) return
    this.#list.prepend(row(entry))
    while (this.#list.children.length > MOST) this.#list.lastChild.remove()
  }

  #toggle(kind, button) {
    const hide = !this.#hidden.has(kind)
    hide ? this.#hidden.add(kind) : this.#hidden.delete(kind)
    button.setAttribute("aria-pressed", String(!hide))
    this.#draw()
  }

  #filter(text) {
    this.#text = text.trim().toLowerCase()
    this.#draw()
  }

  #shows(entry) {
    if (this.#hidden.has(entry.kind)) return false
    return !this.#text || JSON.stringify(entry.message).toLowerCase().includes(this.#text)
  }

  #draw() {
    byId("event-count").textContent = String(this.#count)
    const shown = byId("events").open ? this.#kept.filter(entry => this.#shows(entry)) : []
    this.#list.replaceChildren(...shown.reverse().map(row))
  }

  #copy() {
    const lines = this.#kept.filter(entry => this.#shows(entry)).map(({ direction, at, message }) => JSON.stringify({ direction, at_ms: Math.round(at), ...message }))
    navigator.clipboard?.writeText(lines.join("\n"))
  }
}

function kindOf(type) {
  if (type === "input.audio" || type === "reply.audio" || type === "playout.ack") return "audio"
  const family = type.split(".")[0]
  return { conversation: "transcript", agent: "turn" }[family] ?? family
}

function row({ direction, message, at }) {
  const { type, timestamp, ...rest } = message
  const button = el("button", { type: "button", aria: { expanded: "false" } }, el("b", {}, type), " ", el("span", {}, brief(rest)))
  const item = el("li", { className: type.endsWith(".error") ? "wrong" : "" },
    el("time", {}, (at / 1000).toFixed(2)), el("span", { className: direction, aria: { label: direction === "in" ? "from the server" : "to the server" }, role: "img" }, direction === "in" ? "↓" : "↑"), button)
  button.onclick = () => {
    const open = item.querySelector("pre")
    open ? open.remove() : item.append(el("pre", {}, JSON.stringify(message, short, 2)))
    button.setAttribute("aria-expanded", String(!open))
  }
  return item
}

/** What is in a message, in short: without the ids that are in every one. */
const brief = rest =>
  JSON.stringify(Object.fromEntries(Object.entries(rest).filter(([name]) => !/^(reply|item|session)_id$/.test(name))), short).slice(1, -1).slice(0, 240)
const short = (_, value) => (typeof value === "string" && value.length > 600 ? `${value.slice(0, 60)} … (${value.length} characters)` : value)
