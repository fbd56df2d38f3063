/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Record<string, any>} [properties] of the element; `data`, `aria` and `style` are objects; `on...` are listeners
 * @param {...(Node | string | null | undefined | false)} children
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue
    if (name === "data") Object.assign(element.dataset, value)
    else if (name === "aria") Object.entries(value).forEach(([key, text]) => element.setAttribute(`aria-${key}`, text))
    else if (name === "style") Object.entries(value).forEach(([key, text]) => element.style.setProperty(key, text))
    else if (name in element) element[name] = value
    else element.setAttribute(name, value)
  }
  element.append(...children.filter(child => child || child === ""))
  return element
}

/** @param {string} id */
export const byId = id => document.getElementById(id)

/** @param {number} ms */
export const milliseconds = ms => (ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`)

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
}

/** Run `work` once the calls have stopped coming for a while. */
export function settled(work, ms) {
  let timer = 0
  return (...args) => {
    clearTimeout(timer)
    timer = setTimeout(() => work(...args), ms)
  }
}
