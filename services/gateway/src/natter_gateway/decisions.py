"""A decision about whose turn it is, as the client is told of it: with a sentence that says why. Pure."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from natter_gateway import events
from natter_protocol.turn import Step, TurnDecided

DecisionName = Literal["wait", "go_on", "begin", "commit", "reopen", "drop", "hold", "resume", "interrupt"]

NAMES: Final[dict[Step, DecisionName]] = {
    Step.WEIGHED: "wait",
    Step.WENT_ON: "go_on",
    Step.BEGAN: "begin",
    Step.COMMITTED: "commit",
    Step.REOPENED: "reopen",
    Step.DROPPED: "drop",
    Step.HELD: "hold",
    Step.INTERRUPTED: "interrupt",
    Step.RESUMED: "resume",
}
BECAUSE: Final = {
    "evidence": "by its sound and its words",
    "listening": "the sound is still being judged",
    "max_silence": "the longest silence has passed",
    "value_open": "what was asked for is not whole yet",
    "value_maybe": "what was asked for may go on",
    "value_whole": "what was asked for is whole",
    "answers_yes_or_no": "it answers the question",
    "chooses": "it is one of the choices",
    "answers": "a short answer to what was asked",
    "words_break_off": "the words break off",
    "no_words": "no words were heard",
    "speech": "somebody speaks",
    "longest_turn": "no turn may be longer",
    "no_audio": "no more sound comes",
    "stop_word": "the user asks it to",
    "answer": "the user answers its question",
    "content": "the user has something to say",
    "words": "the user has something to say",
    "long_speech": "the user keeps speaking",
    "backchannel": "that was only a sign of listening",
    "unclear": "that was hardly a word",
    "echo": "that was its own voice",
    "many_voices": "many people speak at once",
    "not_for_us": "the voice comes from further away",
    "time_is_up": "the time to look at it is up",
}
"""Rules in words; of one that is not here, its name is told."""


def told(message: TurnDecided) -> events.TurnDecided:
    """Return what the client is told of ``message``."""
    end, overlap = message.end, message.overlap
    found = end or overlap
    evidence: dict[str, Any] = msgspec.to_builtins(found) if found is not None else {}
    text = str(evidence.pop("text", ""))
    if message.parts:
        evidence["log_odds"] = {part.name: part.log_odds for part in message.parts}
    return events.TurnDecided(
        turn=message.turn,
        decision=NAMES[message.step],
        rule=message.rule,
        reason=reason(message, text),
        text=text,
        silence_ms=message.silence_ms,
        needed_ms=message.needed_ms if end is not None else None,
        probability=message.probability,
        evidence=evidence,
        presets={wait.preset: wait.needed_ms for wait in message.waits},
    )


def reason(message: TurnDecided, text: str) -> str:
    """Return the decision in a sentence."""
    because = BECAUSE.get(message.rule, message.rule.replace("_", " "))
    sure = "" if message.probability is None else f" ({message.probability:.0%} likely over)"
    needed, silence = f"{message.needed_ms / 1000:.2f} s", f"{message.silence_ms / 1000:.2f} s"
    match message.step:
        case Step.WEIGHED:
            return f"Waiting for {needed} of silence{sure}: {because}."
        case Step.WENT_ON:
            return f"Right to wait: the user went on after {silence}{sure}."
        case Step.BEGAN:
            return f"An answer is begun, unheard, after {silence}{sure}: {because}."
        case Step.COMMITTED:
            return f"The turn is over after {silence} of silence{sure}: {because}."
        case Step.REOPENED:
            return f"The turn goes on after {silence}: the user was not done."
        case Step.DROPPED:
            return f"Nothing came of it: {because}."
        case Step.HELD:
            return "The agent pauses: somebody speaks."
        case Step.INTERRUPTED:
            return f"The agent stops: {because}{_quoted(text)}."
        case Step.RESUMED:
            return f"The agent goes on: {because}{_quoted(text)}."


def _quoted(text: str) -> str:
    return f" (“{text}”)" if text else ""
