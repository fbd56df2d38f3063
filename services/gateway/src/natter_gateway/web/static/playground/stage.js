import { byId, clock, el } from "../dom.js"

const FLOORS = {
  idle: ["Ready when you are", "Press the button and speak. Or type, or play it a recording."],
  connecting: ["Connecting", "One moment."],
  listening: ["Listening", "Say something, or interrupt whenever you like."],
  hearing: ["You are speaking", "It waits until you are done."],
  thinking: ["Thinking", "Your turn is over; the answer is on its way."],
  speaking: ["The agent is speaking", "Just speak to interrupt it."],
  held: ["Held", "It heard something, and pauses until it knows whether you mean it."],
  lost: ["Reconnecting", "The connection is gone. The call goes on where it was."],
  over: ["The call is over", "Press the button for another one."],
}

/** The head of the page: the button, who has the floor, how long the call lasts, and what went wrong. */
export class Stage {
  #timer = 0
  #story = null

  constructor() {
    this.#show("idle")
  }

  /** @param {import("./story.js").Story} story @param {import("../client/conversation.js").Conversation} call */
  begin(story, call) {
    clearInterval(this.#timer)
    const began = Date.now()
    const tick = () => (byId("clock").textContent = clock((Date.now() - began) / 1000))
    tick()
    this.#timer = setInterval(tick, 500)
    byId("problem").hidden = true
    byId("downloads").hidden = true
    byId("mute").setAttribute("aria-pressed", "false")
    this.#story = story
    story.on("floor", floor => story === this.#story && this.#show(floor))
    call.on("state", state => state === "over" && story === this.#story && clearInterval(this.#timer))
  }

  /** @param {import("../client/problem.js").Problem} problem */
  complain(problem) {
    byId("problem").hidden = false
    byId("problem").replaceChildren(el("strong", {}, problem.message), problem.advice ?? "",
      ...(problem.detail ? [el("small", {}, problem.detail)] : []))
  }

  #show(floor) {
    const [name, hint] = FLOORS[floor]
    const live = !["idle", "over"].includes(floor)
    document.body.dataset.floor = floor
    byId("floor").textContent = name
    byId("floor-hint").textContent = hint
    byId("talk").toggleAttribute("data-live", live)
    byId("talk-label").textContent = live ? "End the call" : "Start talking"
    byId("mute").disabled = byId("drop").disabled = !live || floor === "connecting"
  }
}
