"""Tools that the platform calls itself: requests to servers of users (rule R8).

A call is made once its ``tool.called`` is stored, and at most once: a worker that takes over a call whose answer
it does not know repeats it only where HTTP says that this does no harm. ``Idempotency-Key`` is the id of the call,
so that a server can tell a repeat in any case.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from natter_protocol.settings import HttpCall, Tool
from natter_protocol.tool import ToolOutcome
from natter_runtime import outside
from natter_runtime.addresses import Forbidden
from natter_runtime.outside import Answer
from natter_runtime.seal import SealBroken, Sealer, SecretMissing

log = logging.getLogger(__name__)

MAX_ANSWER: Final = 8192
"""Bytes of an answer that the model is told; the contract's limit (section 9.4)."""
MAX_REASON: Final = 300
"""Characters of what a server says about its own failure."""
UNKNOWN: Final = "It is not known whether this was done: the platform was interrupted while it waited for the answer."

_IN_QUERY: Final = ("GET", "DELETE")
_REPEATABLE: Final = ("GET", "PUT", "DELETE")
"""Methods that may be sent twice and do the same as once (RFC 9110, 9.2.2)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as it will be sent."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a call brought."""

    text: str
    outcome: ToolOutcome


def prepare(http: HttpCall, call: str, arguments: Mapping[str, Any], headers: Mapping[str, str]) -> Prepared:
    """Return the request for a call: arguments in the query of a GET or DELETE, else as a JSON object.

    Args:
        http: what the tool says of it.
        call: the id of the call.
        arguments: as the model gave them.
        headers: the tool's own, opened.
    """
    sent = {**headers, "Idempotency-Key": call}
    if http.method in _IN_QUERY:
        query = {name: _in_query(value) for name, value in arguments.items()}
        return Prepared(http.method, str(httpx.URL(http.url).copy_merge_params(query)), sent, None)
    body = json.dumps(dict(arguments), ensure_ascii=False, separators=(",", ":")).encode()
    if not any(name.lower() == "content-type" for name in sent):
        sent["Content-Type"] = "application/json"
    return Prepared(http.method, http.url, sent, body)


def _in_query(value: Any) -> str:
    """Texts as they are; all else as JSON writes it, so that ``true`` and ``null`` are what the server expects."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def result_of(answer: Answer) -> Result:
    """Return what the model is told of an answer."""
    if answer.ok:
        return Result(answer.text, ToolOutcome.RETURNED)
    if 300 <= answer.status < 400:
        return Result(f"the tool's server answered {answer.status}: redirects are not followed", ToolOutcome.FAILED)
    said = answer.text.strip()[:MAX_REASON]
    return Result(f"the tool's server answered {answer.status}{f': {said}' if said else ''}", ToolOutcome.FAILED)


def may_repeat(tool: Tool) -> bool:
    """Whether a call may be made again of which nobody knows whether it was made."""
    return tool.http is not None and tool.http.method in _REPEATABLE


@dataclass(frozen=True, slots=True)
class HttpTools:
    """Makes the calls.

    Attributes:
        sealer: opens the values of headers.
        client: for requests to hosts of users.
    """

    sealer: Sealer
    client: httpx.AsyncClient

    async def run(self, call: str, tool: Tool, arguments: Mapping[str, Any]) -> Result:
        """Make one call and return what it brought; never raises because of the other side."""
        assert tool.http is not None
        try:
            headers = {header.name: self.sealer.open(header.sealed) for header in tool.http.headers}
        except (SealBroken, SecretMissing) as error:
            log.error("the headers of the tool %s cannot be opened: %s", tool.name, error)
            return Result("the tool is not set up: its headers cannot be opened", ToolOutcome.FAILED)
        made = prepare(tool.http, call, arguments, headers)
        try:
            request = self.client.build_request(made.method, made.url, headers=made.headers, content=made.body)
            answer = await outside.call(self.client, request, timeout_s=tool.timeout_s, max_bytes=MAX_ANSWER)
        except (TimeoutError, httpx.TimeoutException):
            return Result(f"no answer within {tool.timeout_s:g} s", ToolOutcome.TIMED_OUT)
        except (Forbidden, httpx.TransportError, httpx.InvalidURL) as error:
            log.warning("the tool %s could not be called: %s", tool.name, outside.reason(error))
            return Result(f"the tool's server could not be reached: {outside.reason(error)}", ToolOutcome.FAILED)
        return result_of(answer)
