// Runs before anything is painted, so that no page flashes in the other theme: a plain script in the head.
const kept = localStorage.getItem("natter.theme")
const dark = kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
document.documentElement.dataset.theme = dark ? "dark" : "light"
