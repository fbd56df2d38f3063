import { el } from "../dom.js"

const PRESETS = { "": "Adaptive", ivr: "Menu", conversation: "Talk", clinical: "Patient" }
const SLIDERS = [
  ["min_silence", "Shortest silence", { min: 100, max: 2000, step: 50 }, "ms"],
  ["max_silence", "Longest silence", { min: 500, max: 8000, step: 100 }, "ms"],
  ["interruption_delay", "Look at an overlap for", { min: 0, max: 1000, step: 50 }, "ms"],
  ["vad_threshold", "Loudness of speech", { min: 0.1, max: 0.9, step: 0.05 }, ""],
]
const CHECKS = [
  ["interrupt_response", "Speaking over it stops it", true],
  ["eager", "Begin the answer early, unheard", true],
]

/** The part of the form about turn-taking. What is not moved is left to the server ("auto"). */
export class Turntaking {
  #stated = {}
  #onChange

  /** @param {() => void} onChange a slider was given back to the server; other changes are inputs of the form */
  constructor(onChange) {
    this.#onChange = onChange
    this.element = el("fieldset", { id: "turntaking" }, el("legend", {}, "Turn-taking"), presets(), ...SLIDERS.map(slider => this.#slider(slider)),
      ...CHECKS.map(([name, label]) => el("label", { className: "check" }, el("input", { type: "checkbox", name }), label)))
    this.element.addEventListener("input", ({ target }) => target.type === "range" && this.#state(target.name, Number(target.value)))
  }

  /** @param {Record<string, any>} wishes as `input.turn_detection` */
  fill(wishes) {
    this.#of(`[name=preset][value="${wishes.preset ?? ""}"]`).checked = true
    for (const [name, , range] of SLIDERS) {
      this.#state(name, wishes[name] ?? null)
      this.#of(`[name=${name}]`).value = String(wishes[name] ?? (range.min + range.max) / 2)
    }
    for (const [name, , usual] of CHECKS) this.#of(`[name=${name}]`).checked = wishes[name] ?? usual
  }

  /** @returns {Record<string, any>} as `input.turn_detection`: null is the server's choice */
  value() {
    const stated = Object.fromEntries(SLIDERS.map(([name]) => [name, this.#stated[name] ?? null]))
    return {
      ...stated,
      interrupt_response: this.#of("[name=interrupt_response]").checked,
      eager: this.#of("[name=eager]").checked ? null : false,
      preset: this.#of("[name=preset]:checked").value || null,
    }
  }

  #of(selector) {
    return this.element.querySelector(selector)
  }

  #slider([name, label, range, unit]) {
    const auto = el("button", { type: "button", className: "quiet", aria: { label: `${label}: let the server choose` }, onclick: () => this.#giveBack(name) }, "auto")
    const value = el("output", { name: `${name}-value` })
    return el("div", { className: "field", data: { slider: name, unit } },
      el("div", { className: "row" }, el("label", { htmlFor: name }, label), el("span", {}, value, auto)),
      el("input", { id: name, name, type: "range", ...Object.fromEntries(Object.entries(range).map(([key, number]) => [key, String(number)])) }))
  }

  #giveBack(name) {
    this.#state(name, null)
    this.#onChange()
  }

  #state(name, value) {
    this.#stated[name] = value
    const field = this.#of(`[data-slider=${name}]`)
    const { unit } = field.dataset
    field.toggleAttribute("data-auto", value === null)
    field.querySelector("output").textContent = value === null ? "auto" : `${value}${unit ? ` ${unit}` : ""} `
    field.querySelector("button").hidden = value === null
  }
}

const presets = () =>
  el("div", { className: "segments", role: "radiogroup", aria: { label: "Preset" } }, ...Object.entries(PRESETS).map(([value, label]) =>
    el("label", {}, el("input", { type: "radio", name: "preset", value }), label)))
