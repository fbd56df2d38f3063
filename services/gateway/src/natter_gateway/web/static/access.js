import { byId } from "./dom.js"
import { Problem } from "./client/problem.js"

const KEPT = "natter.key"
const key = () => sessionStorage.getItem(KEPT) ?? ""

/** Ask the gateway something, with the key that this tab has; without one where none is needed. @throws {Problem} */
export async function ask(path, options = {}) {
  const headers = { ...(key() ? { Authorization: `Bearer ${key()}` } : {}), ...options.headers }
  let answer
  try {
    answer = await fetch(path, { ...options, headers })
  } catch (error) {
    throw new Problem("unreachable", String(error))
  }
  if (answer.ok) return answer
  const body = await answer.json().catch(() => ({}))
  if (answer.status === 401 || body.code === "unauthorized" || body.param === "authorization") {
    throw new Problem("unauthorized", body.message)
  }
  throw new Problem(answer.status >= 500 ? "server" : "refused", body.message ?? `The server answered ${answer.status}`)
}

export const askJson = async (path, options) => (await ask(path, options)).json()

/** A token that opens a socket during the next minute. @throws {Problem} */
export const token = async () => (await askJson("/v1/token?expires_in_seconds=60")).token

/**
 * Let the user show a key. The dialog of the page is used.
 *
 * @param {string} [wrong] what was wrong with the last one
 * @returns {Promise<boolean>} whether there is a new one
 */
export function askForKey(wrong = "") {
  const dialog = byId("key-dialog")
  const field = byId("key")
  byId("key-error").textContent = wrong
  field.value = key()
  dialog.returnValue = ""
  dialog.showModal()
  return new Promise(resolve =>
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "use"
      if (given) sessionStorage.setItem(KEPT, field.value.trim())
      resolve(given)
    }, { once: true }),
  )
}

/** Let the page's button open the dialog; `then` runs when there is a new key. */
export function offerKey(then) {
  byId("key-form").addEventListener("submit", event => {
    event.preventDefault()
    byId("key-dialog").close("use")
  })
  byId("key-cancel").addEventListener("click", () => byId("key-dialog").close(""))
  byId("key-open").addEventListener("click", async () => (await askForKey()) && then())
}
