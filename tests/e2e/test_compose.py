"""``docker compose up`` on this machine, and calls through its published ports: swapped, killed, scaled, looked at."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import corpus, e2e_compose
from tests.support.e2e_caller import Caller, call
from tests.support.e2e_compose import Stack
from tests.support.e2e_conversation import SESSION, TOOLS, ask, ask_for_a_tool, deviations_ms, speak_over
from tests.support.e2e_stack import transcribe
from tests.support.traces import check_a_turn, check_one_trace, of

pytestmark = [pytest.mark.docker, pytest.mark.models]

MODEL = "/models/stt/moonshine-tiny-en"
"""Another name of the model: the only one that every machine has."""
LISTEN = """
import asyncio, sys
from natter_runtime import bus_nats
from natter_runtime.config import RuntimeConfig, load
import os

async def main():
    config = load(RuntimeConfig, os.environ)
    login = bus_nats.Login(config.nats_user, config.nats_password)
    bus = await bus_nats.connect(config.nats_url, name="spy", login=login, keep_log=False)
    heard = []
    for pattern in sys.argv[1:]:
        await bus.subscribe(pattern, lambda delivery: heard.append(delivery.subject))
    await bus.flush()
    print("listening", flush=True)
    await asyncio.sleep(4)
    print(len(heard))
    await bus.close()

asyncio.run(main())
"""
"""Run in a service's container, with its user: prints how much it hears on the patterns that it is given."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    e2e_compose.need_engine()
    corpus.need("osr_03.wav")
    with e2e_compose.up(tmp_path_factory.mktemp("compose")) as stack:
        yield stack


def test_everything_is_well_and_nobody_is_root(stack: Stack) -> None:
    containers = stack.containers()
    assert len(containers) == 8  # the five, nats, jaeger, and the one that says welcome
    for about in containers:
        name = about["Name"]
        assert about["State"]["Health"]["Status"] == "healthy" if "Health" in about["State"] else "welcome" in name
        assert about["HostConfig"]["ReadonlyRootfs"], name
        assert about["HostConfig"]["CapDrop"] == ["ALL"], name
        status = Path(f"/proc/{about['State']['Pid']}/status").read_text()
        assert "\nUid:\t10001\t10001\t" in status, name
    published = {about["Name"] for about in containers if any((about["NetworkSettings"]["Ports"] or {}).values())}
    assert {name.split("-")[-2] for name in published} == {"gateway", "jaeger"}


def test_the_last_line_says_where_everything_is(stack: Stack) -> None:
    said = stack.compose("logs", "--no-color", "welcome")
    port = stack.env["NATTER_PORTS"].split("-")[0]
    assert f"Natter is ready: playground http://127.0.0.1:{port}/ - API ws://127.0.0.1:{port}/v1/ws - Jaeger" in said


async def swap_stt(stack: Stack) -> None:
    """Give stt another model, as an operator would."""
    natter = (sys.executable, "-m", "natter_cli", "swap", "stt", "--model", MODEL, *stack.options())
    await asyncio.to_thread(stack.run, *natter)


async def kill_llm(stack: Stack) -> None:
    """Start a second llm beside the first, and kill the first, without a word."""
    (first,) = stack.containers("llm")
    scale = ("up", "-d", "--no-deps", "--no-recreate", "--wait", "--scale", "llm=2", "llm")
    await asyncio.to_thread(stack.compose, *scale)
    os.kill(first["State"]["Pid"], signal.SIGKILL)


async def call_through_trouble(stack: Stack) -> Caller:
    """Make a call with all that people do, while stt is swapped and llm is killed."""
    (url,) = stack.urls()
    async with call(url, SESSION, stack.key(), **TOOLS) as caller:
        await asyncio.sleep(0.5)
        await ask(caller)
        swapping = asyncio.create_task(swap_stt(stack))
        await ask_for_a_tool(caller)
        await swapping
        await ask(caller)
        await kill_llm(stack)
        await ask(caller)
        await speak_over(caller)
    return caller


def test_a_call_survives_a_swap_and_a_kill_and_is_one_trace(stack: Stack) -> None:
    caller = asyncio.run(call_through_trouble(stack))
    assert "captain morgan" in transcribe(caller.audio()[: 24_000 * 8]).lower()
    (swapped,) = stack.containers("stt")
    assert f"NATTER_STT_MODEL={MODEL}" in swapped["Config"]["Env"]
    time.sleep(2.0)
    spans = stack.spans()
    check_one_trace(spans)
    turns = of(spans, "turn")
    assert len(turns) == 6
    for turn in (turns[0], turns[3], turns[4], turns[5]):
        check_a_turn(spans, turn)
    (root,) = of(spans, "call")
    changes = [event for event in root["events"] if event["name"] == "handover"]
    assert [(event["natter.service"], event["natter.reason"]) for event in changes] == [
        ("stt", "leaving"),
        ("llm", "lost"),
    ]
    assert len({span["instance"] for span in of(spans, "stt.final")}) == 2
    assert len({span["instance"] for span in of(spans, "llm.generate")}) == 2
    assert abs(statistics.median(deviations_ms(caller))) < 25.0


def asked(stack: Stack, path: str) -> Any:
    """Return what a gateway answers over HTTP."""
    (url, *_) = stack.urls()
    at = url.replace("ws://", "http://").removesuffix("/v1/ws") + path
    with urllib.request.urlopen(urllib.request.Request(at, headers={"Authorization": stack.key()}), timeout=10) as said:
        return json.load(said)


def test_the_record_of_that_call_says_how_long_the_caller_waited(stack: Stack) -> None:
    """Records lie on a volume of their own, on which a gateway may write and nothing else of the file system."""
    deadline = time.monotonic() + 60
    while not (found := asked(stack, "/v1/sessions?status=completed")["sessions"]) and time.monotonic() < deadline:
        time.sleep(0.5)
    (session,) = found
    record = asked(stack, f"/v1/sessions/{session['id']}")
    assert record["usage"]["tool_calls"] == 1
    latency = record["latency"]
    assert latency["answers"] == 6
    assert latency["total"]["p50_ms"] > 0
    assert {step["owner"] for step in latency["steps"]} == {"gateway", "turn", "stt", "llm", "tts"}
    assert 0 <= latency["kept"] <= latency["speculations"]


async def overheard(stack: Stack, service: str, *patterns: str) -> int:
    """Return how much ``service`` hears on subjects while somebody speaks."""
    (url, *_) = stack.urls()
    spying = ("exec", "-T", service, "python", "-c", LISTEN, *patterns)
    async with call(url, SESSION, stack.key()) as caller:
        caller.say(corpus.need("osr_03.wav").path)
        said = await asyncio.to_thread(stack.compose, *spying)
    return int(said.splitlines()[-1])


def test_a_service_hears_the_audio_that_it_works_on_and_no_other(stack: Stack) -> None:
    heard, agent = "natter.v1.s.*.aud.audio.in", "natter.v1.s.*.aud.audio.out"
    assert asyncio.run(overheard(stack, "stt", heard)) > 50
    assert asyncio.run(overheard(stack, "llm", heard, agent, "natter.v1.s.*.>", "natter.>", ">")) == 0
    assert asyncio.run(overheard(stack, "tts", heard)) == 0
    log = stack.compose("logs", "--no-color", "nats")
    assert 'User "llm"' in log
    assert "Subscription Violation" in log
    refused = [line for line in log.splitlines() if "Violation" in line and 'User "llm"' not in line]
    assert [line for line in refused if 'User "tts"' not in line] == [], "what they need, all others may"


async def several_calls(stack: Stack, count: int) -> None:
    """Make calls at the same time, through all gateways, and have each answered; how well is not the question."""

    async def one(url: str) -> None:
        async with call(url, SESSION, stack.key()) as caller:
            caller.say(corpus.need("osr_03.wav").path)
            await caller.until("transcript.user")
            await caller.until("reply.done")

    urls = stack.urls()
    assert len(urls) == 2
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(one(urls[number % len(urls)]))


def test_more_of_them_share_the_calls(stack: Stack) -> None:
    stack.compose("up", "-d", "--no-recreate", "--wait", "--scale", "stt=3", "--scale", "gateway=2", "--scale", "llm=1")
    before = len(stack.spans())
    asyncio.run(several_calls(stack, 4))
    time.sleep(2.0)
    finals = of(stack.spans()[before:], "stt.final")
    assert len({span["trace"] for span in finals}) == 4
    assert len({span["instance"] for span in finals}) >= 2


def test_it_stops_in_order(stack: Stack) -> None:
    stack.compose("stop", timeout=90)
    names = ("gateway", "turn", "stt", "llm", "tts", "nats")
    ids = stack.compose("ps", "-aq", *names).split()
    codes = stack.run("docker", "inspect", "-f", "{{.Name}} {{.State.ExitCode}}", *ids).splitlines()
    assert [line for line in codes if not line.endswith((" 0", " 1")) and "nats" not in line] == []
    assert len([line for line in codes if line.endswith(" 0")]) >= len(names)
