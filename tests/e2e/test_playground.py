"""The playground in a real browser, on a real stack: what a person does there, and what they see and hear."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.support import e2e_stack
from tests.support.chromium import Page, chromium
from tests.support.e2e_stack import stack, transcribe
from tests.support.playground import QUESTION, ask, floor, page_of, played, playground, say, shown

pytestmark = pytest.mark.models

AGENTS = Path(__file__).parents[2] / "examples" / "agents"


@pytest.fixture(scope="module")
def browser() -> Iterator[str]:
    with chromium() as address:
        yield address


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, browser: str) -> Iterator[str]:
    """A stack that knows about Natter itself."""
    e2e_stack.need_models()
    with stack(tmp_path_factory.mktemp("stack"), "--in-process", NATTER_DEMO_KNOWLEDGE="") as url:
        yield page_of(url)


@pytest.fixture
async def page(browser: str, base: str) -> AsyncIterator[Page]:
    async with playground(browser, base) as opened:
        yield opened


def alike(one: str, other: str) -> float:
    """Return how alike two texts are, 0-1; a busy machine stutters, and the recogniser is small."""
    return SequenceMatcher(None, one.lower(), other.lower(), autojunk=False).ratio()


async def quietly(page: Page) -> None:
    """Begin a call without a greeting."""
    await page.type("#greeting", "")
    await page.click("#talk")
    await floor(page, "listening")


def microphone_file(folder: Path) -> Path:
    """Return the question as a browser takes it for a microphone: 48 kHz, silence around it."""
    samples, rate = soundfile.read(QUESTION)
    question = soxr.resample(samples, rate, 48_000)
    path = folder / "microphone.wav"
    soundfile.write(path, np.concatenate([np.zeros(96_000), question, np.zeros(48_000 * 60)]), 48_000, subtype="PCM_16")
    return path


async def test_a_question_is_spoken_and_its_answer_is_heard(base: str, tmp_path: Path) -> None:
    """By the browser's own way to a microphone, and what comes out of the loudspeaker is listened to."""
    with chromium(f"--use-file-for-fake-audio-capture={microphone_file(tmp_path)}%noloop") as address:
        real = "delete navigator.mediaDevices.getUserMedia"
        async with playground(address, base, before=real) as page:
            await quietly(page)
            await floor(page, "hearing")
            await page.until("document.querySelector('.said.partial')")
            await page.until("document.querySelector('.said[data-role=user] .to-turn')")
            await floor(page, "speaking")
            await page.until("document.querySelector('.word.heard')")
            await page.until("document.querySelector('.word:not(.heard)')")  # not all at once: as they are heard
            await floor(page, "listening")
            await page.until("!document.querySelector('.word:not(.heard)')")
            question = await page.run("document.querySelector('.said[data-role=user] p').innerText")
            assert alike(question, "How do I swap a model?") > 0.7
            answer = await page.run("document.querySelector('.said[data-role=agent] p').innerText")
            assert len(answer.split()) > 6
            assert alike(transcribe(await played(page)), answer) > 0.75
            assert "sure that you were done" in await page.run("document.getElementById('turn').innerText")
            measured = await page.run("document.querySelector('.total strong').textContent")
            assert 0 < int(measured.removesuffix(" ms")) < 5000


async def test_speaking_over_the_agent_stops_it(page: Page) -> None:
    await quietly(page)
    await ask(page, "How do I swap a model?")
    await floor(page, "speaking")
    await page.until("document.querySelectorAll('.word.heard').length >= 3")
    await say(page)
    await page.until("document.querySelector('.said .tag')")
    assert "interrupted" in await page.run("document.querySelector('.said .tag').textContent")
    kept = await page.run("document.querySelector('.said[data-role=agent] p').innerText")
    assert kept.startswith("Every engine")
    assert "start that one service again" not in kept
    await page.until("document.querySelectorAll('.said[data-role=agent]').length === 2")


async def test_the_servers_ledger_is_shown_line_by_line(page: Page) -> None:
    """As it comes with the extension ``turn.metrics``; here the test itself is the server for a moment."""
    await page.run("""(() => {
      const receive = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage').set
      Object.defineProperty(WebSocket.prototype, 'onmessage', {
        set(listener) { window.told = listener; receive.call(this, listener) },
      })
    })()""")
    await quietly(page)
    metrics = {
        "type": "turn.metrics", "timestamp": 1.0, "item_id": "msg_1", "reply_id": "resp_1", "total_ms": 812.0,
        "steps": [
            {"name": "decision", "owner": "turn", "ms": 430.0}, {"name": "first_token", "owner": "llm", "ms": 250.0},
            {"name": "first_audio", "owner": "tts", "ms": 100.0},
        ],
        "unaccounted_ms": 32.0, "speculations": 1, "ahead_ms": 60.0,
    }  # fmt: skip
    await page.run(f"told({{data: {json.dumps(json.dumps(metrics))}}})")
    shown = await page.run("[...document.querySelectorAll('.waterfall dt, .waterfall .ms')].map(e => e.textContent)")
    assert shown == [
        "Sure the turn is over", "430 ms", "Model: first word", "250 ms", "Voice: first sound", "100 ms",
        "Unaccounted", "32 ms",
    ]  # fmt: skip
    assert await page.run("document.querySelector('.total strong').textContent") == "812 ms"


async def test_words_are_answered_where_there_is_no_microphone(page: Page) -> None:
    await page.run("navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('not to be asked for'))")
    await ask(page, "Can I interrupt you?")
    await shown(page, "You can interrupt at any time")
    assert await page.run("document.querySelector('.said[data-role=user] header').innerText") != ""


async def test_a_prompt_is_changed_while_the_call_goes_on(page: Page) -> None:
    await page.type("#greeting", "")
    await ask(page, "What is your name?")
    await page.until("document.querySelector('.said[data-role=agent] .word.heard')")
    assert "Ada" not in await page.run("document.getElementById('transcript').innerText")
    await page.type("#prompt", "You are Ada. Answer in one short sentence.")
    await page.until("document.getElementById('applied').textContent.startsWith('Applied. Version 2')")
    await ask(page, "What is your name?")
    await shown(page, "Ada")


async def test_a_slider_is_applied_and_a_wrong_value_is_told(page: Page) -> None:
    await quietly(page)
    slide = """(id, value) => {
      const field = document.getElementById(id)
      field.value = value
      field.dispatchEvent(new Event('input', {bubbles: true}))
    }"""
    await page.run(f"({slide})('min_silence', 2000)")
    await page.until("document.getElementById('applied').textContent.startsWith('Applied. Version 2')")
    await page.run(f"({slide})('max_silence', 500)")
    await page.until("document.getElementById('applied').classList.contains('wrong')")
    assert "max_silence" in await page.run("document.getElementById('applied').textContent")


async def test_tools_are_read_before_they_are_sent(page: Page) -> None:
    await page.type("#tools", '[{"name": "a b"}]')
    await page.until("document.getElementById('tools').getAttribute('aria-invalid') === 'true'")
    assert "tools[0].name" in await page.run("document.getElementById('tools-error').textContent")
    await page.click("#talk")
    await page.until("!document.getElementById('problem').hidden")
    assert "tools are not right" in await page.run("document.getElementById('problem').textContent")


async def test_a_tool_runs_in_the_page(page: Page) -> None:
    assert await page.run("document.documentElement.dataset.theme") == "light"
    await page.type("#greeting", "")
    await ask(page, "Switch to the dark theme")
    await page.until("document.documentElement.dataset.theme === 'dark'")
    await page.until("""document.querySelector('.tool')?.innerText.includes('{"theme":"dark"}')""")
    await shown(page, "dark")


async def test_a_tool_that_nobody_runs_is_answered_by_hand(page: Page) -> None:
    tool = {"name": "get_stock", "description": "How many loaves of an item are in stock.",
            "parameters": {"type": "object", "properties": {"item": {"type": "string", "enum": ["rye", "sourdough"]}},
                           "required": ["item"]}}  # fmt: skip
    await page.type("#greeting", "")
    await page.type("#tools", json.dumps([tool]))
    await ask(page, "How many loaves of rye are in stock?")
    await page.until("document.querySelector('.tool input')")
    await page.type(".tool input", '{"loaves": 12}')
    await page.press("Enter")
    await page.until("document.querySelector('.tool')?.innerText.includes('12')")
    await page.until(
        "[...document.querySelectorAll('.said[data-role=agent] p')].some(p => /12|twelve/i.test(p.innerText))"
    )


async def test_a_lost_connection_comes_back_and_the_reply_goes_on(page: Page) -> None:
    await quietly(page)
    await ask(page, "How do I swap a model?")
    await floor(page, "speaking")
    await page.until("document.querySelectorAll('.word.heard').length >= 3")
    await page.click("#drop")
    await floor(page, "lost")
    await floor(page, "listening", "speaking", "thinking")
    await shown(page, "start that one service again")
    assert "came back" in await page.run("document.getElementById('transcript').innerText")
    assert await page.run("document.querySelectorAll('.said[data-role=agent]').length") == 1
    await ask(page, "Can I interrupt you?")
    await shown(page, "You can interrupt at any time")


async def test_what_is_said_while_the_connection_is_gone_is_said_again(page: Page) -> None:
    await quietly(page)
    speaking = asyncio.create_task(say(page))
    await page.until("document.querySelector('.said.partial p')?.innerText.length > 3")
    await page.run("document.getElementById('drop').click()")
    await speaking
    await page.until("document.querySelector('.said[data-role=user] .to-turn')")
    said = await page.run("document.querySelector('.said[data-role=user] p').innerText")
    assert alike(said, "How do I swap a model?") > 0.6
    await floor(page, "speaking")


async def test_what_takes_a_new_call_is_offered_one(page: Page) -> None:
    await quietly(page)
    await page.type("#greeting", "Welcome back.")
    await page.until("document.querySelector('#applied button')")
    await page.click("#applied button")
    await shown(page, "Welcome back.")
    await floor(page, "listening")
    assert await page.run("document.getElementById('talk').hasAttribute('data-live')")


async def test_a_recording_is_said_instead(page: Page) -> None:
    await page.type("#greeting", "")
    await page.choose_file("#upload", QUESTION)
    await shown(page, "How do", "user")
    await page.until("document.querySelectorAll('.word.heard').length >= 3")


async def test_events_are_shown_and_filtered(page: Page) -> None:
    await page.run("document.getElementById('events').open = true")
    await page.type("#greeting", "")
    await ask(page, "Can I interrupt you?")
    await floor(page, "speaking")
    names = "[...document.querySelectorAll('#event-list b')].map(b => b.textContent)"
    await page.until(f"{names}.includes('transcript.agent.delta')")
    seen = set(await page.run(names))
    assert {"session.update", "session.ready", "conversation.message", "reply.create", "reply.started"} <= seen
    assert "reply.audio" not in seen
    await page.type("#event-filter", "session.")
    await page.until(f"{names}.every(name => name.startsWith('session.'))")
    await page.click("#event-list button")
    assert '"type": "session.' in await page.run("document.querySelector('#event-list pre').textContent")


async def test_what_remains_of_a_call_is_offered_and_viewed(page: Page, base: str) -> None:
    await quietly(page)
    await say(page)
    await floor(page, "speaking")
    await floor(page, "listening")
    await page.click("#talk")
    await floor(page, "over")
    await page.until("!document.getElementById('downloads').hidden")
    sizes = await page.run(
        """Promise.all(['recording', 'timeline'].map(async id => {
          const answer = await fetch(document.getElementById(id).href)
          return (await answer.blob()).size
        }))"""
    )
    assert min(sizes) > 500
    viewer = await page.run("document.getElementById('view-call').href")
    await page.open(viewer)
    await page.until("document.querySelectorAll('.turn-block').length === 1")
    assert "How do" in await page.run("document.querySelector('.utterance[data-role=user]').innerText")
    await page.until("document.querySelector('.player output').textContent.includes(' of 0:')")
    words = "[...document.querySelectorAll('.utterance[data-role=agent] .word')]"
    await page.run(f"{words}[4].click()")
    await page.until(f"{words}.some(word => word.classList.contains('now'))")
    await page.type("#query", "no such call")
    await page.until("document.querySelector('#rows .none')")


async def test_the_keyboard_is_enough(page: Page) -> None:
    await page.type("#greeting", "")
    await page.run("document.activeElement.blur()")
    await page.press(" ")
    await floor(page, "listening")
    await page.press("m")
    await page.until("document.getElementById('mute').getAttribute('aria-pressed') === 'true'")
    await page.press("/")
    assert await page.run("document.activeElement.id") == "typed"
    await page.run("document.activeElement.blur()")
    await page.press(" ")
    await floor(page, "over")


async def test_an_example_agent_is_one_click_away(page: Page) -> None:
    agents = {file.stem: json.loads(file.read_text()) for file in sorted(AGENTS.glob("*.json"))}
    assert await page.run("[...document.querySelectorAll('[data-agent]')].map(b => b.dataset.agent).sort()") == [
        *agents
    ]
    for name, agent in agents.items():
        await page.click(f"[data-agent={name}]")
        await page.until(f"document.getElementById('greeting').value === {json.dumps(agent['greeting'])}")
    await page.click("[data-agent=routing]")
    await page.until(f"document.getElementById('prompt').value === {json.dumps(agents['routing']['system_prompt'])}")
    await ask(page, "Route my call to billing")
    await page.until("document.querySelector('.tool')?.innerText.includes('waiting_minutes')")
    assert await page.run("document.getElementById('problem').hidden")
