// Samples as numbers and as text. Everything is mono, 24 kHz.

export const RATE = 24_000
const PIECE = 0x8000 // String.fromCharCode takes only so many arguments

/** @param {Float32Array} samples -1 to 1 */
export const toPcm = samples => Int16Array.from(samples, sample => Math.max(-1, Math.min(1, sample)) * 32767)

/** @param {Int16Array} pcm */
export const toFloat = pcm => Float32Array.from(pcm, sample => sample / 32768)

/** @param {Int16Array} pcm */
export function encode(pcm) {
  const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)
  let text = ""
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return btoa(text)
}

/** @param {string} base64 */
export function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0))
  return new Int16Array(bytes.buffer)
}

/** @param {ArrayLike<number>} samples -1 to 1 */
export function peak(samples) {
  let most = 0
  for (let at = 0; at < samples.length; at++) most = Math.max(most, Math.abs(samples[at]))
  return most
}
