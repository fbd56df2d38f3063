"""The conditions of the turn machine's table: questions to its memory, nothing else. Pure."""

from __future__ import annotations

from typing import Final

from natter_protocol.audio import INPUT_RATE
from natter_turn.crowd import SURE_MS, is_crowd
from natter_turn.endpointing import PATIENCE_MS
from natter_turn.memory import Memory
from natter_turn.overlap import CROWD_UNCLEAR, UNCLEAR, Overlap
from natter_turn.voice import is_far
from natter_turn.weighing import decision, judgement
from natter_turn.wording import same, words

LONGEST_TURN_S: Final = 120
"""Speech that never ends (hold music, a radio) is answered after this."""
REOPEN_VOICED: Final = INPUT_RATE * 200 // 1000
"""Samples of speech after a commit that show that the user goes on."""
EAGER: Final = 0.3
"""Probability from which an answer is begun at once."""
EAGER_LEAD_MS: Final = 400
"""What is less likely over is answered ahead by so much only: about what an answer takes to its first sound."""
MAX_SPECULATIONS: Final = 4
"""Answers begun for one turn; more than these are thrown away too often to pay for."""
MAX_IGNORED: Final = 1
"""Turns in a row that are taken for somebody else's: who speaks again means us."""
SAME_ASIDE: Final = INPUT_RATE * 1500 // 1000
"""Samples after such a turn within which what comes is the rest of it; who waits longer has waited for an answer."""
UNCLEAR_WORDS: Final = 2
BEHIND: Final = INPUT_RATE * 700 // 1000
"""Samples; words that end so much before the speech are its beginning only (a partial comes every 320 ms)."""


def is_over(memory: Memory, now: float) -> bool:
    """The turn is over."""
    return decision(memory).over


def is_over_and_heard(memory: Memory, now: float) -> bool:
    """The turn is over, and the recogniser's last word on it is there."""
    return memory.final_covers and bool(words(memory.text)) and is_over(memory, now)


def is_empty(memory: Memory, now: float) -> bool:
    """What was taken for a turn has no words."""
    final = memory.turn.final if memory.turn else None
    if not memory.final_covers or final is None or words(final.text):
        return False
    return memory.silence_ms >= memory.policy.min_silence_ms


def is_not_for_us(memory: Memory, now: float) -> bool:
    """Somebody else spoke, or the caller to somebody else; or it was a noise that the recogniser guessed at."""
    if not memory.final_covers or memory.silence_ms < memory.policy.min_silence_ms:
        return False
    return is_aside(memory, now)


def is_aside(memory: Memory, now: float) -> bool:
    """The same, whatever the recogniser has said about it by now."""
    turn = memory.turn
    if turn is None or (turn.over_epoch and memory.reply is None):
        return False  # it has interrupted a reply: that has been decided
    return not_for_us(memory) != ""


def not_for_us(memory: Memory) -> str:
    """Return why the open turn is not taken for the caller's words, or an empty string."""
    turn = memory.turn
    if memory.ignored >= MAX_IGNORED and turn is not None and turn.start_sample > memory.ignored_until + SAME_ASIDE:
        return ""
    if is_far(memory.timbre, memory.caller):
        return "not_for_us"
    final = turn.final if turn is not None else None
    if final is None or final.confidence is None:
        return ""
    crowd = memory.voiced_ms >= SURE_MS and is_crowd(memory.dynamics, memory.activity.room_db)
    if crowd and final.confidence < CROWD_UNCLEAR:
        return "many_voices"
    few = memory.caller.windows > 0 and len(words(final.text)) <= UNCLEAR_WORDS
    return "unclear" if few and final.confidence < UNCLEAR / 2 else ""


def is_worth_a_speculation(memory: Memory, now: float) -> bool:
    """The turn is likely over, and its answer may be begun."""
    turn = memory.turn
    if turn is None or memory.speculation is not None or not memory.policy.eager:
        return False
    if turn.speculations >= MAX_SPECULATIONS or not memory.final_covers or not words(memory.text):
        return False
    found = decision(memory)
    if found.rule == "listening" and memory.silence_ms < PATIENCE_MS:
        return False
    return found.probability >= EAGER or found.needed_ms - memory.silence_ms <= EAGER_LEAD_MS


def is_speculation_stale(memory: Memory, now: float) -> bool:
    """The answer that was begun answers other words than those that were said."""
    return memory.speculation is not None and not same(memory.speculation.text, memory.text)


def is_far_voice(memory: Memory, now: float) -> bool:
    """Who begins to speak is further away than the caller."""
    return is_far(memory.activity.timbre, memory.caller)


def has_text(memory: Memory, now: float) -> bool:
    """There are words, even if not the recogniser's last."""
    return bool(words(memory.text))


def has_most_text(memory: Memory, now: float) -> bool:
    """There are words, and they are not only those of the beginning: the recogniser keeps up with the user."""
    heard = memory.turn.heard if memory.turn is not None else None
    behind = memory.activity.last_speech_sample - heard.end_sample if heard is not None else 0
    return has_text(memory, now) and behind <= BEHIND


def covers(memory: Memory, now: float) -> bool:
    """The recogniser's last word on all of the turn is there, with words in it."""
    return memory.final_covers and has_text(memory, now)


def covers_nothing(memory: Memory, now: float) -> bool:
    """The recogniser's last word on all of the turn is there, and has no words."""
    return memory.final_covers and not has_text(memory, now)


def is_endless(memory: Memory, now: float) -> bool:
    """The user has been speaking for longer than anybody does."""
    turn = memory.turn
    return turn is not None and memory.position - turn.start_sample > LONGEST_TURN_S * INPUT_RATE


def is_interruptible(memory: Memory, now: float) -> bool:
    """The reply that is being spoken may be interrupted."""
    reply = memory.reply
    if reply is None or not memory.policy.interrupt_response:
        return reply is None
    return reply.cause.value not in memory.policy.uninterruptible


def is_reopenable(memory: Memory, now: float) -> bool:
    """Nothing of the answer was heard, and nothing was done for it."""
    return memory.reply is not None and memory.reply.reopenable


def is_going_on(memory: Memory, now: float) -> bool:
    """The user has said enough after the commit to be going on."""
    return memory.activity.voiced >= REOPEN_VOICED and not is_far(memory.activity.timbre, memory.caller)


def is_speaking(memory: Memory, now: float) -> bool:
    """The user speaks now."""
    return memory.activity.speaking


def is_interruption(memory: Memory, now: float) -> bool:
    """The overlap is an interruption."""
    return judgement(memory)[0] is Overlap.INTERRUPTION


def is_interruption_made(memory: Memory, now: float) -> bool:
    """The overlap was an interruption, and the user has stopped speaking."""
    return not memory.activity.speaking and is_interruption(memory, now)


def is_nothing(memory: Memory, now: float) -> bool:
    """The overlap was nothing."""
    return judgement(memory)[0] is Overlap.NOTHING


def is_unheard(memory: Memory, now: float) -> bool:
    """Nothing of the reply has been heard yet."""
    return memory.reply is not None and not memory.reply.audible


def is_nothing_yet_unheard(memory: Memory, now: float) -> bool:
    """The overlap was nothing, and the reply has not been heard yet."""
    return is_unheard(memory, now) and is_nothing(memory, now)
