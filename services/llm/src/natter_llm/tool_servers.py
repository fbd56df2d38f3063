"""Tools of servers of the Model Context Protocol: of the agent's own, and those that the operator lists for all calls.

The operator's are listed in a file of the form that MCP clients share (``NATTER_LLM_MCP``)::

    {"mcpServers": {"shop": {"url": "https://shop.example.com/mcp", "headers": {"Authorization": "Bearer 5f3c"}}}}

A session asks each server once for its tools, when it begins. A tool is known to the model as ``<server>_<tool>``. A
connection lives as long as one question; a server that is gone costs its tools, or the one call, and nothing else.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from natter_llm.http_tools import MAX_ANSWER, MAX_REASON, Result
from natter_protocol.settings import Tool, ToolServer
from natter_protocol.tool import ToolOutcome
from natter_runtime import outside
from natter_runtime.addresses import Forbidden
from natter_runtime.errors import UsageError
from natter_runtime.seal import SealBroken, Sealer, SecretMissing

log = logging.getLogger(__name__)

LIST_S: Final = 3.0
"""How long a server may take to tell its tools; the first answer of a call waits for it."""
CALL_S: Final = 60.0
MAX_SERVERS: Final = 16
MAX_TOOLS: Final = 64
"""Of one server."""
MAX_PAGES: Final = 8
MAX_DESCRIPTION: Final = 4096
LONGEST_NAME: Final = 64
_ODD: Final = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, with its headers in the open.

    Attributes:
        private: whether plain http and hosts that are not public are allowed.
    """

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    private: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A tool of a server: what the model knows, and what it is called there."""

    tool: Tool
    server: Server
    inner: str


def read(path: Path | None) -> tuple[Server, ...]:
    """Return the servers that the operator lists in ``path``; none without one. They may be anywhere.

    Raises:
        UsageError: the file cannot be read or is not of the form above, or the library is not installed.
    """
    if path is None:
        return ()
    if importlib.util.find_spec("mcp") is None:
        raise UsageError("NATTER_LLM_MCP needs a library: install natter-llm[mcp]")
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["mcpServers"]
        return tuple(
            Server(name, str(about["url"]), {str(k): str(v) for k, v in about.get("headers", {}).items()}, private=True)
            for name, about in listed.items()
        )
    except (OSError, ValueError) as error:
        raise UsageError(f"NATTER_LLM_MCP={path}: {error}") from error
    except (KeyError, TypeError, AttributeError):
        raise UsageError(f"NATTER_LLM_MCP={path}: expected an object mcpServers of objects with a url") from None


class ToolServers:
    """What all sessions of the process share.

    Args:
        operators: servers whose tools all sessions have.
        sealer: opens the headers of agents' own servers.
        private: whether those may be on hosts that are not public.
    """

    def __init__(self, operators: tuple[Server, ...], sealer: Sealer, *, private: bool) -> None:
        self._operators = operators
        self._sealer = sealer
        self._private = private

    def of(self, own: Iterable[ToolServer]) -> HostedTools:
        """Return the tools of a session; they are asked for by :meth:`HostedTools.discover`."""
        servers = [*self._operators, *(opened for server in own if (opened := self._opened(server)) is not None)]
        return HostedTools(servers[:MAX_SERVERS])

    def _opened(self, server: ToolServer) -> Server | None:
        try:
            headers = {header.name: self._sealer.open(header.sealed) for header in server.headers}
        except (SealBroken, SecretMissing) as error:
            log.error("the headers of the tool server %s cannot be opened: %s", server.name, error)
            return None
        return Server(server.name, server.url, headers, self._private)


class HostedTools:
    """The tools of one session's servers."""

    def __init__(self, servers: Iterable[Server] = ()) -> None:
        self._servers = tuple(servers)
        self._found: dict[str, Found] = {}
        self._listed = asyncio.Event()
        if not self._servers:
            self._listed.set()

    def tools(self, others: Iterable[Tool]) -> tuple[Tool, ...]:
        """Return ``others`` and what was found; of two with one name the other one counts."""
        own = tuple(others)
        names = {tool.name for tool in own}
        return (*own, *(found.tool for name, found in self._found.items() if name not in names))

    def serves(self, tool: Tool) -> bool:
        """Whether ``tool`` is one of these."""
        found = self._found.get(tool.name)
        return found is not None and found.tool is tool

    async def discover(self) -> None:
        """Ask all servers at once for their tools; :data:`LIST_S` later what has not answered has none."""
        try:
            for tools in await asyncio.gather(*(_asked(server) for server in self._servers)):
                for found in tools:
                    self._found.setdefault(found.tool.name, found)
        finally:
            self._listed.set()

    async def listed(self) -> None:
        """Wait until the servers have been asked."""
        await self._listed.wait()

    async def run(self, tool: Tool, arguments: Mapping[str, Any]) -> Result:
        """Call ``tool`` and return what it brought; never raises because of the other side."""
        found = self._found[tool.name]
        from natter_llm.mcp_client import connected

        server = found.server
        try:
            async with (
                asyncio.timeout(tool.timeout_s),
                connected(server.url, server.headers, private=server.private) as client,
            ):
                return _result(await client.call_tool(found.inner, dict(arguments)))
        except TimeoutError:
            return Result(f"no answer within {tool.timeout_s:g} s", ToolOutcome.TIMED_OUT)
        except Exception as error:  # noqa: BLE001 - boundary: the library raises groups of anything
            log.warning("the tool %s could not be called: %s", tool.name, _reason(error))
            return Result(f"the tool's server could not be used: {_reason(error)}", ToolOutcome.FAILED)


async def _asked(server: Server) -> list[Found]:
    """Return the tools of a server; none if it does not tell them in time."""
    try:
        from natter_llm.mcp_client import connected
    except ImportError:
        log.error("tool server %s: install natter-llm[mcp]", server.name)
        return []
    listed: list[Any] = []
    try:
        async with asyncio.timeout(LIST_S), connected(server.url, server.headers, private=server.private) as client:
            cursor: str | None = None
            for _ in range(MAX_PAGES):
                page = await client.list_tools(cursor=cursor)
                listed += page.tools
                cursor = page.next_cursor
                if cursor is None:
                    break
    except Exception as error:  # noqa: BLE001 - boundary: the library raises groups of anything, deadlines among them
        log.warning("tool server %s: %s", server.name, _reason(error))
        return []
    log.info("tool server %s: %d tools", server.name, len(listed))
    return [Found(_known(server, tool), server, tool.name) for tool in listed[:MAX_TOOLS]]


def _known(server: Server, tool: Any) -> Tool:
    """Return a tool as the model is told of it. What it does to the world it says itself, if it does."""
    hints = tool.annotations
    return Tool(
        name=_ODD.sub("_", f"{server.name}_{tool.name}")[:LONGEST_NAME],
        description=(tool.description or "")[:MAX_DESCRIPTION],
        parameters=dict(tool.input_schema or {}),
        timeout_s=CALL_S,
        side_effects=not (hints is not None and (hints.read_only_hint or hints.idempotent_hint)),
    )


def _result(answer: Any) -> Result:
    """Return what the model is told: the structured content as JSON, else the texts."""
    if answer.structured_content is not None:
        text = json.dumps(answer.structured_content, ensure_ascii=False, separators=(",", ":"))
    else:
        text = "\n".join(part.text for part in answer.content if getattr(part, "text", None))
    if answer.is_error:
        return Result(f"the tool's server says: {text[:MAX_REASON]}", ToolOutcome.FAILED)
    return Result(text.encode()[:MAX_ANSWER].decode(errors="ignore"), ToolOutcome.RETURNED)


def _reason(error: BaseException) -> str:
    """Return in a few words why a server could not be used; without its address, and nothing of its headers."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, Forbidden | TimeoutError):
        return outside.reason(error)
    name = type(error).__name__
    if name in ("ConnectError", "ConnectTimeout"):
        return "no connection"
    return f"{name}: {str(error)[:MAX_REASON]}" if name == "MCPError" else f"the connection broke ({name})"
