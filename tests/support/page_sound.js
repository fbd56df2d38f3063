// Runs in a page before its own scripts. Gives it a microphone that says what a test wants, and keeps what it plays.
(() => {
  let mouth = null // the context that speaks, and the stream that the page takes for a microphone
  const recorders = []

  const open = () => {
    if (!mouth) {
      const context = new AudioContext({ sampleRate: 48_000 })
      mouth = { context, out: context.createMediaStreamDestination() }
    }
    return mouth
  }
  if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => open().out.stream.clone()

  /** Say a sound file; resolves when it is over. */
  window.say = async base64 => {
    const { context, out } = open()
    await context.resume()
    const source = context.createBufferSource()
    source.buffer = await context.decodeAudioData(Uint8Array.from(atob(base64), c => c.charCodeAt(0)).buffer)
    source.connect(out)
    await new Promise(done => { source.onended = done; source.start() })
  }

  /** Everything that goes to a loudspeaker goes to a recorder too. */
  const connect = AudioNode.prototype.connect
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && this.numberOfInputs === 0) {
      const tap = this.context.createMediaStreamDestination()
      connect.call(this, tap)
      const recorder = new MediaRecorder(tap.stream)
      const pieces = []
      recorder.ondataavailable = ({ data }) => pieces.push(data)
      recorder.start(200)
      recorders.push(async () => {
        if (recorder.state !== "inactive") await new Promise(done => { recorder.onstop = done; recorder.stop() })
        return new Blob(pieces).arrayBuffer()
      })
    }
    return connect.call(this, target, ...rest)
  }

  /** Return what the newest loudspeaker played: base64 of 16-bit samples at 24 kHz. */
  window.played = async () => {
    const context = new OfflineAudioContext(1, 1, 24_000)
    const sound = await context.decodeAudioData(await recorders.at(-1)())
    const pcm = Int16Array.from(sound.getChannelData(0), sample => Math.max(-1, Math.min(1, sample)) * 32767)
    let text = ""
    const bytes = new Uint8Array(pcm.buffer)
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768))
    return btoa(text)
  }
})()
