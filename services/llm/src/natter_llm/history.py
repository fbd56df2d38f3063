"""What the model is told: the conversation as it was heard, in the order it happened. Pure.

The source is the fold of the log, so an answer that was cut short is in it only as far as somebody
heard it (rule R7), and the result of a tool is in it whatever became of the reply that asked.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from natter_llm.engine import ChatMessage, Role, ToolCall
from natter_protocol.tool import ToolOutcome
from natter_protocol.turn import Cause
from natter_runtime import state as fold
from natter_runtime.state import CallState, Entry, ReplyState, SessionState

SPOKEN_STYLE: Final = (
    "You are speaking with somebody on a call: what you write is read out aloud. Answer in short, plain "
    "sentences without Markdown, lists, emoji or links."
)
"""Added to the system prompt, because models write for the eye unless they are told."""
CUT_MARK: Final = "…"
CUT_NOTE: Final = (
    "An answer of yours that ends in … was interrupted there: the user has heard nothing of what you wanted "
    "to say after it."
)
PENDING: Final = "This is still running. Its result will be told later; do not call it again."
ARRIVED: Final = "These results have just arrived; tell the user what matters of them."
IDLE: Final = (
    "The user has been silent for a while. Say something short that helps them go on, or ask whether they are "
    "still there."
)


_ADDED: Final = {fold.Role.USER: Role.USER, fold.Role.SYSTEM: Role.SYSTEM}


@dataclass(frozen=True, slots=True)
class Moment:
    """What is to be generated, and from where the history is looked at.

    Attributes:
        epoch: the reply that is wanted; nothing later is told.
        cause: what it answers.
        spoken: the user's words of a speculation, which the log does not have yet.
        request: for ``tool_result``, the wish that was granted.
        instructions: one-off, for this reply alone.
    """

    epoch: int
    cause: Cause = Cause.USER
    spoken: str = ""
    request: str = ""
    instructions: str = ""


def messages(
    state: SessionState, moment: Moment, *, spoken_style: bool = True, limit: int = 200
) -> tuple[ChatMessage, ...]:
    """Return the messages to ask a model with.

    Args:
        state: the session as it is known now.
        moment: what is to be generated.
        spoken_style: whether to add :data:`SPOKEN_STYLE`.
        limit: at most so many messages of the conversation, the newest.
    """
    past = [entry for entry in state.conversation if _is_past(entry, moment)]
    told: list[ChatMessage] = []
    for epoch, entries in itertools.groupby(past, key=lambda entry: entry.epoch):
        told.extend(_exchange(list(entries), state.replies.get(epoch)))
    committed = any(entry.epoch == moment.epoch for entry in past)
    if moment.spoken and not committed:
        told.append(ChatMessage(Role.USER, moment.spoken))
    cut = any(message.role is Role.ASSISTANT and message.content.endswith(CUT_MARK) for message in told)
    parts = (state.settings.system_prompt, SPOKEN_STYLE if spoken_style else "", CUT_NOTE if cut else "")
    prompt = "\n\n".join(filter(None, parts))
    system = [ChatMessage(Role.SYSTEM, prompt)] if prompt else []
    last = [ChatMessage(Role.SYSTEM, text) for text in _instructions(state, moment, told)]
    return (*system, *recent(told, limit), *last)


def _is_past(entry: Entry, moment: Moment) -> bool:
    """An older reply's; or what the user said to cause this very one."""
    caused = entry.role is fold.Role.USER and entry.turn > 0
    return entry.epoch < moment.epoch or (entry.epoch == moment.epoch and caused)


def _exchange(entries: list[Entry], reply: ReplyState | None) -> list[ChatMessage]:
    """Return one reply and what it answered: the user's words; words and calls in one message; the results.

    What the client added comes after it, in the client's order.
    """
    told = [ChatMessage(Role.USER, entry.text) for entry in entries if entry.role is fold.Role.USER and entry.turn]
    heard = " ".join(_heard(entry, reply) for entry in entries if entry.role is fold.Role.AGENT)
    calls = [entry.call for entry in entries if entry.call is not None]
    if heard or calls:
        made = tuple(ToolCall(call.call, call.name, json.dumps(call.arguments, ensure_ascii=False)) for call in calls)
        told.append(ChatMessage(Role.ASSISTANT, heard, made))
    told.extend(ChatMessage(Role.TOOL, result_text(call), call=call.call) for call in calls)
    told.extend(ChatMessage(_ADDED[entry.role], entry.text) for entry in entries if _is_added(entry))
    return told


def _is_added(entry: Entry) -> bool:
    return entry.role is fold.Role.SYSTEM or (entry.role is fold.Role.USER and not entry.turn)


def _heard(entry: Entry, reply: ReplyState | None) -> str:
    """Return what was heard, marked if it is not all."""
    whole = reply.generated if reply is not None else None
    unfinished = reply is not None and reply.outcome is None and whole is not None and len(entry.text) < len(whole)
    return f"{entry.text.rstrip()}{CUT_MARK}" if entry.interrupted or unfinished else entry.text


def result_text(call: CallState) -> str:
    """Return what the model is told of a call's result."""
    if call.outcome is None:
        return PENDING
    if call.outcome is ToolOutcome.RETURNED:
        return call.result or "(no result)"
    if call.outcome is ToolOutcome.TIMED_OUT:
        return f"Error: {call.name} gave no answer in time."
    return f"Error: {call.result or 'the tool failed'}"


def recent(told: list[ChatMessage], limit: int) -> list[ChatMessage]:
    """Return at most ``limit`` of the newest messages, beginning with one of the user.

    A conversation must not begin with an answer whose question is gone, nor with a result whose call is.
    """
    if len(told) <= limit:
        return told
    kept = told[-limit:]
    starts = (number for number, message in enumerate(kept) if message.role is Role.USER)
    return kept[next(starts, len(kept)) :]


def wish(epoch: int) -> str:
    """Return the id under which a follow-up to the calls of reply ``epoch`` is wished for."""
    return f"tools_{epoch}"


def calls_of(state: SessionState, request: str) -> list[CallState]:
    """Return the calls whose results the granted wish ``request`` is about, in order."""
    calls = [call for call in state.calls.values() if wish(call.epoch) == request]
    return sorted(calls, key=lambda call: call.call)


def _instructions(state: SessionState, moment: Moment, told: list[ChatMessage]) -> list[str]:
    """Return what the model is told last, for this reply alone."""
    texts = []
    if moment.cause is Cause.TOOL_RESULT:
        calls = calls_of(state, moment.request)
        if told and told[-1].role is not Role.TOOL and calls:
            texts.append(_arrived(calls))
        texts += _tool_instructions(state, calls)
    if moment.instructions:
        texts.append(moment.instructions)
    elif moment.cause is Cause.IDLE:
        texts.append(IDLE)
    return list(dict.fromkeys(texts))


def _arrived(calls: Iterable[CallState]) -> str:
    """The conversation went on while the tool ran: say again what came, where the model looks first."""
    results = "\n".join(f"{call.name}: {result_text(call)}" for call in calls)
    return f"{ARRIVED}\n{results}"


def _tool_instructions(state: SessionState, calls: Iterable[CallState]) -> list[str]:
    tools = {tool.name: tool for tool in state.settings.tools}
    texts = []
    for call in calls:
        tool = tools.get(call.name)
        if tool is not None:
            text = tool.on_success if call.outcome is ToolOutcome.RETURNED else tool.on_error
            texts.append(text or "")
    return [text for text in texts if text]
