"""From what a user writes to what is kept. Pure.

A secret that is not given again is kept only as long as the request still goes to the same server: whoever can
change where a request leads must not thereby learn what was entrusted to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from natter_gateway.agents.builtins import BUILTINS, RESERVED_PREFIX
from natter_gateway.agents.document import Document, Header, Http, Llm, PreConnect, StoredServer, StoredTool
from natter_gateway.agents.models import (
    AgentCreate,
    AgentUpdate,
    HeaderWrite,
    HttpWrite,
    LlmWrite,
    PreConnectWrite,
    ToolServerWrite,
    ToolWrite,
)
from natter_gateway.agents.problems import Invalid, Problem
from natter_runtime import addresses
from natter_runtime.addresses import Forbidden

OURS: Final = {
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "idempotency-key",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
"""Headers that are the platform's to set."""


@dataclass(slots=True)
class Merger:
    """Merges one change into one agent, and gathers all that is wrong with it.

    Attributes:
        seal: seals a secret.
        now: wall clock, seconds since the epoch.
        private: whether URLs may lead to hosts that are not public.
    """

    seal: Callable[[str], str]
    now: float
    private: bool
    problems: list[Problem] = field(default_factory=list)

    def created(self, new: AgentCreate) -> Document:
        """Return the document of a new agent.

        Raises:
            Invalid: something in it cannot be.
            SecretMissing: it has a secret, and there is none to seal it with.
        """
        plain = new.model_dump(exclude={"tools", "tool_servers", "pre_connect_requests", "llm"})
        made = Document(
            **plain,
            tools=self._tools(new.tools, []),
            tool_servers=self._tool_servers(new.tool_servers, []),
            pre_connect_requests=self._pre_connect(new.pre_connect_requests, []),
            llm=self._llm(new.llm, []),
        )
        return self._checked(made)

    def updated(self, change: AgentUpdate, present: Document) -> Document:
        """Return ``present`` with ``change`` applied; raises as :meth:`created`."""
        given = change.model_fields_set
        for name in sorted(given & {"name", "system_prompt", "voice"}):
            if getattr(change, name) is None:
                self._wrong(name, "expected a value: it can be changed, not removed")
        plain = given - {"tools", "tool_servers", "pre_connect_requests", "llm"}
        made = present.model_copy(update={name: getattr(change, name) for name in plain})
        if "tools" in given:
            made.tools = self._tools(change.tools, present.tools)
        if "tool_servers" in given:
            made.tool_servers = self._tool_servers(change.tool_servers, present.tool_servers)
        if "pre_connect_requests" in given:
            made.pre_connect_requests = self._pre_connect(change.pre_connect_requests, present.pre_connect_requests)
        if "llm" in given:
            made.llm = self._llm(change.llm, present.llm)
        return self._checked(made)

    def _checked(self, made: Document) -> Document:
        if self.problems:
            raise Invalid(*self.problems)
        return made

    def _wrong(self, param: str, message: str) -> None:
        self.problems.append(Problem(param, message))

    # -- tools ----------------------------------------------------------------------------------

    def _tools(self, new: list[ToolWrite], present: list[StoredTool]) -> list[StoredTool]:
        by_id, by_name = {tool.id: tool for tool in present}, {tool.name: tool for tool in present}
        names: set[str] = set()
        made = []
        for index, tool in enumerate(new):
            path = f"tools[{index}]"
            if tool.name in names:
                self._wrong(f"{path}.name", f"expected a name that no other tool has, not {tool.name!r} again")
            names.add(tool.name)
            if tool.id is not None and tool.id not in by_id:
                self._wrong(f"{path}.id", "expected the id of a tool of this agent, or none")
            before = by_id.get(tool.id or "") or by_name.get(tool.name)
            made.append(self._tool(path, tool, before))
        return made

    def _tool(self, path: str, tool: ToolWrite, before: StoredTool | None) -> StoredTool:
        if tool.type == "builtin":
            if tool.name not in BUILTINS:
                self._wrong(f"{path}.name", f"expected one of {', '.join(BUILTINS)} for a built-in tool")
            extra = tool.model_fields_set - {"id", "type", "name"}
            if extra:
                self._wrong(f"{path}.{min(extra)}", "expected nothing beside the name of a built-in tool")
        elif tool.name.startswith(RESERVED_PREFIX):
            self._wrong(f"{path}.name", f"expected a name without the reserved prefix {RESERVED_PREFIX!r}")
        http = None
        if tool.http is not None:
            http = Http(**self._http(f"{path}.http", tool.http, before.http if before else None).model_dump())
        id = before.id if before is not None else f"tool_{secrets.token_hex(16)}"
        return StoredTool(id=id, http=http, **tool.model_dump(exclude={"id", "http"}))

    def _tool_servers(self, new: list[ToolServerWrite], present: list[StoredServer]) -> list[StoredServer]:
        before = {server.name: server.http for server in present}
        made: dict[str, StoredServer] = {}
        for index, server in enumerate(new):
            path = f"tool_servers[{index}]"
            if server.name in made:
                self._wrong(f"{path}.name", f"expected a name that no other server has, not {server.name!r} again")
            asked = HttpWrite(url=server.url, headers=server.headers)
            made[server.name] = StoredServer(name=server.name, http=self._http(path, asked, before.get(server.name)))
        return list(made.values())

    # -- requests -------------------------------------------------------------------------------

    def _pre_connect(self, new: list[PreConnectWrite], present: list[PreConnect]) -> list[PreConnect]:
        by_origin = {self._origin(request.url): request for request in present}
        made = []
        for index, request in enumerate(new):
            before = by_origin.get(self._origin(request.url))
            http = self._http(f"pre_connect_requests[{index}]", request, before)
            made.append(PreConnect(**http.model_dump(), timeout_ms=request.timeout_ms))
        return made

    def _http(self, path: str, http: HttpWrite, before: Http | None) -> Http:
        origin = self._checked_origin(f"{path}.url", http.url)
        same = before is not None and self._origin(before.url) == origin
        kept = {header.name.lower(): header for header in before.headers} if before is not None else {}
        if http.headers is None:
            if kept and not same:
                self._wrong(f"{path}.headers", "expected the headers again, because the URL leads to another server")
            return Http(url=http.url, http_method=http.http_method, headers=list(kept.values()) if same else [])
        headers = [
            self._header(f"{path}.headers[{index}]", header, kept.get(header.name.lower()), same)
            for index, header in enumerate(http.headers)
        ]
        present = [header for header in headers if header is not None]
        if len({header.name.lower() for header in present}) < len(present):
            self._wrong(f"{path}.headers", "expected each header once")
        return Http(url=http.url, http_method=http.http_method, headers=present)

    def _header(self, path: str, header: HeaderWrite, kept: Header | None, same: bool) -> Header | None:
        if header.name.lower() in OURS or header.name.lower().startswith("proxy-"):
            self._wrong(f"{path}.name", f"expected another header: {header.name} is set by the platform")
            return None
        if header.remove:
            if header.value is not None:
                self._wrong(f"{path}.value", "expected either a value or remove")
            return None
        if header.value is not None:
            return Header(name=header.name, sealed=self.seal(header.value), last_set_at=self.now)
        if kept is None:
            self._wrong(f"{path}.value", "expected a value: none is set yet")
        elif not same:
            self._wrong(f"{path}.value", "expected the value again, because the URL leads to another server")
        return kept

    # -- the model ------------------------------------------------------------------------------

    def _llm(self, new: list[LlmWrite], present: list[Llm]) -> list[Llm]:
        made = []
        for index, llm in enumerate(new):
            path = f"llm[{index}]"
            origin = self._checked_origin(f"{path}.base_url", llm.base_url)
            key = ""
            if llm.api_key is not None:
                key = self.seal(llm.api_key)
            elif present and present[0].sealed_key:
                key = present[0].sealed_key
                if self._origin(present[0].base_url) != origin:
                    self._wrong(f"{path}.api_key", "expected the key again, because base_url leads to another server")
            made.append(Llm(base_url=llm.base_url, model=llm.model, sealed_key=key))
        return made

    # -- URLs -----------------------------------------------------------------------------------

    def _checked_origin(self, path: str, url: str) -> str:
        try:
            return addresses.target(url, private=self.private).origin
        except Forbidden as error:
            self._wrong(path, str(error))
            return ""

    def _origin(self, url: str) -> str:
        try:
            return addresses.target(url, private=True).origin
        except Forbidden:
            return ""
