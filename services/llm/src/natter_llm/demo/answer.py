"""What the demo says next: one pure function from a request to words and at most one call.

The order is what a caller would expect: results of a tool, an instruction for this very reply, the
answer to a question the agent has just asked, small talk, what the caller told of themselves, tools,
the knowledge file, and, where nothing fits well enough, plainly what can be asked.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from natter_llm import history
from natter_llm.demo import memory, numbers, persona, results, tools
from natter_llm.demo.chatter import Chatter
from natter_llm.demo.knowledge import Knowledge, Section
from natter_llm.demo.persona import Persona
from natter_llm.demo.retrieval import Hit, Index
from natter_llm.demo.smalltalk import Talk, after_greeting, kind
from natter_llm.demo.text import content
from natter_llm.demo.thread import Thread
from natter_llm.engine import ChatMessage, Request, Role, ToolCall

MAX_SENTENCES: Final = 2
MAX_WORDS: Final = 40
"""An answer is the first sentences of its section up to so many words; "tell me more" brings the rest."""

_NOT_CALLED: Final = re.compile(r"^(\S+) was not called: (\w+):")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, and the call that is made beside it."""

    text: str
    call: ToolCall | None = None


@dataclass(frozen=True, slots=True)
class _Scene:
    """A request, taken apart."""

    request: Request
    dialog: tuple[ChatMessage, ...]
    instructions: tuple[str, ...]
    persona: Persona
    today: datetime.date

    @property
    def users(self) -> list[str]:
        """What the user said, oldest first."""
        return [message.content for message in self.dialog if message.role is Role.USER]


class Responder:
    """Answers from one knowledge file. Keeps nothing between requests."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._index = Index(knowledge.sections)
        self._thread = Thread(knowledge.sections)

    def answer(self, request: Request, today: datetime.date) -> Answer:
        """Return what is said next.

        Args:
            request: as any engine gets it.
            today: the caller's day, for "tomorrow".
        """
        scene = _scene(request, today)
        answer = self._next(scene)
        return replace(answer, text=_styled(answer.text, scene.persona))

    def _next(self, scene: _Scene) -> Answer:
        arrived = _arrived(scene)
        followed = " ".join(filter(None, map(persona.follow, scene.instructions)))
        if scene.dialog and scene.dialog[-1].role is Role.TOOL:
            told = self._told_back(scene) or Answer(_results(scene.dialog))
            return replace(told, text=" ".join(filter(None, (told.text, followed))))
        if arrived:
            return Answer(" ".join(filter(None, (arrived, followed))))
        if followed:
            return Answer(followed)
        if history.IDLE in scene.instructions:
            return Answer("Are you still there?")
        if scene.dialog and scene.dialog[-1].role is Role.USER:
            return self._respond(scene, scene.dialog[-1].content)
        return Answer(self._chatter(scene).invite())

    def _told_back(self, scene: _Scene) -> Answer | None:
        """Ask again for an argument that did not fit."""
        refused = _NOT_CALLED.match(scene.dialog[-1].content)
        tool = next((tool for tool in scene.request.tools if refused and tool.name == refused[1]), None)
        if refused is None or tool is None:
            return None
        return Answer(f"That does not fit. {tools.question(tool, refused[2])}")

    # -- an utterance ---------------------------------------------------------------------------

    def _respond(self, scene: _Scene, utterance: str) -> Answer:
        talk = kind(utterance)
        pending = tools.asked(scene.request.tools, scene.dialog, scene.today)
        if pending is not None:
            answer = self._go_on(scene, pending, utterance, talk)
            if answer is not None:
                return answer
        if talk is not None:
            return Answer(self._small_talk(scene, talk))
        if greeted := after_greeting(utterance):
            rest = self._respond(scene, greeted)
            return rest if rest.text.startswith("Hello") else replace(rest, text=f"Hello! {rest.text}")
        if (named := memory.name_in(utterance)) is not None:
            met = f"Nice to meet you, {named.name}."
            if not named.rest:
                return Answer(met)
            rest = self._respond(scene, named.rest)
            return replace(rest, text=f"{met} {rest.text}")
        return self._substance(scene, utterance)

    def _substance(self, scene: _Scene, utterance: str) -> Answer:
        if (recalled := memory.recall(utterance, scene.users[:-1])) is not None and recalled.value:
            return Answer(f"Your {recalled.label} is {recalled.value}.")
        fit = tools.choose(scene.request.tools, utterance, scene.today)
        only_numbers = all(numbers.is_numeral(word) for word in content(utterance))
        hit = None if only_numbers and numbers.find(utterance) else self._found(scene.persona, utterance)
        if fit is not None and (hit is None or fit.strength >= min(hit.cover, 0.9)):
            return self._use(scene, tools.Asked(fit.tool, "", ((utterance, ""),), 0))
        fact = memory.fact_in(utterance)
        number = memory.number_in(utterance)
        if number is not None and (number.label or " " in number.value or hit is None):
            return Answer(f"I heard {number.label + ' ' if number.label else ''}{number.value}.")
        if fact is not None and hit is None:
            return Answer(f"I will remember that your {fact.label} is {fact.value}.")
        if hit is not None:
            return Answer(_opening(hit.section, scene.persona.sentences or MAX_SENTENCES))
        if recalled is not None:
            return Answer(f"You have not told me your {recalled.label} yet.")
        return Answer(self._chatter(scene).beyond(asked=memory.is_question(utterance)))

    def _found(self, who: Persona, utterance: str) -> Hit | None:
        """Search what the system prompt states, and the knowledge file."""
        stated = _stated(who.facts).best(utterance) if who.facts else None
        known = self._index.best(utterance)
        if stated is not None and (known is None or stated.cover >= known.cover):
            return stated
        return known

    # -- tools ----------------------------------------------------------------------------------

    def _go_on(self, scene: _Scene, pending: tools.Asked, utterance: str, talk: Talk | None) -> Answer | None:
        """Take ``utterance`` as the answer to what was asked; None if the caller has moved on."""
        if talk in (Talk.NO, Talk.STOP) and not tools.is_yes_or_no(pending):
            return Answer("All right, I will leave it.")
        if talk in (Talk.REPEAT, Talk.ARE_YOU_A_MODEL, Talk.BYE):
            return None
        asks = memory.is_question(utterance) and self._can_answer(scene, pending, utterance)
        if asks and tools.is_free_text(pending):
            return None
        used = self._use(scene, pending)
        if used.call is not None or not used.text.startswith("Sorry"):
            return used
        if asks:
            return None
        if pending.times >= tools.MAX_ASKED:
            return Answer("I am sorry, I still do not get it. Let us leave that for now.")
        return used

    def _can_answer(self, scene: _Scene, pending: tools.Asked, utterance: str) -> bool:
        """Whether ``utterance``, taken by itself, is something else that the demo can do."""
        fit = tools.choose(scene.request.tools, utterance, scene.today)
        other = fit is not None and fit.tool.name != pending.tool.name
        return other or self._found(scene.persona, utterance) is not None

    def _use(self, scene: _Scene, asked: tools.Asked) -> Answer:
        """Call the tool, or ask for what is missing."""
        collected = tools.collect(asked.tool, asked.said, scene.today)
        if not collected.missing:
            return Answer(
                tools.preface(asked.tool), tools.call(asked.tool, collected.arguments, len(scene.request.messages))
            )
        name = collected.missing[0]
        again = "Sorry, I did not get that. " if name == asked.argument else ""
        return Answer(f"{again}{tools.question(asked.tool, name)}")

    # -- talk -----------------------------------------------------------------------------------

    def _chatter(self, scene: _Scene) -> Chatter:
        spoken = [message.content for message in scene.dialog if message.role is Role.ASSISTANT]
        names = tuple(tool.name for tool in scene.request.tools)
        return Chatter(self._knowledge, scene.persona, tuple(scene.users), tuple(spoken), names)

    def _small_talk(self, scene: _Scene, talk: Talk) -> str:
        chatter = self._chatter(scene)
        if talk is Talk.MORE or (talk is Talk.YES and self._thread.offered(chatter.spoken)):
            return self._thread.more(chatter.spoken) or chatter.invite()
        if talk is Talk.REPEAT:
            return self._thread.again(chatter.spoken) or "I have not said anything yet."
        return chatter.say(talk)


def _scene(request: Request, today: datetime.date) -> _Scene:
    messages = request.messages
    prompt = messages[0].content if messages and messages[0].role is Role.SYSTEM else ""
    for added in (history.SPOKEN_STYLE, history.CUT_NOTE):
        prompt = prompt.replace(added, "")
    later = messages[1:] if prompt or (messages and messages[0].role is Role.SYSTEM) else messages
    dialog = tuple(message for message in later if message.role is not Role.SYSTEM)
    asked = itertools.takewhile(lambda message: message.role is Role.SYSTEM, reversed(later))
    instructions = tuple(message.content for message in asked)[::-1]
    return _Scene(request, dialog, instructions, persona.read(prompt.strip()), today)


def _opening(section: Section, limit: int) -> str:
    """Return the first sentences of ``section``, at most ``limit``."""
    taken = [section.sentences[0]]
    for sentence in section.sentences[1:limit]:
        if len(" ".join((*taken, sentence)).split()) <= MAX_WORDS:
            taken.append(sentence)
    return " ".join(taken)


def _results(dialog: Sequence[ChatMessage]) -> str:
    """Return the results at the end of ``dialog`` in words."""
    names = {call.id: call.name for message in dialog for call in message.calls}
    told: list[str] = []
    for message in reversed(dialog):
        if message.role is not Role.TOOL:
            break
        if message.content == history.PENDING:
            told.append("That is still running.")
        else:
            told.append(results.sentence(names.get(message.call, "tool"), message.content))
    return " ".join(reversed(told))


def _arrived(scene: _Scene) -> str:
    """Return results that came while the conversation went on, in words."""
    told: list[str] = []
    for instruction in scene.instructions:
        if instruction.startswith(history.ARRIVED):
            for line in instruction.splitlines()[1:]:
                name, _, result = line.partition(": ")
                told.append(results.sentence(name, result))
    return " ".join(told)


def _styled(text: str, who: Persona) -> str:
    """End the answer as the system prompt says."""
    return f"{text} {who.ending}" if who.ending and text else text


@lru_cache(maxsize=64)
def _stated(facts: tuple[Section, ...]) -> Index:
    return Index(facts)
