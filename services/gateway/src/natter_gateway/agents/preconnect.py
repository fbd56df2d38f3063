"""What an agent's own server is asked before a call begins: it may change the greeting, or refuse the call.

At most two requests, one after the other, each with at most 800 ms. Whatever goes wrong with one counts as if it
had not been made: a call is never lost to a slow server.
"""

from __future__ import annotations

import logging
from typing import Annotated, Final

import httpx
from pydantic import BaseModel, Field, ValidationError

from natter_gateway.agents.document import PreConnect
from natter_runtime import outside
from natter_runtime.addresses import Forbidden
from natter_runtime.seal import SealBroken, Sealer, SecretMissing

log = logging.getLogger(__name__)

MAX_ANSWER: Final = 8192


class Facts(BaseModel):
    """What the server is told of the call. The numbers are those of a phone call; a socket has none."""

    agent_id: str
    session_id: str
    direction: str = "inbound"
    caller_number: str | None = None
    dialed_number: str | None = None


class Verdict(BaseModel):
    """What the server may answer; other fields are ignored."""

    reject: bool = False
    greeting: Annotated[str | None, Field(max_length=2000)] = None


async def ask(client: httpx.AsyncClient, sealer: Sealer, requests: list[PreConnect], facts: Facts) -> Verdict:
    """Make ``requests`` in their order and return what they come to; a refusal is not asked about again."""
    greeting: str | None = None
    for request in requests:
        verdict = await _one(client, sealer, request, facts)
        if verdict.reject:
            return verdict
        greeting = greeting if verdict.greeting is None else verdict.greeting
    return Verdict(greeting=greeting)


async def _one(client: httpx.AsyncClient, sealer: Sealer, request: PreConnect, facts: Facts) -> Verdict:
    host = httpx.URL(request.url).host
    try:
        headers = {header.name: sealer.open(header.sealed) for header in request.headers}
        known = facts.model_dump(exclude_none=True)
        if request.http_method in ("GET", "DELETE"):
            url = httpx.URL(request.url).copy_merge_params(known)
            made = client.build_request(request.http_method, url, headers=headers)
        else:
            made = client.build_request(request.http_method, request.url, headers=headers, json=facts.model_dump())
        timeout_s = request.timeout_ms / 1000
        answer = await outside.call(client, made, timeout_s=timeout_s, max_bytes=MAX_ANSWER)
    except (Forbidden, httpx.TransportError, TimeoutError) as error:
        log.warning("pre-connect request to %s: %s", host, outside.reason(error))
        return Verdict()
    except (SealBroken, SecretMissing) as error:
        log.warning("pre-connect request to %s was not made: its headers cannot be opened: %s", host, error)
        return Verdict()
    if not answer.ok or answer.cut:
        log.warning("pre-connect request to %s: status %d%s", host, answer.status, ", too long" if answer.cut else "")
        return Verdict()
    try:
        return Verdict.model_validate_json(answer.body) if answer.body.strip() else Verdict()
    except ValidationError:
        log.warning("pre-connect request to %s: the answer is not what was expected", host)
        return Verdict()
