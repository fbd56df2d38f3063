import { ask } from "../access.js"
import { clock, el, milliseconds } from "../dom.js"
import { waterfall } from "../waterfall.js"
import { Tape } from "./tape.js"
import { Words } from "./words.js"

const SCALE_MS = 800

/**
 * Show one call: its sound, what was said beside it, how long each answer took, what it used.
 *
 * @param {HTMLElement} place
 * @param {any} session as `GET /v1/sessions/{id}`
 * @returns {Promise<{close: () => void}>}
 */
export async function showCall(place, session) {
  const links = Object.fromEntries(session.artifacts.map(({ type, url }) => [type, local(url)]))
  const timeline = links.timeline ? await (await ask(links.timeline)).json() : { turns: [] }
  const turns = timeline.turns ?? []
  const tape = links.audio ? new Tape(links.audio) : null
  const words = new Words(ms => tape?.play(ms))
  tape?.on("at", ms => words.at(ms))
  place.replaceChildren(
    head(session, links),
    facts(session, turns),
    ...(tape ? [tape.element] : [el("p", { className: "hint" }, session.status === "active" ? "The call is still running." : "There is no recording of this call.")]),
    el("section", { className: "turns", aria: { label: "What was said" } }, ...story(timeline, turns, words)),
  )
  return { close: () => tape?.close() }
}

/** Links are followed through the address that this page came from. */
function local(url) {
  const there = new URL(url)
  return there.pathname + there.search
}

function head(session, links) {
  const began = new Date(session.created_at).toLocaleString(undefined, { dateStyle: "full", timeStyle: "medium" })
  const link = (href, text, download) => el("a", { className: "button quiet", href, ...(download ? { download } : { target: "_blank", rel: "noopener" }) }, text)
  return el("header", { className: "call-head" },
    el("div", {}, el("h2", {}, began), el("p", { className: "mono" }, session.id)),
    el("div", { className: "call-links" },
      links.audio && link(links.audio, "Recording", `${session.id}.ogg`),
      links.timeline && link(links.timeline, "Timeline", `${session.id}.json`),
      session.trace_url && link(session.trace_url, "Trace")))
}

function facts(session, turns) {
  const { usage, cost, duration_seconds: lasted } = session
  const waits = turns.map(wait).filter(ms => ms !== null).sort((one, other) => one - other)
  const tokens = usage?.llm.reduce((sum, { input_tokens, output_tokens }) => sum + input_tokens + output_tokens, 0)
  const all = [
    ["Length", lasted === null ? "–" : clock(lasted)],
    ["Ended by", session.public_close_reason ?? session.status],
    ["Agent", session.agent_id ?? "not stored"],
    ["Turns", String(turns.length)],
    ["Median wait", waits.length ? milliseconds(waits[Math.floor(waits.length / 2)]) : "–"],
    ["Tool calls", String(usage?.tool_calls ?? 0)],
    ["Tokens", tokens ? String(tokens) : "–"],
    ["Cost", cost ? `${cost.total.toFixed(4)} ${cost.currency}` : "no prices set"],
  ]
  return el("dl", { className: "facts" }, ...all.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))))
}

const wait = turn => turn.latency?.total_ms ?? turn.time_to_first_audio_ms

function story(timeline, turns, words) {
  const changes = (timeline.config_changes ?? []).map(change => ({ at: change.at_ms, made: el("p", { className: "change" }, `${clock(change.at_ms / 1000)} changed: ${change.changed.join(", ")}`) }))
  const blocks = turns.map(turn => ({ at: turn.user_speech_started_at_ms ?? turn.agent_reply_started_at_ms ?? 0, made: block(turn, words) }))
  return [...blocks, ...changes].sort((one, other) => one.at - other.at).map(({ made }) => made)
}

function block(turn, words) {
  const said = el("div", {},
    turn.user_transcript && utterance("user", turn.user_transcript, turn.user_speech_started_at_ms, turn.user_speech_ended_at_ms, words),
    ...(turn.tool_calls ?? []).map(tool),
    turn.agent_text && utterance("agent", turn.agent_text, turn.agent_reply_started_at_ms, turn.agent_reply_ended_at_ms, words,
      turn.status === "interrupted" ? "interrupted" : turn.trigger === "greeting" ? "greeting" : ""))
  return el("div", { className: "turn-block" }, said, latency(turn) ?? "")
}

function utterance(role, text, from, to, words, tag = "") {
  return el("article", { className: "utterance", data: { role } },
    el("header", {}, el("span", {}, role === "user" ? "Caller" : "Agent"), el("span", { className: "number" }, from === null ? "" : clock(from / 1000)),
      tag && el("span", { className: tag === "interrupted" ? "tag" : "" }, tag)),
    words.line(text, from, to))
}

function tool({ name, arguments: args, result, duration_ms: took, is_error, timed_out }) {
  const how = timed_out ? "timed out" : is_error ? "failed" : took === null ? "" : milliseconds(took)
  return el("div", { className: "tool" }, el("code", {}, `${name}(${JSON.stringify(args)})`), " → ", el("code", {}, String(result ?? "nothing")), how && ` · ${how}`)
}

function latency(turn) {
  const ledger = turn.latency
  const total = wait(turn)
  if (total === null || total === undefined || !turn.user_transcript) return null
  return el("div", {}, el("div", { className: "total" }, el("strong", {}, milliseconds(total)), el("span", {}, "until the answer")),
    ledger && waterfall([...ledger.steps, { name: "unaccounted", ms: ledger.unaccounted_ms }], Math.max(total, SCALE_MS)))
}
