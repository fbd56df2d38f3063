/** Types of natter.js. The events are documented in /llms-full.txt. */

/** Everything the server says, by its type. */
export interface ServerEvent {
  type: string
  /** Seconds since the epoch, the server's clock. */
  timestamp: number
  [field: string]: any
}

export type State = "new" | "connecting" | "open" | "lost" | "over"

export type Cause =
  | "no-microphone" | "microphone-denied" | "microphone-busy" | "insecure-origin" | "no-audio" | "unauthorized"
  | "at-capacity" | "unreachable" | "lost" | "expired" | "refused" | "server"

/** What went wrong, for people. */
export class Problem extends Error {
  constructor(cause: Cause, detail?: string)
  readonly cause: Cause
  /** What to do about it. */
  readonly advice: string
  /** What the server or the browser says. */
  readonly detail: string
}

/** Runs a tool; what it returns (or the message of what it throws) is the result. */
export type Run = (args: Record<string, any>, call: { id: string; name: string }) => unknown

export interface Tool {
  description?: string
  /** JSON Schema of an object. */
  parameters?: object
  execution_mode?: "interactive" | "hold"
  timeout_seconds?: number
  side_effects?: boolean
  run: Run
}

export interface CallOptions {
  /** Where the gateway is; default: where natter.js comes from. */
  server?: string
  /** A temporary token, or how to get one. Never an API key on a public page. */
  token?: string | (() => string | Promise<string>)
  /** Id of a stored agent, instead of `session`. */
  agent?: string
  /** What `session.update` takes. */
  session?: Record<string, any>
  /** Functions of this page that the agent may call. A stored agent describes its tools itself: then a function is enough. */
  tools?: Record<string, Tool | Run>
}

export interface ConversationOptions extends CallOptions {
  /** false: typed words only. */
  microphone?: boolean
  /** A sound file that is said instead of the microphone. */
  recording?: ArrayBuffer
}

/** One session over a socket, without sound. */
export class Call {
  constructor(options?: CallOptions)
  readonly state: State
  /** The session's id. */
  readonly id: string
  /** The reply that is being spoken; empty: none. */
  readonly replying: string
  /** The configuration as it holds now. */
  readonly config: Record<string, any> | null
  open(): Promise<this>
  /** Events of the server by their type; "message", "state", "problem"; "*" for all. Returns how to stop listening. */
  on(name: "problem", listener: (problem: Problem) => void): () => void
  on(name: "state", listener: (state: State) => void): () => void
  on(name: "message", listener: (message: { direction: "in" | "out"; message: Record<string, any> }) => void): () => void
  on(name: string, listener: (event: any) => void): () => void
  /** 16-bit mono samples at 24 kHz, at real time. */
  speak(pcm: Int16Array): void
  update(session: Record<string, any>): void
  setTools(tools: Record<string, Tool | Run>): void
  /** As if the user had said it; a reply that is being spoken is stopped. */
  say(text: string): void
  reply(instructions?: string): void
  cancel(reply: string): void
  returnTool(callId: string, result: string, isError?: boolean): void
  played(reply: string, ms: number): void
  drop(): void
  end(): void
}

/** A call with sound. */
export class Conversation extends Call {
  constructor(options?: ConversationOptions)
  muted: boolean
}

/** Start a conversation; call it from a click. Rejects with a {@link Problem}. */
export function connect(options?: ConversationOptions): Promise<Conversation>

/** What the user says: a microphone, or a recording in its place. */
export class Microphone {
  static open(): Promise<Microphone>
  static playing(recording: ArrayBuffer): Promise<Microphone>
  muted: boolean
  on(name: "pcm", listener: (pcm: Int16Array) => void): () => void
  on(name: "level", listener: (peak: number) => void): () => void
  on(name: "ended", listener: () => void): () => void
  close(): void
}

/** Plays replies. */
export class Speaker {
  static open(): Promise<Speaker>
  on(name: "played", listener: (played: { reply: string; ms: number; peak: number; dry: boolean }) => void): () => void
  on(name: "level", listener: (peak: number) => void): () => void
  on(name: "over", listener: (reply: string) => void): () => void
  play(reply: string, pcm: Int16Array): void
  finish(reply: string): void
  flush(): void
  close(): void
}

/** `<natter-agent>`: a button that calls an agent. */
export class NatterAgent extends HTMLElement {
  tools: Record<string, Run>
  readonly call: Conversation | null
}

declare global {
  interface HTMLElementTagNameMap {
    "natter-agent": NatterAgent
  }
  interface HTMLElementEventMap {
    "natter-state": CustomEvent<State>
    "natter-transcript": CustomEvent<{ role: "user" | "agent"; text: string }>
    "natter-problem": CustomEvent<Problem>
  }
}
