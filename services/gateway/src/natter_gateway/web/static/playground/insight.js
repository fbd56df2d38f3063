import { byId, el, milliseconds } from "../dom.js"
import { plain, waterfall } from "../waterfall.js"

const DECISIONS = {
  wait: "Waited", go_on: "Went on listening", begin: "Began an answer, unheard", commit: "Answered", reopen: "Took the turn back",
  drop: "Let it go", hold: "Paused", resume: "Spoke on", interrupt: "Gave way",
}
const STRONG = new Set(["commit", "interrupt", "resume", "reopen"])
const EVIDENCE = { ends_sentence: "ends a sentence", log_odds: "weights" }
const SCALE_MS = 800

/** The panel that tells of one turn: where the time went, and what was decided and why. */
export class Insight {
  #turns
  #shown = null
  #follows = true

  /** @param {import("./turns.js").Turns} turns */
  constructor(turns) {
    this.show(turns)
    byId("turn-back").onclick = () => this.#step(-1)
    byId("turn-on").onclick = () => this.#step(1)
  }

  /** @param {import("./turns.js").Turns} turns of a new call */
  show(turns) {
    this.#turns = turns
    this.#shown = null
    this.#follows = true
    this.#draw()
  }

  /** @param {import("./turns.js").Turn} turn has changed */
  changed(turn) {
    if (this.#follows) this.#shown = this.#turns.latest
    if (turn === this.#shown || this.#follows) this.#draw()
  }

  /** @param {string} id of a turn */
  open(id) {
    this.#shown = this.#turns.all.find(turn => turn.id === id) ?? this.#shown
    this.#follows = this.#shown === this.#turns.latest
    this.#draw()
  }

  #step(by) {
    const turn = this.#turns.all[this.#turns.all.indexOf(this.#shown) + by]
    if (turn) this.open(turn.id)
  }

  #draw() {
    const turn = this.#shown
    const count = this.#turns.all.length
    const at = turn ? this.#turns.all.indexOf(turn) : -1
    byId("turn-number").textContent = turn ? `${at + 1} of ${count}` : "–"
    byId("turn-back").disabled = at <= 0
    byId("turn-on").disabled = at < 0 || at === count - 1
    byId("turn").replaceChildren(...(turn ? [heading(turn), ...latency(turn), ...decisions(turn)] : [nothing()]))
  }
}

const nothing = () =>
  el("p", { className: "empty" }, "After your first turn you see here where every millisecond went, and why the agent answered when it did.")

/** What the turn was; a sound that was no turn has no words. */
const heading = ({ text, decisions }) =>
  el("p", { className: "turn-text" }, text || decisions.at(-1)?.text || (decisions.length ? "A sound while the agent spoke" : ""))

/** @param {import("./turns.js").Turn} turn */
function latency(turn) {
  const { here, server } = turn
  if (!here && !server) return []
  const total = server?.total ?? here.total
  const source = server ? "by the server’s ledger" : "as this page heard it"
  const stages = server ? server.stages : here.stages
  const rows = server ? [...stages, { name: "unaccounted", ms: server.unaccounted }] : stages
  const parts = [
    el("div", { className: "total" },
      el("strong", {}, milliseconds(total)),
      el("span", {}, `from your last word to its first, ${source}`)),
    waterfall(rows, Math.max(total, SCALE_MS)),
  ]
  const more = [
    server?.ahead > 0 && `The answer was begun, unheard, ${milliseconds(server.ahead)} before that was sure.`,
    server && here && `This page heard it after ${milliseconds(here.total)}.`,
  ].filter(Boolean)
  if (more.length) parts.push(el("p", { className: "hint" }, more.join(" ")))
  return parts
}

function decisions(turn) {
  if (!turn.decisions.length) return []
  return [
    el("div", { className: "decisions" },
      el("h3", {}, "What it decided"),
      ...turn.decisions.map(decision)),
  ]
}

function decision({ decision, reason, probability, evidence = {}, presets = {} }) {
  const odds = Object.entries(evidence.log_odds ?? {})
  return el("div", { className: STRONG.has(decision) ? "decision strong" : "decision" },
    el("p", {}, el("b", {}, DECISIONS[decision] ?? plain(decision)), ` · ${reason}`),
    typeof probability === "number" && meter(probability),
    (odds.length > 0 || Object.keys(presets).length > 0) &&
      el("details", {}, el("summary", {}, "The evidence"), scales(odds), inPresets(presets)))
}

function meter(probability) {
  const percent = Math.round(100 * probability)
  return el("div", { className: "meter" },
    el("span", { className: "track", aria: { hidden: "true" } }, el("div", { className: "fill", style: { width: `${percent}%` } })),
    `${percent} % sure that you were done`)
}

/** @param {[string, number][]} odds log-odds by name; right of the middle speaks for the end of the turn */
function scales(odds) {
  const most = Math.max(1, ...odds.map(([, value]) => Math.abs(value)))
  return el("div", { className: "evidence" }, ...odds.flatMap(([name, value]) => {
    const width = (50 * Math.abs(value)) / most
    const left = value < 0 ? 50 - width : 50
    const bar = el("i", { className: value < 0 ? "against" : "", style: { left: `${left}%`, width: `${width}%` } })
    return [el("span", {}, EVIDENCE[name] ?? name.replaceAll("_", " ")), el("span", { className: "scale" }, bar),
      el("span", { className: "number" }, `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`)]
  }))
}

function inPresets(presets) {
  const waits = Object.entries(presets)
  if (!waits.length) return null
  return el("p", { className: "presets" }, `Silence that each preset would ask for: ${waits.map(([name, ms]) => `${name} ${milliseconds(ms)}`).join(", ")}`)
}
