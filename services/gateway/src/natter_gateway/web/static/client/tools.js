/**
 * The functions that an agent may call, run here.
 *
 * @typedef {(args: Record<string, any>, call: {id: string, name: string}) => any} Run
 * @typedef {{description?: string, parameters?: object, run: Run, [field: string]: any}} Tool
 */
export class Tools {
  /** @type {Map<string, Run>} */
  #runs = new Map()
  /** @type {Map<string, Promise<{result: string, is_error: boolean}>>} */
  #results = new Map()

  /** @param {Record<string, Tool | Run>} tools */
  constructor(tools = {}) {
    this.set(tools)
  }

  /** @param {Record<string, Tool | Run>} tools take the place of those before */
  set(tools) {
    this.#runs = new Map(Object.entries(tools).map(([name, tool]) => [name, typeof tool === "function" ? tool : tool.run]))
  }

  /**
   * @param {Record<string, Tool | Run>} tools
   * @returns {object[]} those that say what they take, as `session.update` wants them
   */
  static described(tools) {
    return Object.entries(tools)
      .flatMap(([name, tool]) => {
        if (typeof tool === "function") return []
        const { run, ...fields } = tool
        return [{ type: "function", name, ...fields }]
      })
  }

  /** @param {string} name */
  knows(name) {
    return this.#runs.has(name)
  }

  /**
   * Run a call once; a call that is told of again gets the same answer again.
   *
   * @param {{call_id: string, name: string, arguments: Record<string, any>}} event
   */
  answer(event) {
    const id = event.call_id
    const known = this.#results.get(id) ?? this.#run(event)
    this.#results.set(id, known)
    return known.then(({ result, is_error }) => ({ type: "tool.result", call_id: id, result, is_error }))
  }

  async #run({ call_id: id, name, arguments: args }) {
    try {
      const value = await this.#runs.get(name)(args, { id, name })
      return { result: typeof value === "string" ? value : JSON.stringify(value ?? null), is_error: false }
    } catch (error) {
      return { result: error instanceof Error ? error.message : String(error), is_error: true }
    }
  }
}
