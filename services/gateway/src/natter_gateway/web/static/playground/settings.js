import { byId, el, settled } from "../dom.js"
import { AGENTS, loadAgent } from "./agents.js"
import { DEMO, readTools } from "./toolbox.js"
import { Turntaking } from "./turntaking.js"

const LIVE_MS = 450
const PROMPT = "You are a friendly voice agent on the playground page of Natter. Answer in one or two short sentences, as one speaks."
const GREETING = "Hello! Ask me how Natter works, or tell me to switch to the dark theme."

/**
 * The form at the side: who the agent is. Everything that the protocol lets change is applied to a running call at
 * once; greeting and voice are fixed when a call begins, and the form says so.
 */
export class Settings {
  #form = byId("settings")
  #turntaking = new Turntaking(() => this.#edited())
  #onChange
  #onRestart
  #sent = null
  #agent = ""
  #started = null

  /**
   * @param {(session: object) => void} onChange a part of the configuration that a running call takes
   * @param {() => void} onRestart the user wants what takes a new call
   */
  constructor(onChange, onRestart) {
    this.#onChange = onChange
    this.#onRestart = onRestart
    this.#build()
    this.fill({ system_prompt: PROMPT, greeting: GREETING, tools: DEMO })
    this.#form.addEventListener("input", settled(() => this.#edited(), LIVE_MS))
    this.#form.addEventListener("submit", event => event.preventDefault())
  }

  /** @param {{voice_id: string, name: string, default: boolean}[]} voices */
  voices(voices) {
    const chosen = byId("voice").value
    byId("voice").replaceChildren(...[{ voice_id: "", name: "Default" }, ...voices].map(({ voice_id, name }) => el("option", { value: voice_id }, name)))
    byId("voice").value = voices.some(({ voice_id }) => voice_id === chosen) ? chosen : ""
  }

  /** @param {Record<string, any>} agent as a stored agent is written */
  fill(agent) {
    byId("prompt").value = agent.system_prompt ?? ""
    byId("greeting").value = agent.greeting ?? ""
    byId("tools").value = JSON.stringify(agent.tools ?? [], null, 2)
    byId("volume").value = String(agent.output?.volume ?? 100)
    this.#turntaking.fill(agent.input?.turn_detection ?? {})
    this.#keyterms = agent.input?.keyterms ?? null
    this.#edited()
  }
  #keyterms = null

  /** What a new call begins with; null while the tools are not right. */
  first() {
    const tools = this.#tools()
    if (!tools) return null
    const voice = byId("voice").value
    const fixed = { greeting: byId("greeting").value, output: { ...this.#live(tools).output, ...(voice ? { voice } : {}) } }
    this.#sent = this.#live(tools)
    this.#started = this.#fixed()
    return { ...this.#sent, ...fixed }
  }

  /** @param {any} event `session.updated` */
  updated({ version, effective_from_turn: turn }) {
    if (version > 1) this.#say(`Applied. Version ${version}, from turn ${turn} on`)
    else this.#say("Changes are applied as you make them")
  }

  /** @param {{message: string, param?: string | null}} event `session.error` in a running call */
  refused({ message, param }) {
    this.#say(param ? `${param}: ${message}` : message, true)
  }

  ended() {
    this.#sent = this.#started = null
    this.#say("Changes count from the next call on")
  }

  #live(tools) {
    const turn_detection = this.#turntaking.value()
    return {
      system_prompt: byId("prompt").value,
      input: { turn_detection, keyterms: this.#keyterms },
      output: { volume: Number(byId("volume").value) },
      tools,
    }
  }

  #fixed() {
    return JSON.stringify([byId("greeting").value, byId("voice").value])
  }

  #edited() {
    byId("volume-value").textContent = `${byId("volume").value} %`
    const tools = this.#tools()
    if (!tools || !this.#sent) return
    if (this.#started !== this.#fixed()) this.#say("Greeting and voice take a new call", false, true)
    const live = this.#live(tools)
    const changed = Object.entries(live).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(this.#sent[name]))
    if (!changed.length) return
    this.#sent = live
    this.#onChange(Object.fromEntries(changed))
  }

  #tools() {
    try {
      const tools = readTools(byId("tools").value)
      this.#toolError("")
      return tools
    } catch (error) {
      this.#toolError(error.message)
      return null
    }
  }

  #toolError(text) {
    byId("tools-error").textContent = text
    byId("tools").setAttribute("aria-invalid", String(Boolean(text)))
  }

  #say(text, wrong = false, restart = false) {
    const line = byId("applied")
    line.classList.toggle("wrong", wrong)
    line.replaceChildren(el("span", {}, text), ...(restart ? [el("button", { type: "button", onclick: () => this.#onRestart() }, "Restart")] : []))
  }

  async #choose(agent, button) {
    this.#agent = agent === this.#agent ? "" : agent
    for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button && this.#agent !== ""))
    this.fill(this.#agent ? await loadAgent(agent) : { system_prompt: PROMPT, greeting: GREETING, tools: DEMO })
  }

  #build() {
    const chips = Object.entries(AGENTS).map(([agent, label]) =>
      el("button", { type: "button", aria: { pressed: "false" }, data: { agent }, onclick: event => this.#choose(agent, event.target) }, label))
    this.#form.append(
      el("fieldset", {}, el("legend", {}, "Agent"),
        el("div", { className: "chips", role: "group", aria: { label: "Example agents" } }, ...chips),
        field("prompt", "Prompt", el("textarea", { id: "prompt", rows: 6, maxLength: 100_000 })),
        field("greeting", "Greeting", el("textarea", { id: "greeting", rows: 2, maxLength: 2000 })),
        field("voice", "Voice", el("select", { id: "voice" }, el("option", { value: "" }, "Default"))),
        field("volume", "Volume", el("input", { id: "volume", type: "range", min: "0", max: "100", value: "100" }), el("output", { id: "volume-value" }, "100 %"))),
      this.#turntaking.element,
      el("fieldset", {}, el("legend", {}, "Tools"),
        field("tools", "Functions that run in this page, as JSON", el("textarea", { id: "tools", className: "code", rows: 12, spellcheck: false, aria: { describedby: "tools-error" } })),
        el("p", { id: "tools-error", className: "field-error", role: "alert" })),
      el("p", { id: "applied", className: "applied", role: "status" }, "Changes are applied while you talk"),
    )
  }
}

/** A label, its control, and what stands at its end. */
export const field = (id, label, control, end) =>
  el("div", { className: "field" }, el("div", { className: "row" }, el("label", { htmlFor: id }, label), end), control)
