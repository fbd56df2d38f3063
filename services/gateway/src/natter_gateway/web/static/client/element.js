import { Conversation } from "./conversation.js"
import { Problem } from "./problem.js"

const STYLE = `
  :host { display: inline-block; font: 500 15px/1.3 Inter, system-ui, -apple-system, "Segoe UI", sans-serif;
    --accent: var(--natter-accent, #0a6f65); --ink: var(--natter-ink, #fff) }
  button { all: unset; box-sizing: border-box; display: inline-flex; align-items: center; gap: .6em; cursor: pointer;
    padding: .7em 1.15em; border-radius: 2em; background: var(--accent); color: var(--ink); min-height: 44px }
  button:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); outline-offset: 2px }
  i { width: .6em; height: .6em; border-radius: 50%; background: currentColor; opacity: .55;
    transform: scale(calc(1 + var(--level, 0))); transition: transform 80ms linear }
  [data-state=open] i { opacity: 1 }
  p { margin: .6em .4em 0; max-width: 34ch; font-weight: 400; font-size: .9em; color: GrayText }
  p:empty { display: none }
  @media (prefers-reduced-motion: reduce) { i { transform: none } }
`
const LABELS = { new: "Talk to us", connecting: "Connecting", open: "End call", lost: "Reconnecting", over: "Talk to us" }

/**
 * `<natter-agent agent="agent_..." token-url="/token" label="Talk to Ada">`: a button that calls an agent.
 *
 * Attributes: `agent`; `token`, or `token-url` (answers `{"token": ...}`); `server` (default: where natter.js is
 * from); `label`. Property `tools`: functions that the agent may call. Events that bubble: `natter-state`,
 * `natter-transcript` (detail `{role, text}`), `natter-problem`. Its accent is the custom property `--natter-accent`.
 */
export class NatterAgent extends HTMLElement {
  static observedAttributes = ["label"]
  /** @type {Record<string, import("./tools.js").Run>} */
  tools = {}
  /** @type {Conversation | null} */
  call = null
  #button
  #text
  #note

  constructor() {
    super()
    const root = this.attachShadow({ mode: "open" })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    root.adoptedStyleSheets = [sheet]
    root.innerHTML = `<button type="button"><i></i><span></span></button><p role="status"></p>`
    this.#button = root.querySelector("button")
    this.#text = root.querySelector("span")
    this.#note = root.querySelector("p")
    this.#button.onclick = () => this.#toggle()
    this.#show("new")
  }

  attributeChangedCallback() {
    this.#show(this.call?.state ?? "new")
  }

  disconnectedCallback() {
    this.call?.end()
  }

  #toggle() {
    if (this.call && this.call.state !== "over") this.call.end()
    else this.#start()
  }

  async #start() {
    this.#note.textContent = ""
    const call = this.call = new Conversation({
      server: this.getAttribute("server") ?? undefined,
      agent: this.getAttribute("agent") ?? undefined,
      token: () => this.#token(),
      tools: this.tools,
    })
    call.on("state", state => this.#show(state))
    call.on("problem", problem => this.#complain(problem))
    call.on("agent.level", level => this.style.setProperty("--level", String(Math.min(1, level * 2))))
    call.on("transcript.user", ({ text }) => this.#tell("natter-transcript", { role: "user", text }))
    call.on("transcript.agent", ({ text }) => this.#tell("natter-transcript", { role: "agent", text }))
    try {
      await call.open()
    } catch (error) {
      this.#show("over")
      if (call.state === "new") this.#complain(error)
    }
  }

  async #token() {
    const url = this.getAttribute("token-url")
    if (!url) return this.getAttribute("token") ?? ""
    const answer = await fetch(url)
    if (!answer.ok) throw new Problem("unauthorized", `${url} answered ${answer.status}`)
    return (await answer.json()).token
  }

  #show(state) {
    this.#button.dataset.state = state
    const label = this.getAttribute("label")
    this.#text.textContent = label && (state === "new" || state === "over") ? label : LABELS[state]
    if (state !== "new") this.#tell("natter-state", state)
  }

  #complain(problem) {
    this.#note.textContent = [problem.message, problem.advice].filter(Boolean).join(". ")
    this.#tell("natter-problem", problem)
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
  }
}
