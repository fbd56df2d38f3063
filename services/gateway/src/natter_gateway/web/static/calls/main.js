import { askForKey, askJson, offerKey } from "../access.js"
import { byId, clock, el, settled } from "../dom.js"
import "../theme.js"
import { showCall } from "./call.js"

const PAGE = 50

/** The list of calls; the one whose id is in the address is shown beside it. */
class Calls {
  #known = []
  #cursor = ""
  #shown = null

  constructor() {
    byId("refresh").onclick = () => this.load()
    byId("more").onclick = () => this.load(this.#cursor)
    byId("status").onchange = () => this.load()
    byId("query").addEventListener("input", settled(() => this.draw(), 120))
    byId("search").onsubmit = event => {
      event.preventDefault()
      const id = byId("query").value.trim()
      if (id.startsWith("sess_")) location.hash = id
    }
    window.addEventListener("hashchange", () => this.open())
    offerKey(() => this.load())
    this.load()
    this.open()
  }

  /** @param {string} [cursor] where the list goes on; without it, from its beginning */
  async load(cursor = "") {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }), ...(byId("status").value && { status: byId("status").value }) })
    const page = await this.#try(() => askJson(`/v1/sessions?${query}`))
    if (!page) return
    this.#known = cursor ? [...this.#known, ...page.sessions] : page.sessions
    this.#cursor = page.response_metadata.next_cursor ?? ""
    this.draw()
  }

  draw() {
    const words = byId("query").value.toLowerCase().split(/\s+/).filter(Boolean)
    const fits = this.#known.filter(session => words.every(word => about(session).includes(word)))
    const current = location.hash.slice(1)
    byId("rows").replaceChildren(...fits.map(session => row(session, session.id === current)))
    if (!fits.length) byId("rows").append(el("li", { className: "none" }, this.#known.length ? "No call fits that." : "There are no calls yet. Make one in the playground."))
    byId("more").hidden = !this.#cursor
  }

  async open() {
    const id = location.hash.slice(1)
    this.draw()
    if (!id) return
    const session = await this.#try(() => askJson(`/v1/sessions/${encodeURIComponent(id)}`))
    if (!session || id !== location.hash.slice(1)) return
    this.#shown?.close()
    this.#shown = await showCall(byId("call"), session)
    byId("call").scrollTop = 0
  }

  async #try(ask) {
    byId("problem").hidden = true
    try {
      return await ask()
    } catch (error) {
      if (error.cause === "unauthorized" && (await askForKey("This gateway asks for a key."))) return this.#try(ask)
      byId("problem").hidden = false
      byId("problem").replaceChildren(el("strong", {}, error.message), error.advice, el("small", {}, error.detail ?? ""))
      return null
    }
  }
}

const when = text => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })
const about = session => [session.id, session.agent_id, session.status, session.public_close_reason, when(session.created_at)].join(" ").toLowerCase()

function row(session, current) {
  const { id, status, duration_seconds: lasted, created_at, agent_id, public_close_reason: reason } = session
  const state = status === "active" ? "running" : status === "failed" ? "failed" : (reason ?? "")
  return el("li", {}, el("a", { href: `#${id}`, ...(current ? { aria: { current: "true" } } : {}) },
    el("span", {}, when(created_at)), el("output", {}, lasted === null ? "" : clock(lasted)),
    el("small", {}, agent_id ?? id), el("small", { className: `status-${status}` }, state)))
}

new Calls()
