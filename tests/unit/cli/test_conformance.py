"""The runner of the conformance checks; the checks themselves run in tests/conformance/client."""

from __future__ import annotations

import asyncio
import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from natter_cli.conformance import shapes
from natter_cli.conformance.check import CHECKS, Check, Skip, Unmet, in_order, met, same, within
from natter_cli.conformance.lab import Lab
from natter_cli.conformance.run import Result, chosen, perform, run, show
from natter_cli.main import parser
from natter_runtime.errors import UsageError


async def fine(lab: Lab) -> None:
    """All is well."""


async def bad(lab: Lab) -> None:
    """All is not."""
    async with asyncio.TaskGroup():
        met(False, "the sky is blue")


async def elsewhere(lab: Lab) -> None:
    """It does not apply."""
    raise Skip("no --key is given")


@pytest.mark.parametrize(
    ("check", "outcome", "reason"),
    [
        (Check("1", "t", fine), "ok", ""),
        (Check("1", "t", bad), "FAIL", "the sky is blue"),
        (Check("1", "t", elsewhere), "skip", "no --key is given"),
        (Check("1", "t", fine, own=True), "skip", "the server knows no extensions"),
    ],
)
async def test_what_becomes_of_a_check(check: Check, outcome: str, reason: str) -> None:
    result = await perform(Lab("ws://127.0.0.1:1"), check)
    assert (result.outcome, result.reason) == (outcome, reason)


def test_every_check_has_a_name_a_section_and_a_sentence() -> None:
    assert len(CHECKS) > 70
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.title.endswith(".")
        assert check.section[0].isdigit()


def test_checks_are_chosen_by_name_section_and_speed() -> None:
    assert [check.name for check in chosen("talking.a_reply_is_cancelled", slow=False, resume_s=30)] == [
        "talking.a_reply_is_cancelled"
    ]
    assert {check.section for check in chosen("4.1.3", slow=False, resume_s=30)} == {"4.1.3"}
    late = "resuming.too_late_is_too_late"
    assert late not in [check.name for check in chosen("", slow=False, resume_s=30)]
    assert late in [check.name for check in chosen("", slow=False, resume_s=2)]
    assert late in [check.name for check in chosen("", slow=True, resume_s=30)]


@pytest.fixture
async def useless() -> AsyncIterator[str]:
    """A server that takes a message and says something of no use."""

    async def answer(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "hello", "code": "hello", "message": "hello"}))
        await socket.close(1000)

    async with serve(answer, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1/ws"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
async def test_no_check_is_content_with_a_server_that_does_nothing(useless: str, check: Check) -> None:
    result = await perform(Lab(useless, "key", "other", own=True, voice=bytes(4800)), check)
    assert result.outcome == "FAIL"


def test_the_results_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    results = [
        Result(Check("3", "Fine.", fine), "ok"),
        Result(Check("4.1", "Bad.", bad), "FAIL", "the sky is blue"),
        Result(Check("5", "Else.", elsewhere), "skip", "no --key is given"),
    ]
    show(results, as_json=False)
    out = capsys.readouterr().out
    assert "ok    3      Fine.\nFAIL  4.1    Bad.\n" in out
    assert out.endswith("1 met, 1 not met, 1 skipped\n")
    show(results, as_json=True)
    assert [json.loads(line)["outcome"] for line in capsys.readouterr().out.splitlines()] == ["ok", "FAIL", "skip"]


def test_helpers_say_what_was_expected() -> None:
    same(1, 1, "one")
    within(0.5, 0, 1, "half")
    in_order("axbyc", "abc", "letters")
    for wrong, words in (
        (lambda: same(1, 2, "one"), "one: expected 2, got 1"),
        (lambda: within(2, 0, 1, "half"), "half: expected 0 to 1, got 2"),
        (lambda: in_order("ba", "ab", "letters"), "letters: expected the order a → b, got b → a"),
        (lambda: shapes.whole({"type": "reply.done", "reply_id": "x", "timestamp": 1.0}), "fields of reply.done"),
        (lambda: shapes.whole({"type": "x"}), "x is no event of the contract"),
        (lambda: shapes.keys({"a": {}}, {"a": {"b": ...}}, "c"), "keys of c.a"),
    ):
        with pytest.raises(Unmet, match=words.split(":")[0]):
            wrong()


def test_a_server_that_is_not_there_and_a_recording_that_does_not_fit(tmp_path: Path) -> None:
    given = parser().parse_args(["conformance", "--url", "ws://127.0.0.1:9/v1/ws"])
    with pytest.raises(UsageError, match=r"ws://127\.0\.0\.1:9/v1/ws"):
        given.command(given)
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
    with pytest.raises(UsageError, match="expected 24 kHz"):
        run(
            url="ws://x",
            key="",
            other_key="",
            wav=path,
            only="",
            slow=False,
            resume_s=30.0,
            at_once=1,
            as_json=False,
        )
