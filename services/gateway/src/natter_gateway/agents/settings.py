"""From a stored agent to the settings of a session. Pure.

The parts that are also said on the socket are read by the socket's own reader, so that an agent can be exactly
what a ``session.update`` can.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from natter_gateway.agents.builtins import BUILTINS
from natter_gateway.agents.document import Document, Http, StoredTool
from natter_gateway.agents.problems import Invalid, Problem
from natter_gateway.dialects.voice_agent_config import updated
from natter_gateway.failures import ClientError
from natter_gateway.voices import Voices
from natter_protocol.settings import HttpCall, OwnModel, SealedHeader, SessionSettings, Tool, ToolServer


def settings_of(document: Document, voices: Voices | None = None) -> SessionSettings:
    """Return the settings that a call with this agent begins with.

    Args:
        document: the agent.
        voices: those that it may have; None: those of the hosted API.

    Raises:
        Invalid: a value in it is not one that a session could have.
    """
    output = {**(document.output or {}), "voice": document.voice.voice_id}
    indexes = [index for index, tool in enumerate(document.tools) if tool.type == "function"]
    update: dict[str, Any] = {
        "system_prompt": document.system_prompt,
        "greeting": document.greeting or "",
        "output": output,
        "tools": [_inline(document.tools[index]) for index in indexes],
    }
    if document.input is not None:
        update["input"] = document.input
    try:
        said = updated(update, None, voices)
    except ClientError as error:
        raise Invalid(Problem(_param(error.failure.param or "input", indexes), str(error))) from None
    functions = {tool.name: tool for tool in said.tools}
    llm = document.llm[0] if document.llm else None
    return msgspec.structs.replace(
        said,
        tools=tuple(_tool(tool, functions) for tool in document.tools),
        tool_servers=tuple(
            ToolServer(server.name, server.http.url, _sealed(server.http)) for server in document.tool_servers
        ),
        llm=OwnModel(llm.base_url, llm.model, llm.sealed_key) if llm else None,
        record=document.recording,
    )


def _param(param: str, indexes: list[int]) -> str:
    """Return where a user finds what the reader calls ``tools[n]``: the reader saw no built-in tools."""
    found = re.match(r"tools\[(\d+)\]", param)
    if found is None:
        return "voice.voice_id" if param == "output.voice" else param
    return f"tools[{indexes[int(found[1])]}]{param[found.end() :]}"


def _inline(tool: StoredTool) -> dict[str, Any]:
    """Return a tool as a client would send it."""
    inline = tool.model_dump(exclude={"id", "http", "dtmf_collected_arguments"})
    return {**inline, "response_instructions": inline["response_instructions"] or {}}


def _tool(tool: StoredTool, functions: dict[str, Tool]) -> Tool:
    if tool.type == "builtin":
        return BUILTINS[tool.name].tool
    return msgspec.structs.replace(functions[tool.name], http=_call(tool.http) if tool.http else None)


def _call(http: Http) -> HttpCall:
    return HttpCall(http.url, http.http_method, _sealed(http))


def _sealed(http: Http) -> tuple[SealedHeader, ...]:
    return tuple(SealedHeader(header.name, header.sealed) for header in http.headers)
