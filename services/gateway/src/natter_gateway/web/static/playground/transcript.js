import { byId, clock, el } from "../dom.js"

const TRIES = ["How do you know when I am finished?", "Can I interrupt you?", "Switch to the dark theme"]
const NEAR = 80 // pixels from the end: who reads further up is left there

/** What was said, word by word. */
export class Transcript {
  #list = byId("transcript")
  #shown = new Map()
  #began = Date.now()
  #onTurn
  #onResult
  #onTry

  /**
   * @param {(turn: string) => void} onTurn the user wants to know more about a turn
   * @param {(call: string, result: string) => void} onResult the user answers a tool by hand
   * @param {(text: string) => void} onTry the user wants to ask what is suggested
   */
  constructor(onTurn, onResult, onTry) {
    this.#onTurn = onTurn
    this.#onResult = onResult
    this.#onTry = onTry
    this.clear()
  }

  clear() {
    this.#began = Date.now()
    this.#shown.clear()
    this.#list.replaceChildren(this.#empty())
  }

  #empty() {
    const tries = TRIES.map(text => el("button", { type: "button", onclick: () => this.#onTry(text) }, text))
    return el("div", { className: "empty" },
      el("p", {}, "What you and the agent say is written here, its words as you hear them."), el("div", { className: "tries" }, ...tries))
  }

  /** @param {import("./story.js").Said | import("./story.js").ToolUse} item @param {boolean} [byHand] nobody here runs this tool */
  show(item, byHand = false) {
    if (item.role === "agent" && !item.text && !item.words?.length) return
    const made = item.role === "tool" ? this.#tool(item, byHand) : this.#said(item)
    this.#place(item.id, made)
  }

  /** @param {import("./story.js").Said} item more of it was heard */
  light(item) {
    const words = this.#shown.get(item.id)?.querySelectorAll(".word:not(.heard)") ?? []
    for (const word of words) {
      if (Number(word.dataset.start) > item.heardMs) break
      word.classList.add("heard")
    }
  }

  /** @param {string} text */
  note(text) {
    this.#place(`note-${this.#shown.size}`, el("p", { className: "note" }, text))
  }

  #place(id, element) {
    const follow = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < NEAR
    this.#list.querySelector(".empty")?.remove()
    const known = this.#shown.get(id)
    if (known) known.replaceWith(element)
    else this.#list.append(element)
    this.#shown.set(id, element)
    if (follow) this.#list.scrollTop = this.#list.scrollHeight
  }

  #said(item) {
    const user = item.role === "user"
    const head = el("header", {}, el("span", {}, user ? (item.typed ? "You, typed" : "You") : "Agent"),
      el("span", { className: "quiet-tag" }, clock((item.at - this.#began) / 1000)),
      item.interrupted && el("span", { className: "tag" }, "interrupted: it remembers only this"),
      user && item.turn && item.final && el("button", { type: "button", className: "quiet to-turn", onclick: () => this.#onTurn(item.turn) }, "why now?"))
    const body = item.words ? el("p", {}, ...item.words.map(word => this.#word(word, item))) : el("p", {}, item.text || "…")
    return el("article", { className: user && !item.final ? "said partial" : "said", data: { role: item.role } }, head, body)
  }

  #word({ text, start }, item) {
    const heard = item.final && !item.interrupted ? start <= item.heardMs || item.heardMs === 0 : start <= item.heardMs
    return el("span", { className: heard ? "word heard" : "word", data: { start: String(start) } }, /\s$/.test(text) ? text : `${text} `)
  }

  #tool(item, byHand) {
    const call = el("code", {}, `${item.name}(${Object.entries(item.args).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")})`)
    const box = el("div", { className: item.wrong ? "tool wrong" : "tool" }, call)
    if (item.result !== undefined) box.append(" → ", el("code", {}, short(item.result)))
    else if (byHand) box.append(this.#form(item.id))
    else box.append(" …")
    return box
  }

  #form(call) {
    const field = el("input", { placeholder: "Its result, as text or JSON", aria: { label: "Result of the tool" } })
    const answer = event => {
      event.preventDefault()
      this.#onResult(call, field.value || "null")
    }
    return el("form", { onsubmit: answer }, field, el("button", { type: "submit" }, "Return"))
  }
}

const short = text => (text.length > 300 ? `${text.slice(0, 300)} …` : text)
