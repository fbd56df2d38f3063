import { setTheme } from "../theme.js"
import { RUNS } from "./demo_runs.js"

const NAME = /^[A-Za-z0-9_-]{1,64}$/

/** The two tools that every agent here may have: they do something that can be seen. */
export const DEMO = [
  {
    type: "function",
    name: "set_theme",
    description: "Switch this page to the dark or the light theme.",
    parameters: { type: "object", properties: { theme: { type: "string", enum: ["dark", "light"] } }, required: ["theme"] },
  },
  {
    type: "function",
    name: "get_local_time",
    description: "Tell the time and the date where the user is.",
    parameters: { type: "object", properties: {} },
  },
]

const HERE = {
  set_theme({ theme }) {
    if (theme !== "dark" && theme !== "light") throw new Error("theme: expected dark or light")
    setTheme(theme)
    return { theme }
  },
  get_local_time: () => new Date().toLocaleString("en-GB", { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }),
}

/** @type {Record<string, import("../client/tools.js").Run>} every tool that this page can run, by name */
export const runs = { ...RUNS, ...HERE }

/**
 * Read the tools that somebody has written.
 *
 * @param {string} text JSON
 * @returns {object[]}
 * @throws {Error} what is wrong, and where
 */
export function readTools(text) {
  if (!text.trim()) return []
  let tools
  try {
    tools = JSON.parse(text)
  } catch (error) {
    throw new Error(`Not JSON yet: ${error.message}`)
  }
  if (!Array.isArray(tools)) throw new Error("Expected a list: [ { … } ]")
  const names = new Set()
  tools.forEach((tool, index) => {
    const where = `tools[${index}]`
    if (tool === null || typeof tool !== "object" || Array.isArray(tool)) throw new Error(`${where}: expected an object`)
    if (!NAME.test(tool.name ?? "")) throw new Error(`${where}.name: expected 1 to 64 letters, digits, _ or -`)
    if (names.has(tool.name)) throw new Error(`${where}.name: “${tool.name}” is there already`)
    names.add(tool.name)
    const { parameters } = tool
    if (parameters !== undefined && (parameters === null || typeof parameters !== "object" || Array.isArray(parameters))) {
      throw new Error(`${where}.parameters: expected a JSON Schema object`)
    }
  })
  return tools
}
