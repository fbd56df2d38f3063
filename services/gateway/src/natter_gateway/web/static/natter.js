// Talk to a Natter agent from a web page. This file is all that a page loads:
//
//     <script type="module" src="https://voice.example.com/natter.js"></script>
//     <natter-agent agent="agent_..." token-url="/my-server/token"></natter-agent>
//
// or, in a module of one's own:
//
//     import { connect } from "https://voice.example.com/natter.js"
//     const call = await connect({ token: fetchToken, agent: "agent_..." })
//     call.on("transcript.agent", ({ text }) => console.log(text))
//
// Types are in natter.d.ts beside it.
import { NatterAgent } from "./web/client/element.js"

export { Call } from "./web/client/call.js"
export { Conversation, connect } from "./web/client/conversation.js"
export { Microphone } from "./web/client/microphone.js"
export { Problem } from "./web/client/problem.js"
export { Speaker } from "./web/client/speaker.js"
export { NatterAgent }

if (!customElements.get("natter-agent")) customElements.define("natter-agent", NatterAgent)
