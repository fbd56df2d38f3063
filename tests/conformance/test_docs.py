"""What the documentation shows is so: its programs run, its commands and settings exist, its events fit the schema.

Each block of code on a page under ``docs`` is looked at by one of the tests here. How one is marked that cannot be is
told in ``tests/support/pages.py``; there are few.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
from websockets.asyncio.client import connect

from natter_cli import replay
from natter_cli.conformance.published import Published
from natter_gateway.agents.models import AgentCreate
from natter_gateway.decisions import BECAUSE
from natter_gateway.extensions import EXTENSIONS
from natter_gateway.published.asyncapi import document
from natter_gateway.records import prices
from natter_gateway.rest.app import schema
from natter_llm.engine import Engine as LlmEngine
from natter_protocol import codec
from natter_runtime.app import VERSION
from natter_runtime.errors import UsageError
from natter_stt.engine import Engine as SttEngine
from natter_stt.engine import Passage
from natter_turn.endpointing import Evidence, needed_ms
from natter_turn.policy import PRESETS
from tests.support import docs_stack, pages, shell
from tests.support.docs_stack import documented_stack, run_python, run_shell, running_python, shown_file, shown_module
from tests.support.llm_contract import LlmEngineContract
from tests.support.nats_server import free_port
from tests.support.pages import Block
from tests.support.stt_audio import noise
from tests.support.stt_contract import SttEngineContract

LANGUAGES: Final = {"", "text", "sh", "python", "json", "yaml", "toml", "ini", "html", "js"}
"""What blocks are made of; each has its test below, what is for pages in ``tests/e2e/test_docs.py``."""
UNCHECKED: Final = {"howto/deploy.md": ["the syntax is Caddy's"]}
"""All the marks there are, by page."""
ELSEWHERE: Final = {
    "NATTER_TEST_AUDIO": "tests/support/corpus.py",
    "NATTER_SETUP_APT": "scripts/setup.sh",
    "NATTER_CALLS": "libs/runtime/src/natter_runtime/bus_nats.py",
}
"""What is called like a setting and is none, and where it is."""
PUBLISHED: Final = Published(document(VERSION))
COMPONENTS: Final = document(VERSION)["components"]
WEBHOOKS: Final = {"session.started", "session.completed"}
ROUTES: Final = schema(VERSION)["paths"]
_COMMAND: Final = re.compile(r"(?:[A-Z_]+=\S*\s+)*(?:\.venv/bin/)?(?:make|natter|docker|python|curl)(?=\s|$)")
_RUN: Final = re.compile(r"\bcurl\b")
_NAME: Final = re.compile(r"(?:session|input\.speech|transcript|reply|tool|turn|playout|agent|conversation)\.[a-z_.]+")
_SETTING: Final = re.compile(r"session\.(?:input|output|webhook)\b.*")


def ids(block: Block) -> str:
    return str(block)


# -- what there is --------------------------------------------------------------------------------


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    unknown = [f"{block}: {block.language}" for block in pages.all_blocks() if not block.unchecked]
    assert [one for one in unknown if one.rpartition(": ")[2] not in LANGUAGES] == []
    assert len(pages.all_blocks()) > 60


def test_little_is_unchecked() -> None:
    marked: dict[str, list[str]] = {}
    for block in pages.all_blocks():
        if block.unchecked:
            marked.setdefault(block.page, []).append(block.unchecked)
            assert block.language not in LANGUAGES, f"{block} could be checked"
    assert marked == UNCHECKED
    assert sum(map(len, marked.values())) <= 5


# -- programs -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of the stack that everything here is run against."""
    with documented_stack(tmp_path_factory.mktemp("stack")) as place:
        yield place


def programs() -> list[Block]:
    """Return the programs that are run to their end: not those that are an example's file, which its own test runs."""
    examples = {path.read_text(encoding="utf-8") for path in (pages.ROOT / "examples").glob("*.py")}
    return [block for block in pages.blocks("python") if not block.file and block.code not in examples]


@pytest.mark.parametrize("block", programs(), ids=ids)
def test_a_program_runs(block: Block, place: str, tmp_path: Path) -> None:
    printed = run_python(block.code, place, tmp_path)
    assert bool(printed.strip()) is ("print(" in block.code), printed


def test_the_agent_of_the_quickstart_looks_it_up(place: str, tmp_path: Path) -> None:
    (block,) = (block for block in programs() if block.page == "quickstart.md")
    printed = run_python(block.code, place, tmp_path).lower()
    assert "2" in printed or "two" in printed


def scripts() -> dict[str, str]:
    """Return by page what is to be run in a shell: its blocks that call a server, in their order."""
    found: dict[str, str] = {}
    for block in pages.blocks("sh"):
        if _RUN.search(block.code):
            found[block.page] = found.get(block.page, "") + block.code
    return found


@pytest.mark.parametrize("page", scripts())
def test_what_calls_the_server_is_answered(page: str, place: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on PATH")
    assert run_shell(scripts()[page], place, tmp_path).strip()


def test_every_program_that_is_a_file_has_a_test() -> None:
    files = {block.file for block in pages.blocks("python") if block.file}
    assert files == {"phone.py", "page_server.py", BELL, BELL_TEST, ECHO, PARROT}


# -- the bridge to a telephone --------------------------------------------------------------------


@pytest.fixture
def bridge(place: str, tmp_path: Path) -> Iterator[str]:
    """The URL of the bridge that the page shows, as it runs."""
    port = free_port()
    code = shown_file("phone.py").code
    assert "8081" in code
    with running_python(code.replace("8081", str(port)), place, tmp_path):
        yield f"ws://127.0.0.1:{port}"


async def test_a_telephone_is_answered(bridge: str) -> None:
    async with asyncio.timeout(docs_stack.DEADLINE_S):
        voice = await ring(bridge)
    assert len(set(voice)) > 20  # no silence


GREETING: Final = 6000
"""Samples at 8 kHz: most of what the greeting has."""


async def ring(url: str) -> bytes:
    """Call as a provider does, say nothing, hang up after the greeting; return what was heard."""
    heard = bytearray()
    async for phone in connect(url):
        frame = {"event": "media", "media": {"payload": base64.b64encode(b"\xff" * 160).decode()}}
        await phone.send(json.dumps({"event": "connected"}))
        await phone.send(json.dumps({"event": "start", "start": {"streamSid": "MZ1"}}))
        while len(heard) < GREETING:
            await phone.send(json.dumps(frame))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    event = json.loads(await phone.recv())
                    assert (event["event"], event["streamSid"]) == ("media", "MZ1")
                    heard += base64.b64decode(event["media"]["payload"])
        await phone.send(json.dumps({"event": "stop"}))
        async for _ in phone:
            pass  # until the bridge closes
        break
    return bytes(heard)


# -- engines --------------------------------------------------------------------------------------

BELL: Final = "services/tts/src/natter_tts/engines/bell.py"
BELL_TEST: Final = "tests/conformance/engines/test_tts_bell.py"
ECHO: Final = "services/stt/src/natter_stt/engines/echo.py"
PARROT: Final = "services/llm/src/natter_llm/engines/parrot.py"

shown_module(BELL)
_ShownTest: Any = shown_module(BELL_TEST).TestBell


class TestTheVoiceThatIsShown(_ShownTest):  # type: ignore[misc]
    """Runs the test that the page shows, on the engine that it shows."""


class TestTheRecogniserThatIsShown(SttEngineContract):
    @pytest.fixture
    def engine(self) -> SttEngine:
        made: SttEngine = shown_module(ECHO).Echo()
        return made

    @pytest.fixture
    def speech(self) -> Passage:
        return Passage(noise(1500))


class TestTheLanguageModelThatIsShown(LlmEngineContract):
    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[LlmEngine]:
        engine: LlmEngine = shown_module(PARROT).Parrot()
        await engine.warm_up()
        yield engine
        await engine.close()


# -- commands and settings ------------------------------------------------------------------------


@pytest.mark.parametrize("block", [one for one in pages.blocks("sh") if not _RUN.search(one.code)], ids=ids)
def test_a_command_that_is_shown_exists(block: Block) -> None:
    commands = list(pages.commands(block.code))
    assert commands
    for command in commands:
        shell.check(command)


@pytest.mark.parametrize("block", pages.blocks("", "text"), ids=ids)
def test_a_command_in_a_block_of_words_exists(block: Block) -> None:
    for line in block.code.splitlines():
        if _COMMAND.match(line):
            for command in pages.commands(line):
                shell.check(command)


@pytest.mark.parametrize("path", pages.pages(), ids=lambda path: path.name)
def test_what_a_page_names_exists(path: Path) -> None:
    for code in pages.inline(path):
        if named := re.fullmatch(r"natter ([a-z]+)", code):
            shell.assert_known(named[1])
        elif re.match(r"(natter|make|docker compose) [a-z]", code):
            shell.check([word for word in code.split() if not word.startswith("[")])
        if assigned := re.fullmatch(r"(NATTER_\w+)=(\S+)", code):
            shell.assert_setting(assigned[1], assigned[2])
        if re.match(r"(tests|services|libs|examples|scripts|benchmarks|docs)/[\w/.-]*$", code):
            assert (pages.ROOT / code).exists(), code
        if route := re.match(r"(GET|POST|PUT|DELETE) (/v1/[^?\s]*)", code):
            assert route[1].lower() in ROUTES[route[2]], code
    for name in pages.variables(path.read_text(encoding="utf-8")):
        if name in ELSEWHERE:
            assert name in (pages.ROOT / ELSEWHERE[name]).read_text(encoding="utf-8")
        else:
            assert name in shell.DECLARED | shell.PASSED, name


def messages() -> set[str]:
    """Return the types of all messages, on the wire and on the bus, and the extensions."""
    return set(COMPONENTS["messages"]) | set(codec.MESSAGES) | set(EXTENSIONS) | WEBHOOKS


def is_field(name: str) -> bool:
    """Whether ``name`` is a message of the wire and one of its fields."""
    message, _, field = name.rpartition(".")
    payload = COMPONENTS["messages"].get(message, {}).get("payload", {"$ref": ""})
    return field in COMPONENTS["schemas"].get(payload["$ref"].rpartition("/")[2], {}).get("properties", {})


@pytest.mark.parametrize("path", pages.pages(), ids=lambda path: path.name)
def test_a_message_that_is_named_is_one(path: Path) -> None:
    named = {code for code in pages.inline(path) if _NAME.fullmatch(code) and not _SETTING.fullmatch(code)}
    assert {name for name in named - messages() if not is_field(name)} == set()


@pytest.mark.parametrize("block", pages.blocks("ini"), ids=ids)
def test_a_file_of_settings_is_one(block: Block) -> None:
    lines = [line for line in block.code.splitlines() if line and not line.startswith("#")]
    given = dict(line.split("=", 1) for line in lines)
    for name, value in given.items():
        shell.assert_setting(name, value)
    if block.file == ".env":
        shell.assert_passed_on(set(given))


# -- data -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", pages.blocks("json"), ids=ids)
def test_what_is_sent_fits_the_schema(block: Block) -> None:
    said = json.loads(block.code)
    if "type" in said:
        PUBLISHED.check(said)
    elif "system_prompt" in said:
        AgentCreate.model_validate(said)
    else:
        pytest.fail("neither a message nor an agent")


@pytest.mark.parametrize("path", pages.pages(), ids=lambda path: path.name)
def test_a_message_within_a_line_fits_the_schema(path: Path) -> None:
    for code in pages.inline(path):
        if code.startswith('{"type": "') and "." in code.split('"')[3]:
            PUBLISHED.check(json.loads(code))


@pytest.mark.parametrize("block", pages.blocks("yaml", "toml"), ids=ids)
def test_a_file_can_be_read_by_what_reads_it(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "shown"
    path.write_text(block.code, encoding="utf-8")
    if block.file == "policy.yaml" or block.language == "yaml":
        assert replay.read_policy(path)
    else:
        assert prices.load(path)


def test_the_presets_are_as_told() -> None:
    page = (pages.DOCS / "howto" / "tune-turn-taking.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)`.*\| (\d+) to (\d+) ms \| (\d+) ms \|$", page, re.MULTILINE)
    assert {name: tuple(map(int, rest)) for name, *rest in rows} == {
        name.value: (policy.min_silence_ms, policy.max_silence_ms, policy.interruption_delay_ms)
        for name, policy in PRESETS.items()
    }


def test_the_decision_that_is_shown_could_be_one() -> None:
    events = [json.loads(block.code) for block in pages.blocks("json") if block.page == "howto/tune-turn-taking.md"]
    (shown,) = (event for event in events if event["type"] == "turn.decision")
    found = Evidence(shown["silence_ms"], shown["text"])
    waits = {name.value: needed_ms(shown["probability"], found, policy) for name, policy in PRESETS.items()}
    assert shown["presets"] == waits
    assert shown["needed_ms"] == waits["conversation"]
    assert BECAUSE[shown["rule"]] in shown["reason"]


# -- the checks themselves ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "make nothing",
        "natter talk --nothing",
        "natter talk --wav nothing.wav",
        "docker compose up nobody",
        "docker compose up --scale nobody=2",
        "docker compose -f nothing.yml up",
        "NATTER_NOTHING=1 natter up",
        "NATTER_PORT=x natter up",
        "NATTER_STT_ENGINE=nothing natter-stt",
        "NATTER_STATE=x docker compose up",
        "export NATTER_NOTHING=1",
        "python nothing.py",
        "rm -rf x",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    (command,) = pages.commands(line)
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception, UsageError)):
        shell.check(command)


def test_blocks_are_found_with_their_marks() -> None:
    text = "a\n```sh\nmake run \\\n  X=1 | natter tap && b\n```\n<!-- unchecked: why -->\n```x\n# y.py\n```\n"
    first, second = pages.blocks_of(text, "p.md")
    assert (first.language, first.line, first.unchecked, first.file) == ("sh", 2, "", "")
    assert list(pages.commands(first.code)) == [["make", "run", "X=1"], ["natter", "tap"], ["b"]]
    assert (second.language, second.unchecked, second.file) == ("x", "why", "y.py")


def test_a_message_that_does_not_fit_is_noticed() -> None:
    with pytest.raises(jsonschema.ValidationError):
        PUBLISHED.check({"type": "session.update", "session": {"sytem_prompt": "x"}})
