"""The rules of the code that an import contract (``.importlinter``) cannot say.

Every source file is parsed once; each rule looks for what it forbids and names the place. Where a
rule has exceptions they are listed with their reasons.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = sorted(path for kind in ("libs", "services") for path in (ROOT / kind).glob("*/src/natter_*"))

UNIT: Final = ROOT / "tests" / "unit"

MAX_LINES: Final = 500
MAX_MAIN_LINES: Final = 110

ELSEWHERE: Final = {
    "natter_runtime/bus.py": ("tests/conformance/bus", "the contract of both buses"),
    "natter_gateway/commands.py": ("tests/unit/gateway", "values, of the dialects' tests"),
    "natter_gateway/events.py": ("tests/unit/gateway", "values, of the dialects' tests"),
    "natter_turn/actions.py": ("tests/unit/turn", "values, of the machine's conversations"),
    "natter_turn/inputs.py": ("tests/unit/turn", "values, of the machine's conversations"),
    "natter_turn/memory.py": ("tests/unit/turn", "what the machine's conversations change"),
    "natter_turn/table.py": ("tests/unit/turn", "every row is reached by a conversation, which test_machine.py checks"),
    "natter_turn/guards.py": ("tests/unit/turn", "conditions of the table's rows"),
    "natter_turn/moves/": ("tests/unit/turn", "what the table's rows do"),
    "natter_turn/weighing.py": ("tests/unit/turn", "evidence of the machine's conversations"),
    "natter_turn/engine.py": ("tests/unit/turn/engines", "what its engines keep"),
    "natter_turn/learned.py": ("tests/unit/turn", "numbers that test_endpointing.py reads"),
    "natter_stt/written/language.py": ("tests/unit/stt/written", "the shape of the data that test_en.py checks"),
    "natter_stt/written/piece.py": ("tests/unit/stt/written/rules", "what the rules return"),
    "natter_gateway/agent_side.py": ("tests/unit/gateway", "what test_outbound.py and test_written.py keep"),
    "natter_gateway/house.py": ("tests/unit/gateway", "what a gateway has, put together in whole sessions"),
    "natter_gateway/server.py": ("tests/unit/gateway", "the server under every test of whole sessions"),
    "natter_gateway/extensions.py": ("tests/unit/gateway", "names that test_voice_agent.py uses"),
    "natter_gateway/dialects/voice_agent_": (
        "tests/unit/gateway",
        "shapes of the wire, which test_voice_agent.py reads",
    ),
    "natter_gateway/dialects/wire.py": ("tests/unit/gateway", "shapes of the wire, which test_published.py publishes"),
    "natter_gateway/dialects/openai_realtime.py": ("tests/unit/gateway", "a refusal, in test_choose.py"),
    "natter_gateway/agents/": ("tests/unit/gateway/rest", "parts of a stored agent, over its routes in test_agents.py"),
    "natter_gateway/records/means.py": ("tests/unit/gateway/records", "what the others are given"),
    "natter_gateway/rest/": ("tests/unit/gateway/rest", "parts of routes, over the routes"),
    "natter_gateway/store/": ("tests/unit/gateway/store", "tables, under every test of what is in them"),
}
"""Files without a test file of their name: where they are tested, and why there."""
OF_THEIR_OWN: Final = {
    "gateway/test_session_corners.py": "the rest of test_session.py",
    "stt/test_worker_corners.py": "the rest of test_worker.py",
    "runtime/test_seat_hearing.py": "the other half of test_seat.py",
    "gateway/test_resume.py": "sessions that outlive a connection and a gateway",
    "gateway/rest/test_takeover.py": "records of a session that two gateways served",
    "gateway/rest/test_postgresql.py": "the same routes on another database",
}
"""Test files (below ``tests/unit``) without a file of their name, and why."""

ENVIRONMENT: Final = {
    "natter_runtime/app.py": "reads it once, for the settings",
    "natter_runtime/threads.py": "must be set before numpy is imported",
}
"""Beside every ``config.py``; what a setting is called is written there and nowhere else."""

CLOCKS: Final = {"natter_runtime/clock.py": "is the clock"}
TASKS: Final = {"natter_runtime/tasks.py": "is where tasks are made"}
QUEUES: Final[dict[str, str]] = {}
SUBJECTS: Final[dict[str, str]] = {}
SDK: Final = {"natter_runtime/telemetry.py": "sets it up"}

JSON: Final = {
    "natter_protocol/codec.py": "is the codec",
    "natter_runtime/bus_nats.py": "JetStream's acknowledgement",
    "natter_runtime/health.py": "the answer to a probe",
    "natter_runtime/logs.py": "a line for machines",
    "natter_gateway/dialects/": "the client's wire",
    "natter_gateway/published/": "the schema of the client's wire",
    "natter_llm/": "providers, tools and their arguments",
    "natter_stt/engines/scripted.py": "the script",
    "natter_tts/engines/piper.py": "the voice's own file",
    "natter_cli/": "the client's wire, and what is printed",
}
"""Where JSON is read or written; messages on the bus go through the codec alone."""

BROAD: Final = {
    "natter_runtime/bus_memory.py": "a handler's defect must not end its subscription",
    "natter_runtime/bus_nats.py": "a handler's defect must not end its subscription",
    "natter_runtime/executor.py": "what a model raises is handed to whoever awaits it",
    "natter_runtime/host.py": "the boundary of a session",
    "natter_runtime/tasks.py": "the boundary of contained work",
    "natter_gateway/session.py": "the boundary of a session's opening; it is raised again",
    "natter_gateway/pacer.py": "one session's defect must not stop the others' audio",
    "natter_turn/engines/onnx.py": "onnxruntime's errors have no common base",
    "natter_stt/decoding.py": "the boundary to the engine",
    "natter_stt/engines/faster_whisper.py": "the hub's client passes on whatever carries it",
    "natter_stt/engines/moonshine_graphs.py": "onnxruntime's errors have no common base",
    "natter_llm/engines/litellm.py": "raises what each provider's client raises",
    "natter_llm/generation.py": "the boundary to the engine",
    "natter_llm/tool_servers.py": "the protocol's library raises groups of anything",
    "natter_llm/tools.py": "a client's schema can break the checker in any way",
    "natter_tts/engines/callbacks.py": "C is above; it is raised again where the audio is taken",
    "natter_tts/engines/flite.py": "C is above; it is raised again after the call",
    "natter_tts/engines/piper.py": "onnxruntime's errors have no common base",
    "natter_tts/speech.py": "the boundary of a reply",
    "natter_tts/synthesis.py": "the boundary to the engine",
    "natter_cli/cabin.py": "the boundary between services in one process",
    "natter_cli/conformance/run.py": "whatever a server makes a check stumble over is what is wrong with it",
}
"""Boundaries: where any exception stops, is logged or handed on, and why."""


Found = tuple[int, str]
"""A line, and what is there."""


@dataclass(frozen=True, eq=False)
class Source:
    """One file of ours."""

    path: Path
    name: str
    """Such as ``natter_turn/engines/onnx.py``."""
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


@functools.cache
def sources() -> tuple[Source, ...]:
    """Return every file of the libraries and the services."""
    found = []
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found.append(Source(path, path.relative_to(package.parent).as_posix(), text, ast.parse(text)))
    return tuple(found)


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` for an attribute chain, or an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := dotted(node.value)):
        return f"{base}.{node.attr}"
    return ""


@functools.cache
def imported(source: Source) -> tuple[Found, ...]:
    """Return the full name of everything a file imports, also within functions."""
    found: list[Found] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found.extend((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.extend((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
    return tuple(found)


@functools.cache
def named(source: Source) -> tuple[Found, ...]:
    """Return the dotted name of every use of a name or an attribute."""
    nodes = (node for node in ast.walk(source.tree) if isinstance(node, ast.Name | ast.Attribute))
    return tuple((node.lineno, name) for node in nodes if (name := dotted(node)))


Rule = Callable[[Source], Iterator[Found]]
"""Yields what is forbidden; its docstring is the rule."""


# -- sizes and shapes ---------------------------------------------------------------------------


def test_there_is_something_to_look_at() -> None:
    assert len(PACKAGES) == 8
    assert len(sources()) > 100


def test_a_reader_can_hold_each_file() -> None:
    assert [f"{source.name}: {source.lines} lines" for source in sources() if source.lines > MAX_LINES] == []


def test_wiring_is_only_wiring() -> None:
    long = [
        f"{source.name}: {source.lines} lines"
        for source in sources()
        if source.path.name == "main.py" and "services" in source.path.parts and source.lines > MAX_MAIN_LINES
    ]
    assert long == []


def test_every_file_says_what_it_is() -> None:
    silent = [source.name for source in sources() if source.text.strip() and not ast.get_docstring(source.tree)]
    assert silent == []


def test_everything_public_says_what_it_is() -> None:
    silent = [
        f"{source.name}:{node.lineno}: {node.name}"
        for source in sources()
        for node in source.tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


# -- one place for each thing -------------------------------------------------------------------


def environment(source: Source) -> Iterator[Found]:
    """Settings are read in the configuration."""
    names = ("os.environ", "os.getenv", "os.putenv")
    if source.path.name != "config.py":
        yield from ((line, name) for line, name in (*imported(source), *named(source)) if name in names)


def clocks(source: Source) -> Iterator[Found]:
    """Clocks are injected."""
    read = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "loop.time")
    yield from ((line, name) for line, name in imported(source) if name.split(".")[0] == "time")
    yield from ((line, name) for line, name in named(source) if name.endswith(read))


def tasks(source: Source) -> Iterator[Found]:
    """Tasks are made in one place."""
    made = ("create_task", "ensure_future")
    yield from ((line, name) for line, name in named(source) if name.rpartition(".")[2] in made)


def queues(source: Source) -> Iterator[Found]:
    """Every queue is bounded: ours are, these are not by themselves."""
    names = ("asyncio.Queue", "asyncio.PriorityQueue", "asyncio.LifoQueue", "queue.SimpleQueue")
    yield from ((line, name) for line, name in (*imported(source), *named(source)) if name in names)


def literals(source: Source) -> Iterator[Found]:
    """Subjects are built in one place; only docstrings may show one."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(source.tree) if isinstance(node, documented) and node.body]
    docstrings = {id(node.body[0].value) for node in nodes if isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings and "natter.v" in str(node.value):
            yield node.lineno, str(node.value)


def codecs(source: Source) -> Iterator[Found]:
    """There is one codec."""
    libraries = ("json", "orjson", "pickle", "marshal")
    yield from ((line, name) for line, name in imported(source) if name.split(".")[0] in libraries)
    yield from ((line, name) for line, name in named(source) if name == "msgspec.json")


def telemetry(source: Source) -> Iterator[Found]:
    """The SDK of OpenTelemetry is set up in one place; everywhere else there is only its API."""
    parts = ("opentelemetry.sdk", "opentelemetry.exporter")
    yield from ((line, name) for line, name in imported(source) if name.startswith(parts))


def broad(source: Source) -> Iterator[Found]:
    """Only boundaries catch everything."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or dotted(kind) in ("Exception", "BaseException") for kind in kinds):
                yield node.lineno, "except everything"


RULES: Final[dict[Rule, tuple[dict[str, str], str]]] = {
    environment: (ENVIRONMENT, "import os\nx = os.environ['X']\nfrom os import getenv"),
    clocks: (CLOCKS, "from time import monotonic\nimport datetime\nx = datetime.datetime.now()"),
    tasks: (TASKS, "asyncio.create_task(x)\ngroup.create_task(x)"),
    queues: (QUEUES, "asyncio.Queue(10)\nfrom asyncio import PriorityQueue"),
    literals: (SUBJECTS, "def f():\n    'As in natter.v1.'\n    return 'natter.v1.s.x' + f'natter.v1.{x}'"),
    codecs: (JSON, "import json\nmsgspec.json.encode(1)"),
    telemetry: (SDK, "def f():\n    from opentelemetry.sdk.trace import TracerProvider\n    import opentelemetry.sdk"),
    broad: (BROAD, "try: x\nexcept (KeyError, Exception): y\ntry: x\nexcept: y"),
}
"""Each rule with its exceptions, and code that breaks it twice."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_thing_has_its_place(rule: Rule) -> None:
    allowed, _ = RULES[rule]
    found = [
        f"{source.name}:{line}: {what}"
        for source in sources()
        if not source.name.startswith(tuple(allowed))
        for line, what in rule(source)
    ]
    assert found == [], rule.__doc__


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_that_is_broken_is_noticed(rule: Rule) -> None:
    _, code = RULES[rule]
    assert len(list(rule(Source(Path("x.py"), "x.py", code, ast.parse(code))))) == 2


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_exception_is_left_over(rule: Rule) -> None:
    """A file that is gone, or has become better, leaves the list."""
    allowed, _ = RULES[rule]
    needing = [source.name for source in sources() if any(rule(source))]
    assert [name for name in allowed if not any(one.startswith(name) for one in needing)] == []


# -- tests mirror sources -----------------------------------------------------------------------


def has_test(source: Source) -> bool:
    """Whether a test file of its name, or of its package's, is in the folder that mirrors its own or in one above."""
    package, *folders, file = Path(source.name).parts
    top = UNIT / package.removeprefix("natter_")
    places = [top.joinpath(*folders[:depth]) for depth in range(len(folders) + 1)]
    names = [f"test_{file}", *(f"test_{folder}.py" for folder in folders)]
    return any((place / name).is_file() for place in places for name in names)


def mirrored() -> list[Source]:
    """Return the files that must have a test file: all but those of Python itself."""
    return [source for source in sources() if not source.path.name.startswith("__")]


def test_every_file_has_its_test_file() -> None:
    without = [source.name for source in mirrored() if not has_test(source)]
    assert [name for name in without if not name.startswith(tuple(ELSEWHERE))] == []


def test_what_is_tested_elsewhere_is_and_needs_to_be() -> None:
    without = [source.name for source in mirrored() if not has_test(source)]
    for name, (folder, _) in ELSEWHERE.items():
        assert any(file.startswith(name) for file in without), name
        assert list((ROOT / folder).glob("test_*.py")), folder


def test_every_test_file_has_its_file() -> None:
    strays = []
    for package in PACKAGES:
        names = {f"test_{path.name}" for path in package.rglob("*.py")} | {"test_init.py"}
        names |= {f"test_{path.parent.name}.py" for path in package.rglob("*.py")}
        tests = (UNIT / package.name.removeprefix("natter_")).rglob("test_*.py")
        strays += [path.relative_to(UNIT).as_posix() for path in tests if path.name not in names]
    assert sorted(strays) == sorted(OF_THEIR_OWN)
