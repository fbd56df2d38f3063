import { ask, askForKey, askJson, offerKey, token } from "../access.js"
import { Conversation } from "../client/conversation.js"
import { Problem } from "../client/problem.js"
import { byId } from "../dom.js"
import "../theme.js"
import { Console } from "./console.js"
import { Insight } from "./insight.js"
import { offerRecords } from "./records.js"
import { Settings } from "./settings.js"
import { Stage } from "./stage.js"
import { Story } from "./story.js"
import { runs } from "./toolbox.js"
import { Transcript } from "./transcript.js"
import { Waves } from "./waves.js"

/** The page: one call at a time, and the panels that show it. */
class Playground {
  call = null
  story = new Story()
  stage = new Stage()
  waves = new Waves()
  console = new Console()
  insight = new Insight(this.story.turns)
  transcript = new Transcript(turn => this.insight.open(turn), (id, result) => this.call?.returnTool(id, result), text => this.say(text))
  settings = new Settings(changed => this.call?.update(changed), () => this.restart())

  constructor() {
    byId("talk").onclick = () => (this.live ? this.call.end() : this.start())
    byId("mute").onclick = () => this.mute()
    byId("drop").onclick = () => this.call?.drop()
    byId("upload").onchange = ({ target }) => this.play(target)
    byId("type").onsubmit = event => this.type(event)
    document.addEventListener("keydown", event => this.key(event))
    window.addEventListener("pagehide", () => this.call?.end())
    offerKey(() => this.loadVoices())
    this.loadVoices()
  }

  get live() {
    return this.call !== null && this.call.state !== "over"
  }

  async loadVoices() {
    try {
      this.settings.voices((await askJson("/v1/voices")).voices)
    } catch (error) {
      if (error.cause !== "unauthorized") this.stage.complain(error) // a key is asked for when it is needed
    }
  }

  /** @param {{microphone?: boolean, recording?: ArrayBuffer}} [sound] @returns whether there is a call */
  async start(sound = {}) {
    if (this.live) this.call.end()
    const session = this.settings.first()
    if (!session) return this.stage.complain(new Problem("refused", "The tools are not right yet: see the message beside them."))
    const call = this.call = new Conversation({ ...sound, session, tools: runs, token })
    this.show(call)
    try {
      await call.open()
      return true
    } catch (error) {
      await this.failed(call, error, sound)
      return false
    }
  }

  async failed(call, error, sound) {
    if (call !== this.call) return
    call.end()
    this.story.become("idle")
    this.stage.complain(error)
    if (error.cause === "unauthorized" && (await askForKey("This gateway asks for a key."))) await this.start(sound)
  }

  restart() {
    return this.start()
  }

  /** Let the panels follow a new call. */
  show(call) {
    const story = this.story = new Story()
    this.stage.begin(story, call)
    this.transcript.clear()
    this.insight.show(story.turns)
    this.waves.start()
    this.console.begin()
    story.become("connecting")
    story.on("item", item => this.transcript.show(item, !(item.name in runs)))
    story.on("heard", item => this.transcript.light(item))
    story.on("note", text => this.transcript.note(text))
    story.on("turn", turn => this.insight.changed(turn))
    story.on("mark", mark => this.waves.mark(mark))
    call.on("message", passed => this.pass(passed, call, story))
    call.on("state", state => this.turned(state, call, story))
    call.on("heard", played => story.heard(played))
    call.on("played.out", () => story.playedOut())
    call.on("user.level", level => (this.waves.level("user", level), story.turns.user(level)))
    call.on("agent.level", level => this.waves.level("agent", level))
    call.on("recording.ended", () => story.note("The recording is over"))
    call.on("problem", problem => this.call === call && this.stage.complain(problem))
  }

  pass(passed, call, story) {
    this.console.add(passed)
    story.receive(passed)
    const { type } = passed.message
    if (call !== this.call) return // one that is just ending, while another has begun
    if (type === "session.updated") this.settings.updated(passed.message)
    else if (type === "session.error" && this.call.state === "open") this.settings.refused(passed.message)
  }

  turned(state, call, story) {
    story.state(state)
    if (state === "lost") story.note("The connection is gone; the call waits")
    if (state !== "over" || call !== this.call) return
    this.waves.stop()
    this.settings.ended()
    if (call.id) offerRecords(call.id, ask)
  }

  mute() {
    this.call.muted = !this.call.muted
    byId("mute").setAttribute("aria-pressed", String(this.call.muted))
  }

  async play(input) {
    const [file] = input.files
    if (file) await this.start({ recording: await file.arrayBuffer() })
    input.value = ""
  }

  async type(event) {
    event.preventDefault()
    const text = byId("typed").value.trim()
    if (text && (await this.say(text))) byId("typed").value = ""
  }

  /** Say something in writing; begins a call without a microphone if there is none. */
  async say(text) {
    if (!this.live && !(await this.start({ microphone: false }))) return false
    this.story.typed(text)
    this.call.say(text)
    return true
  }

  /** Space talks or ends, M mutes, D drops, / types, E opens the events; Escape leaves a field. */
  key(event) {
    const { target } = event
    if (event.ctrlKey || event.metaKey || event.altKey || byId("key-dialog").open) return
    if (target.matches("input, textarea, select")) {
      if (event.key === "Escape") target.blur()
      return
    }
    if (target.matches("button, a, summary, label") && event.key === " ") return
    const press = { " ": "talk", m: "mute", d: "drop" }[event.key]
    if (press) byId(press).click()
    else if (event.key === "/") byId("typed").focus()
    else if (event.key === "e") byId("events").open = !byId("events").open
    else return
    event.preventDefault()
  }
}

export const playground = new Playground()
