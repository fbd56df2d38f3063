"""What all tests share: their categories, the check for tasks left behind, and the two buses."""

from __future__ import annotations

import asyncio
import inspect
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import hypothesis
import pytest

from natter_runtime import bus_nats
from natter_runtime.bus import Bus
from natter_runtime.bus_memory import MemoryBroker
from tests.support.nats_server import nats_server
from tests.support.postgres_server import postgres_server
from tests.support.s3_server import S3Bucket, new_bucket, s3_server

CATEGORIES: Final = ("unit", "integration", "conformance", "e2e")
"""The folders of tests; each is a mark too, so ``-m unit`` runs what needs nothing."""
_ROOT: Final = Path(__file__).parent
_GRACE_S: Final = 0.2
"""So long a task that was told to stop may take to be over."""

hypothesis.settings.register_profile("natter", deadline=None)  # a busy machine is no defect
hypothesis.settings.load_profile("natter")

MakeBus = Callable[[], Awaitable[Bus]]
"""Makes one more connection to the bus of the test."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the categories as marks."""
    for category in CATEGORIES:
        config.addinivalue_line("markers", f"{category}: lies in tests/{category}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark every test with its category; a test without one is refused."""
    category = item.path.relative_to(_ROOT).parts[0]
    if category not in CATEGORIES:
        raise pytest.UsageError(f"{item.nodeid}: tests lie in one of {', '.join(CATEGORIES)}")
    item.add_marker(category)


@pytest.fixture(autouse=True)
def no_task_left(request: pytest.FixtureRequest) -> None:
    """A test that leaves tasks behind fails, whatever else it found."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("leak_check")


@pytest.fixture
async def leak_check() -> AsyncIterator[None]:
    """Fail if anything but this fixture still runs when all other fixtures are closed."""
    yield
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        _, left = await asyncio.wait(left, timeout=_GRACE_S)
    if left:
        pytest.fail("tasks left behind: " + ", ".join(sorted(f"{task.get_name()} {task.get_coro()}" for task in left)))


@pytest.fixture(scope="session")
def nats_url() -> Iterator[str]:
    """The URL of a real server that all tests share; tests keep apart by their sessions' ids."""
    with nats_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL that all tests share; each makes a database of its own."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The URL of an S3 server that all tests share; each makes a bucket of its own."""
    with s3_server() as url:
        yield url


@pytest.fixture
def s3_bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> S3Bucket:
    """A bucket that is empty, and the credentials for it in the environment."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "natter")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret that is no secret")
    return new_bucket(s3)


@pytest.fixture(params=["memory", pytest.param("nats", marks=pytest.mark.nats)])
def connect(request: pytest.FixtureRequest) -> MakeBus:
    """How to connect to the bus under test."""
    if request.param == "memory":
        broker = MemoryBroker()

        async def to_memory() -> Bus:
            return broker.bus()

        return to_memory
    url: str = request.getfixturevalue("nats_url")

    async def to_nats() -> Bus:
        return await bus_nats.connect(url, name="test")

    return to_nats


@pytest.fixture
async def make_bus(connect: MakeBus) -> AsyncIterator[MakeBus]:
    """Makes connections, on each kind of bus, that are closed after the test."""
    made: list[Bus] = []

    async def make() -> Bus:
        made.append(await connect())
        return made[-1]

    yield make
    for bus in reversed(made):
        await bus.close()


@pytest.fixture
async def bus_pair(make_bus: MakeBus) -> tuple[Bus, Bus]:
    """Two connections to one bus, on each kind of bus."""
    return await make_bus(), await make_bus()


@pytest.fixture
def session() -> str:
    """The id of a session that no other test has."""
    return f"sess_{secrets.token_hex(8)}"
