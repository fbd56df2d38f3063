import { byId } from "../dom.js"

const EVERY_MS = 700
const TRIES = 40
const LINKS = { audio: ["recording", "ogg"], timeline: ["timeline", "json"] }

/** Offer what remains of a call, as soon as it is put together. */
export async function offerRecords(session, ask) {
  for (let tries = 0; tries < TRIES; tries++) {
    await new Promise(resolve => setTimeout(resolve, EVERY_MS))
    const record = await ask(`/v1/sessions/${session}`).then(answer => answer.json()).catch(() => null)
    if (!record?.artifacts?.length) continue
    for (const { type, url } of record.artifacts) {
      if (LINKS[type]) link(...LINKS[type], session, url)
    }
    byId("view-call").href = `/calls#${session}`
    byId("downloads").hidden = false
    return
  }
}

function link(id, ending, session, url) {
  const there = new URL(url)
  byId(id).href = there.pathname + there.search // through the address that this page came from, whatever the other is
  byId(id).download = `${session}.${ending}`
}
