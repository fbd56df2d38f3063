"""The Voice Agent contract, checked as a client would, on NATS and in one process.

``natter conformance`` makes the same checks against any server.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from natter_cli.conformance.caller import Caller, Event
from natter_cli.conformance.check import Check
from natter_cli.conformance.lab import Lab
from natter_cli.conformance.run import Result, chosen, perform, perform_all
from tests.support.conformance_stack import KEY, OTHER_KEY, RESUME_S, scripted_stack

CHECKS = {check.name: check for check in chosen("", slow=False, resume_s=RESUME_S)}
AT_ONCE = 5


@dataclass(frozen=True)
class Place:
    """A running server, and what became of all checks made at once."""

    url: str
    results: dict[str, Result]


@pytest.fixture(scope="module", params=["in-process", pytest.param("nats", marks=pytest.mark.nats)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if request.param == "nats" and shutil.which("nats-server") is None:
        pytest.skip("no nats-server on PATH, so `natter up` has no NATS to bring")
    arguments = () if request.param == "nats" else ("--in-process",)
    with scripted_stack(tmp_path_factory.mktemp("stack"), *arguments) as url:
        lab = Lab(url, KEY, OTHER_KEY, RESUME_S)
        results = asyncio.run(perform_all(lab, CHECKS.values(), AT_ONCE))
        yield Place(url, {result.check.name: result for result in results})


@pytest.mark.parametrize("name", CHECKS)
def test_the_server_is_as_the_contract_says(place: Place, name: str) -> None:
    result = place.results[name]
    if result.outcome == "skip":
        pytest.skip(result.reason)
    assert result.outcome == "ok", f"{result.check.title} {result.reason}"


# -- the checks themselves ------------------------------------------------------------------------

Tamper = Callable[[Event], None]


class Liar(Caller):
    """A connection on which what the server says is changed before a check sees it."""

    tamper: Tamper

    def _take(self, event: Event) -> None:
        self.tamper(event)
        super()._take(event)


class Forgery(Lab):
    """A laboratory with such connections."""

    tamper: Tamper

    @contextlib.asynccontextmanager
    async def connect(self, path: str = "", **options: Any) -> AsyncIterator[Caller]:
        async with super().connect(path, **options) as caller:
            liar = Liar(caller._socket, None)
            liar.tamper = self.tamper
            yield liar


def renamed(kind: str) -> Tamper:
    """Events of ``kind`` go under another name."""

    def tamper(event: Event) -> None:
        if event["type"] == kind:
            event["type"] = "something.else"

    return tamper


def changed(kind: str, **fields: Any) -> Tamper:
    """Events of ``kind`` have other values."""

    def tamper(event: Event) -> None:
        if event["type"] == kind:
            event.update(fields)

    return tamper


def without(kind: str, *path: str) -> Tamper:
    """Events of ``kind`` lack a field."""

    def tamper(event: Event) -> None:
        if event["type"] == kind:
            inner = event
            for step in path[:-1]:
                inner = inner[step]
            inner.pop(path[-1], None)

    return tamper


LIES: list[tuple[str, Tamper]] = [
    ("talking.a_turn_and_its_answer", renamed("input.speech.stopped")),
    ("talking.a_turn_and_its_answer", changed("transcript.user.delta", item_id="msg_other")),
    ("talking.every_event_has_exactly_its_fields", changed("reply.audio", timestamp=5)),
    ("talking.every_event_has_exactly_its_fields", without("reply.started", "item_id")),
    ("talking.a_greeting_is_spoken_word_for_word", changed("transcript.agent", text="Good morning.")),
    ("talking.speaking_over_the_agent_stops_it", changed("reply.done", status="completed")),
    ("talking.what_is_added_reaches_the_model", changed("transcript.agent", text="Who?")),
    ("tooling.a_tool_turn", renamed("tool.call")),
    ("tooling.bad_arguments_never_reach_the_client", changed("transcript.agent", text="Done.")),
    ("configuring.the_echo_has_every_key", without("session.ready", "config", "llm")),
    ("configuring.what_is_fixed_stays", changed("session.error", code="invalid_value")),
    ("configuring.what_may_change_does", without("session.updated", "config", "output", "volume")),
    ("mistakes.messages_that_cannot_be_understood", changed("session.error", message="Oops")),
    ("mistakes.a_bad_value_later_leaves_the_session_open", changed("session.error", param=None)),
    ("connecting.updated_and_then_ready", changed("session.ready", expires_at=1)),
    ("resuming.a_lost_client_comes_back", changed("session.ready", config={"system_prompt": "Other."})),
    ("extending.nobody_sees_what_he_did_not_ask_for", changed("tool.call", idempotency_key="key_1")),
]


@pytest.mark.parametrize("place", ["in-process"], indirect=True)
def test_a_server_that_is_not_so_is_noticed(place: Place) -> None:
    """Every lie about what the server said makes the check that is about it fail."""

    async def tell(check: Check, tamper: Tamper) -> Result:
        lab = Forgery(place.url, KEY, OTHER_KEY, RESUME_S, own=True)
        lab.voice = voice
        lab.tamper = tamper
        return await perform(lab, check)

    async def tell_all() -> list[Result]:
        return list(await asyncio.gather(*(tell(CHECKS[name], tamper) for name, tamper in LIES)))

    voice = asyncio.run(Lab(place.url, KEY).spoken())
    believed = [result.check.name for result in asyncio.run(tell_all()) if result.outcome != "FAIL"]
    assert believed == []
