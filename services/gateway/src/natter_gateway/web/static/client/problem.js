/**
 * What went wrong, for people: what it is, and what they can do about it.
 *
 * @typedef {"no-microphone" | "microphone-denied" | "microphone-busy" | "insecure-origin" | "no-audio" | "unauthorized"
 *   | "at-capacity" | "unreachable" | "lost" | "expired" | "refused" | "server"} Cause
 */

/** @type {Record<Cause, [string, string]>} */
const WORDS = {
  "no-microphone": ["No microphone was found", "Connect one, or type to the agent, or upload a recording."],
  "microphone-denied": [
    "The microphone is blocked",
    "Allow it for this page in the address bar and try again. Typing works without it.",
  ],
  "microphone-busy": ["The microphone cannot be opened", "Another program may be using it. Close that and try again."],
  "insecure-origin": [
    "Browsers give the microphone only to secure pages",
    "Open this page over https, or as http://localhost on the same machine. Typing works here too.",
  ],
  "no-audio": ["This browser cannot play or record here", "Natter needs AudioWorklet: any browser since 2021 has it."],
  unauthorized: ["The key was not accepted", "Enter one of the keys that this gateway was started with."],
  "at-capacity": ["All lines are busy", "The server takes no more calls at the moment. Try again in a little while."],
  unreachable: ["The server does not answer", "Check that Natter is running and that the network is there."],
  lost: ["The connection was lost", "It could not be restored in time. Start a new call."],
  expired: ["The call is over", "It had reached its longest duration, or nobody had spoken for a long time."],
  refused: ["The server did not accept that", ""],
  server: ["The server has a problem", "Its log says more. Try again."],
}

/** @type {Record<string, Cause>} */
const CAUSES = {
  unauthorized: "unauthorized",
  at_capacity: "at-capacity",
  concurrency_exceeded: "at-capacity",
  session_expired: "expired",
  session_not_found: "lost",
  internal_error: "server",
}

export class Problem extends Error {
  /**
   * @param {Cause} cause
   * @param {string} [detail] what the server or the browser says
   */
  constructor(cause, detail = "") {
    super(WORDS[cause][0])
    this.name = "Problem"
    /** @type {Cause} */
    this.cause = cause
    this.advice = WORDS[cause][1]
    this.detail = detail
  }

  /** @param {{code: string, message: string, param?: string | null}} event a `session.error` */
  static of({ code, message }) {
    return new Problem(CAUSES[code] ?? "refused", message)
  }

  /** @param {unknown} error what `getUserMedia` threw */
  static ofMicrophone(error) {
    const name = error instanceof Error ? error.name : ""
    const detail = error instanceof Error ? error.message : String(error)
    if (name === "NotFoundError" || name === "OverconstrainedError") return new Problem("no-microphone", detail)
    if (name === "NotAllowedError" || name === "SecurityError") return new Problem("microphone-denied", detail)
    return new Problem("microphone-busy", detail)
  }
}
