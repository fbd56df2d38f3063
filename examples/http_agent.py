"""A stored agent whose tool is a request that Natter makes: the shop's server runs here, for a minute.

The tool lives on this machine, so the stack must be allowed to call it: NATTER_HTTP_TOOLS_PRIVATE=yes natter up

python examples/http_agent.py "How many loaves of rye are left?" --url http://127.0.0.1:8080 --key natter
"""

import argparse
import asyncio
import json
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.client import connect

SHELF = {"rye": 2, "sourdough": 11}


class Shop(BaseHTTPRequestHandler):
    """GET /stock?item=rye, for whoever knows the password."""

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer open sesame"
        item = parse_qs(urlsplit(self.path).query).get("item", [""])[0]
        print(f"asked for {item!r}, call {self.headers['Idempotency-Key']}", flush=True)
        self.send_response(200 if known and item in SHELF else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"loaves": SHELF.get(item)}).encode())


def api(method: str, url: str, key: str, body: dict | None = None) -> dict:
    """Return what the HTTP API answers."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=10) as answer:
        return json.loads(answer.read() or b"{}")


def agent(shop: str) -> dict:
    """Return an agent that asks the shop."""
    items = {"type": "string", "enum": list(SHELF), "description": "The kind of bread."}
    return {
        "name": "Bakery",
        "system_prompt": "You answer phones for a bakery. One sentence per turn.",
        "voice": {"voice_id": "alba"},
        "input": {"type": "text"},
        "output": {"type": "text"},
        "tools": [
            {
                "name": "stock",
                "description": "How many loaves of a kind of bread are left in the shop.",
                "parameters": {"type": "object", "properties": {"item": items}, "required": ["item"]},
                "http": {
                    "url": f"{shop}/stock",
                    "http_method": "GET",
                    "headers": [{"name": "Authorization", "value": "Bearer open sesame"}],
                },
            }
        ],
    }


async def ask(question: str, url: str, key: str, agent_id: str) -> None:
    """Print what the agent answers."""
    socket = url.replace("http", "ws", 1) + "/v1/ws"
    async with connect(socket, additional_headers={"Authorization": f"Bearer {key}"}) as ws:
        await ws.send(json.dumps({"type": "session.update", "session": {"agent_id": agent_id}}))
        calling = False
        async for message in ws:
            event = json.loads(message)
            match event["type"]:
                case "session.ready":
                    await ws.send(json.dumps({"type": "conversation.message", "role": "user", "content": question}))
                    await ws.send(json.dumps({"type": "reply.create"}))
                case "tool.call":
                    calling = True  # Natter makes it; this only tells of it
                case "transcript.agent":
                    print(event["text"], flush=True)
                case "reply.done":
                    if not calling:
                        await ws.send(json.dumps({"type": "session.end"}))
                    calling = False
                case "session.error" | "reply.error":
                    sys.exit(f"{event['code']}: {event['message']}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question")
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", default="natter")
    given = parser.parse_args()
    shop = HTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    made = api("POST", f"{given.url}/v1/agents", given.key, agent(f"http://127.0.0.1:{shop.server_port}"))
    try:
        asyncio.run(ask(given.question, given.url, given.key, made["id"]))
    finally:
        api("DELETE", f"{given.url}/v1/agents/{made['id']}", given.key)
