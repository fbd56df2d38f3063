import { Emitter } from "./emitter.js"
import { peak, RATE, toPcm } from "./pcm.js"
import { Problem } from "./problem.js"

const WORKLET = new URL("./worklets/capture.js", import.meta.url)
const WISHES = { echoCancellation: true, noiseSuppression: false, autoGainControl: false, channelCount: 1 }

/**
 * What the user says: a microphone, or a recording in its place. Events: "pcm" (20 ms, 24 kHz), "level" (its peak),
 * "ended" (the recording is over; silence follows).
 */
export class Microphone extends Emitter {
  muted = false
  #context
  #node
  #source
  #stream = null

  /** Open the microphone. @throws {Problem} */
  static async open() {
    if (!window.isSecureContext || !navigator.mediaDevices) throw new Problem("insecure-origin")
    let stream
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: WISHES })
    } catch (error) {
      throw Problem.ofMicrophone(error)
    }
    return new Microphone().#start(stream)
  }

  /** @param {ArrayBuffer} recording a WAV file, or whatever else the browser can decode. @throws {Problem} */
  static async playing(recording) {
    return new Microphone().#start(null, recording)
  }

  async #start(stream, recording) {
    this.#stream = stream
    try {
      await this.#begin(RATE, recording)
    } catch (error) {
      if (!stream || error instanceof Problem) throw error
      this.#context?.close()
      await this.#begin(undefined) // a browser that takes a microphone only at the microphone's own rate
    }
    return this
  }

  async #begin(sampleRate, recording) {
    if (!window.AudioWorkletNode) throw new Problem("no-audio")
    const context = this.#context = new AudioContext({ sampleRate })
    await context.audioWorklet.addModule(WORKLET)
    this.#node = new AudioWorkletNode(context, "natter-capture", {
      numberOfOutputs: 1, channelCount: 1, channelCountMode: "explicit",
    })
    this.#node.port.onmessage = ({ data }) => this.#take(data)
    this.#node.connect(context.destination) // it puts out nothing, but would not run unconnected
    this.#source = this.#stream ? context.createMediaStreamSource(this.#stream) : await this.#recording(recording)
    this.#source.connect(this.#node)
    await context.resume()
  }

  async #recording(data) {
    const source = this.#context.createBufferSource()
    try {
      source.buffer = await this.#context.decodeAudioData(data)
    } catch {
      throw new Problem("refused", "This file holds no sound that the browser can read; try a WAV file.")
    }
    const silence = this.#context.createConstantSource() // a recording is followed by silence, as speech is
    silence.offset.value = 0
    silence.connect(this.#node)
    silence.start()
    source.onended = () => this.emit("ended")
    source.start(this.#context.currentTime + 0.3)
    return source
  }

  #take(samples) {
    if (this.muted) samples.fill(0)
    this.emit("level", peak(samples))
    this.emit("pcm", toPcm(samples))
  }

  close() {
    this.#stream?.getTracks().forEach(track => track.stop())
    this.#context?.close()
  }
}
