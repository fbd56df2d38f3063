"""The words for small talk, and for what the demo cannot answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from natter_llm.demo import memory
from natter_llm.demo.knowledge import Knowledge
from natter_llm.demo.persona import Persona
from natter_llm.demo.smalltalk import Talk
from natter_llm.demo.values import label

EXAMPLES: Final = 3

_WHAT_I_AM: Final = (
    "I am a program, but not a language model: a small demo that is built in and looks its answers up in a file. "
    "To put a real language model in my place, set the variable NATTER LLM MODEL and the key of its provider."
)
_FIXED: Final = {
    Talk.HOW_ARE_YOU: "I am fine, thank you. What would you like to know?",
    Talk.THANKS: "You are welcome.",
    Talk.ARE_YOU_A_MODEL: _WHAT_I_AM,
    Talk.YES: "Good. What would you like to know?",
    Talk.NO: "All right.",
    Talk.FINE: "Good. Is there anything else you would like to know?",
    Talk.STOP: "All right, I will be quiet. Just speak when you need me.",
    Talk.CAN_YOU_HEAR: "Yes, I can hear you.",
    Talk.SORRY: "No problem at all.",
    Talk.PRAISE: "I am glad to hear that.",
}


@dataclass(frozen=True, slots=True)
class Chatter:
    """What there is to talk with.

    Attributes:
        users: what the user said, oldest first; the last is what is answered now.
        spoken: what the agent said, as it was heard.
        tools: the names of the tools that can be called.
    """

    knowledge: Knowledge
    persona: Persona
    users: tuple[str, ...]
    spoken: tuple[str, ...]
    tools: tuple[str, ...]

    def say(self, talk: Talk) -> str:
        """Return the answer to small talk of one kind."""
        if talk in _FIXED:
            return _FIXED[talk]
        name = memory.name_of(self.users)
        match talk:
            case Talk.HELLO:
                return self._hello(name)
            case Talk.BYE:
                return f"Goodbye, {name}." if name else "Goodbye."
            case Talk.YOUR_NAME:
                return f"My name is {self.persona.name}." if self.persona.name else f"I am the demo of {self._subject}."
            case Talk.WHO_ARE_YOU:
                return f"I am {self.persona.name}. {_WHAT_I_AM}" if self.persona.name else _WHAT_I_AM
            case Talk.TOPICS:
                return self.topics()
            case Talk.MY_NAME:
                return f"Your name is {name}." if name else "You have not told me your name yet."
            case Talk.FIRST_ASKED:
                return self._asked("first", 0)
            case Talk.LAST_ASKED:
                return self._asked("just", -1)
            case Talk.ALL_ASKED:
                return self._all_asked()
        return self.invite()

    def invite(self) -> str:
        """Return words that ask for a question."""
        return f"What would you like to know about {self._subject}?"

    def topics(self) -> str:
        """Return what can be asked."""
        told = f"You can ask me about {self._subject}: for example, {_either(self._examples())}."
        if not self.tools:
            return told
        return f"{told} I can also use these tools: {', '.join(label(name) for name in self.tools[:5])}."

    def beyond(self, *, asked: bool) -> str:
        """Return what is said when nothing fits well enough."""
        start = "I do not know about that." if asked else "I am not sure what to do with that."
        return f"{start} I can tell you about {self._subject}: for example, {_either(self._examples())}."

    @property
    def _subject(self) -> str:
        return self.knowledge.subject

    def _hello(self, name: str) -> str:
        hello = f"Hello, {name}!" if name else "Hello!"
        me = f" This is {self.persona.name}." if self.persona.name and not self.spoken else ""
        return f"{hello}{me} {self.invite()}"

    def _examples(self) -> Sequence[str]:
        """Return a few topics, others with every turn."""
        topics = [section.topic for section in self.knowledge.sections if section.title != self._subject]
        start = (len(self.users) - 1) * EXAMPLES % max(1, len(topics))
        return (topics + topics)[start : start + min(EXAMPLES, len(topics))] or [self._subject]

    def _asked(self, when: str, position: int) -> str:
        earlier = self.users[:-1]
        if not earlier:
            return "You have not asked me anything yet."
        questions = memory.questions(earlier)
        if questions:
            return f"You {when} asked: {_quoted(questions[position])}"
        return f"You {when} said: {_quoted(earlier[position])}"

    def _all_asked(self) -> str:
        questions = memory.questions(self.users[:-1])
        if not questions:
            return "You have not asked me anything yet."
        return f"You asked: {' And: '.join(map(_quoted, questions[-3:]))}"


def _quoted(utterance: str) -> str:
    said = utterance.strip()
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _either(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
