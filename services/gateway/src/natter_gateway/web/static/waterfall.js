import { el, milliseconds } from "./dom.js"

const STAGES = {
  // the server's ledger, in its order
  end_of_speech: "Your last sound",
  input: "Its way in",
  decision: "Sure the turn is over",
  final_text: "Last words written",
  first_token: "Model: first word",
  first_clause: "Model: first clause",
  first_audio: "Voice: first sound",
  first_sample_sent: "Its way out",
  unaccounted: "Unaccounted",
  // what the page itself can tell
  end_of_turn: "Sure the turn is over",
  reply_begun: "Reply begun",
  first_sound: "First sound heard",
}

/** A name for people. */
export const plain = name => STAGES[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("_", " ")

/**
 * Where the time went, one line a stage, each beginning where the one before ended.
 *
 * @param {{name: string, ms: number}[]} stages
 * @param {number} scale milliseconds that fill the width
 */
export function waterfall(stages, scale) {
  let begun = 0
  const told = stages.filter(({ ms }) => Math.abs(ms) >= 1) // what took no time is no news
  const rows = told.flatMap(({ name, ms }) => {
    const length = Math.max(0, ms)
    const bar = el("span", {
      className: name === "unaccounted" ? "bar unaccounted" : "bar",
      style: { left: `${(100 * begun) / scale}%`, width: `${(100 * length) / scale}%` },
    })
    begun += length
    const track = el("span", { className: "track" }, length > 0 && bar)
    return [el("dt", { title: plain(name) }, plain(name)), el("dd", {}, track, el("span", { className: "ms" }, milliseconds(ms)))]
  })
  return el("dl", { className: "waterfall" }, ...rows)
}
