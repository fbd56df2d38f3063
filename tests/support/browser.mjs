// Runs the script of a page without a browser: just as much of one as the page uses. For tests.
//
//     node --experimental-websocket browser.mjs PAGE QUERY
//
// A tone is said once the greeting was played; prints what the page shows, and how much it has played.
import { readFileSync } from "node:fs"

const [page, query] = process.argv.slice(2)
const script = readFileSync(page, "utf8").match(/<script id="app">([\s\S]*?)<\/script>/)[1]
const lines = []
let played = 0
let stopped = 0
let worklet = null

class Context {
  currentTime = 0
  destination = {}
  audioWorklet = { addModule: async () => {} }
  createBuffer(_, length, rate) {
    return { duration: length / rate, copyToChannel: samples => { played += samples.length / rate } }
  }
  createBufferSource() { return { connect() {}, start() {}, stop() { stopped++ } } }
  createMediaStreamSource() { return { connect() {} } }
}

const button = {}
const said = { appendChild(line) { lines.push(line); return line } }
Object.assign(globalThis, {
  location: { search: query },
  document: {
    getElementById: id => ({ talk: button, said })[id] ?? lines.find(line => line.id === id) ?? null,
    createElement: () => ({}),
  },
  AudioContext: Context,
  AudioWorkletNode: class { constructor() { worklet = this; this.port = {} } },
})
Object.defineProperty(globalThis, "navigator", {
  value: { mediaDevices: { getUserMedia: async () => ({}) } },
  configurable: true,
})
new Function(script)()
await button.onclick()

const CHUNK = 480
let toSay = 0
let position = 0
const agentLines = () => lines.filter(line => line.textContent.startsWith("agent: ")).length
const began = Date.now()
setInterval(() => {
  if (agentLines() === 1 && position === 0) toSay = 24000
  for (let due = 0; due < 2; due++) {
    const loud = toSay > 0
    const samples = Float32Array.from({ length: CHUNK }, (_, i) => loud ? 0.3 * Math.sin((position + i) / 20) : 0)
    if (loud) { toSay -= CHUNK; position += CHUNK }
    worklet.port.onmessage?.({ data: samples })
  }
  if (agentLines() >= 2 || Date.now() - began > 40000) {
    console.log(JSON.stringify({ lines: lines.map(line => line.textContent), played, stopped }))
    process.exit(0)
  }
}, 40)
