/** The example agents, by file: one JSON each, as `POST /v1/agents` takes it. */
export const AGENTS = {
  support: "Support",
  refill: "Refill",
  intake: "Intake",
  routing: "Routing",
  coach: "Sales coach",
  tutor: "Tutor",
}

/** @param {string} name of its file @returns {Promise<Record<string, any>>} */
export async function loadAgent(name) {
  const answer = await fetch(new URL(`../agents/${name}.json`, import.meta.url))
  return answer.json()
}
