"""A whole client: speak a WAV file (24 kHz, 16 bit, mono), save the answer, come back if the connection drops.
python examples/client.py question.wav answer.wav ws://127.0.0.1:8080/v1/ws natter
"""

import asyncio
import base64
import json
import sys
import wave

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError


async def speak(ws: ClientConnection, pcm: bytes, sample: int) -> None:
    """Send the audio from ``sample`` on at real time (50 ms are 1200 samples), and silence after it."""
    while True:
        chunk = pcm[2 * sample : 2 * sample + 2400] or bytes(2400)
        await ws.send(json.dumps({"type": "input.audio", "audio": base64.b64encode(chunk).decode()}))
        sample += 1200
        await asyncio.sleep(0.05)


async def call(url: str, key: str, pcm: bytes) -> bytes:
    """Return the audio of the answer."""
    first = {"type": "session.update", "session": {"extensions": ["session.resumed_from"]}}
    answer = bytearray()
    while True:
        try:
            headers = {"Authorization": f"Bearer {key}"}
            async with connect(url, additional_headers=headers) as ws, asyncio.TaskGroup() as group:
                await ws.send(json.dumps(first))
                async for message in ws:
                    event = json.loads(message)
                    match event["type"]:
                        case "session.ready":
                            if first["type"] == "session.update":
                                speaking = group.create_task(speak(ws, pcm, 0))
                            first = {"type": "session.resume", "session_id": event["session_id"]}
                        case "session.resumed_from":
                            speaking = group.create_task(speak(ws, pcm, event["input_sample"]))
                        case "reply.audio":
                            answer += base64.b64decode(event["data"])
                        case "transcript.user" | "transcript.agent":
                            print(f"{event['type']}: {event['text']}")
                        case "reply.done":
                            speaking.cancel()
                            await ws.send(json.dumps({"type": "session.end"}))
                        case "session.error":
                            sys.exit(f"{event['code']}: {event['message']}")
                return bytes(answer)
        except* ConnectionClosedError:
            await asyncio.sleep(0.5)


if __name__ == "__main__":
    question, out, url, key = sys.argv[1:]
    with wave.open(question) as source, wave.open(out, "wb") as target:
        target.setparams(source.getparams())
        target.writeframes(asyncio.run(call(url, key, source.readframes(source.getnframes()))))
