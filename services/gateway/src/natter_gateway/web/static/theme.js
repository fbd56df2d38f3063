import { byId } from "./dom.js"

const KEPT = "natter.theme"
const SUN = "M12 7.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM12 2v2m0 16v2M2 12h2m16 0h2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4m0-14.2-1.4 1.4M6.3 17.7l-1.4 1.4"
const MOON = "M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5Z"
const system = matchMedia("(prefers-color-scheme: dark)")

/** @returns {"dark" | "light"} */
export const theme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light")

/** @param {"dark" | "light"} name */
export function setTheme(name, keep = true) {
  document.documentElement.dataset.theme = name
  if (keep) localStorage.setItem(KEPT, name)
  const button = byId("theme")
  const other = name === "dark" ? "light" : "dark"
  button.setAttribute("aria-label", `Switch to the ${other} theme`)
  button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${name === "dark" ? SUN : MOON}"/></svg>`
  document.dispatchEvent(new CustomEvent("theme"))
}

setTheme(theme(), false) // theme_first.js has chosen
system.addEventListener("change", () => localStorage.getItem(KEPT) || setTheme(system.matches ? "dark" : "light", false))
byId("theme").addEventListener("click", () => setTheme(theme() === "dark" ? "light" : "dark"))
