// What the tools of the example agents do. The data is made up; a real agent would ask a real system.

const ARTICLES = [
  ["reset password", "Open Settings, then Security, and choose Reset password. A link comes by mail and is good for one hour."],
  ["refund money back return", "Orders can be returned within 30 days. The money is back on the card within 5 working days."],
  ["delivery shipping parcel late track", "Parcels take 2 to 4 working days. The tracking number is in the confirmation mail."],
  ["invoice bill billing receipt", "Invoices are under Account, Billing. They can be downloaded for seven years."],
  ["cancel subscription plan", "Plans can be cancelled under Account, Plan, until the last day of the month."],
]
const PRESCRIPTIONS = [
  { number: "4471", medicine: "Lisinopril 10 mg", refills_left: 2, last_filled: "three weeks ago" },
  { number: "8820", medicine: "Metformin 500 mg", refills_left: 0, last_filled: "last month" },
]
const WAITS = { billing: 2, technical: 6, sales: 1, cancellations: 4, operator: 9 }

const words = text => String(text ?? "").toLowerCase().match(/[a-z]+/g) ?? []
const number = () => String(Math.floor(10_000 + Math.random() * 90_000))
const kept = []

/** @type {Record<string, import("../client/tools.js").Run>} */
export const RUNS = {
  // support
  search_help({ query }) {
    const asked = words(query)
    const fits = ARTICLES.map(([about, text]) => [asked.filter(word => about.includes(word) && word.length > 3).length, text])
    const [best, text] = fits.sort((one, other) => other[0] - one[0])[0]
    return best ? { article: text } : { article: null, advice: "Nothing was found. Offer to open a ticket." }
  },
  open_ticket: ({ summary }) => ({ ticket: number(), summary, answer_within: "one working day" }),

  // prescription refill
  find_prescription({ medicine }) {
    const asked = words(medicine)
    const found = PRESCRIPTIONS.filter(({ medicine: name }) => asked.some(word => name.toLowerCase().includes(word)))
    return found.length ? { prescriptions: found } : { prescriptions: PRESCRIPTIONS, note: "None of that name; these are on file." }
  },
  request_refill({ prescription_number }) {
    const found = PRESCRIPTIONS.find(({ number }) => number === String(prescription_number).replace(/\D/g, ""))
    if (!found) throw new Error("There is no prescription of that number")
    if (!found.refills_left) return { accepted: false, reason: "No refills are left: the doctor has been asked to renew it." }
    return { accepted: true, ready: "tomorrow after ten in the morning" }
  },

  // clinical intake
  save_answer({ question, answer }) {
    kept.push({ question, answer })
    return { saved: question, answers: kept.length }
  },
  finish_intake: () => ({ sent_to: "the care team", answers: kept.splice(0).length }),

  // routing
  route_call({ department }) {
    if (!(department in WAITS)) throw new Error(`department: expected one of ${Object.keys(WAITS).join(", ")}`)
    return { department, waiting_minutes: WAITS[department] }
  },

  // sales coach
  score_pitch: ({ clarity, listening, next_step }) => ({ of_ten: Math.round((clarity + listening + next_step) / 3), recorded: true }),

  // language tutor
  note_word({ word, meaning }) {
    kept.push({ word, meaning })
    return { noted: word, words_today: kept.length }
  },
}
