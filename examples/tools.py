"""An agent with a tool, in writing: ask it something that it has to look up.

python examples/tools.py "How many loaves of rye are left?" --url ws://127.0.0.1:8080/v1/ws --key natter
"""

import argparse
import asyncio
import json
import sys

from websockets.asyncio.client import connect

SHELF = {"rye": 2, "sourdough": 11}

STOCK = {
    "type": "function",
    "name": "stock",
    "description": "How many loaves of a kind of bread are left in the shop.",
    "parameters": {
        "type": "object",
        "properties": {"item": {"type": "string", "enum": list(SHELF), "description": "The kind of bread."}},
        "required": ["item"],
    },
    "timeout_seconds": 10,
    "response_instructions": {"success": "Say how many are left, in one sentence."},
}


async def ask(question: str, url: str, key: str) -> None:
    """Print what the agent answers."""
    settings = {"input": {"type": "text"}, "output": {"type": "text"}, "tools": [STOCK]}
    async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as ws:
        await ws.send(json.dumps({"type": "session.update", "session": settings}))
        waiting = set()  # calls whose answer is not told yet
        async for message in ws:
            event = json.loads(message)
            match event["type"]:
                case "session.ready":
                    await ws.send(json.dumps({"type": "conversation.message", "role": "user", "content": question}))
                    await ws.send(json.dumps({"type": "reply.create"}))
                case "tool.call":
                    waiting.add(event["call_id"])
                    print(f"looking up {event['arguments']}")
                    result = {"loaves": SHELF[event["arguments"]["item"]]}
                    answer = {"type": "tool.result", "call_id": event["call_id"], "result": json.dumps(result)}
                    await ws.send(json.dumps(answer))
                case "transcript.agent":
                    print(event["text"])
                case "reply.done":
                    if waiting:
                        waiting.clear()  # that was the reply that called; the one that tells the result follows
                    else:
                        await ws.send(json.dumps({"type": "session.end"}))
                case "session.error" | "reply.error":
                    sys.exit(f"{event['code']}: {event['message']}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question")
    parser.add_argument("--url", default="ws://127.0.0.1:8080/v1/ws")
    parser.add_argument("--key", default="natter")
    given = parser.parse_args()
    asyncio.run(ask(given.question, given.url, given.key))
