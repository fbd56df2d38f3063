/** Tells whoever asked. Listeners of "*" are told of everything. */
export class Emitter {
  #listeners = new Map()

  /**
   * @param {string} name of an event, or "*"
   * @param {(value: any) => void} listener
   * @returns {() => void} call it to hear no more
   */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /**
   * @param {string} name
   * @param {any} [value]
   */
  emit(name, value) {
    for (const key of [name, "*"]) {
      for (const listener of this.#listeners.get(key) ?? []) listener(value)
    }
  }
}
