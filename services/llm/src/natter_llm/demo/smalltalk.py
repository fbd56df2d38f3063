"""What is said in every call whatever it is about: greetings, thanks, "say that again". Pure.

A table of whole utterances, one way to say it per line; the first kind that fits counts. Small talk is
recognised only where nothing else was said, so that a greeting in front of a question does not swallow
the question.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from natter_llm.demo.text import normal


class Talk(Enum):
    """What kind of small talk an utterance is."""

    HELLO = auto()
    HOW_ARE_YOU = auto()
    THANKS = auto()
    BYE = auto()
    REPEAT = auto()
    WHO_ARE_YOU = auto()
    YOUR_NAME = auto()
    ARE_YOU_A_MODEL = auto()
    TOPICS = auto()
    MORE = auto()
    YES = auto()
    NO = auto()
    FINE = auto()
    STOP = auto()
    CAN_YOU_HEAR = auto()
    SORRY = auto()
    PRAISE = auto()
    MY_NAME = auto()
    FIRST_ASKED = auto()
    LAST_ASKED = auto()
    ALL_ASKED = auto()


_TAIL: Final = (
    r"(?: (?:please|again|now|then|there|natter|today|everyone|all|so much|very much|a lot|for that|for me))*"
)
_LEAD: Final = (
    r"(?:(?:ok|okay|well|so|and|um|uh|oh|hey|sorry|please|but|hi|hello|alright|all right|thanks|thank you) )*"
)
_THING: Final = (
    r"(?:a |an |the )?(?:real )?(?:robot|bot|machine|computer|human(?: being)?|person|ai|a i|artificial intelligence"
    r"|large language model|language model|chat ?bot|llm|chat ?gpt|gpt|chat g p t|model|recording|alive|real)"
)

_TABLE: Final = {
    Talk.MY_NAME: """
        (?:what is|do you (?:know|remember)|can you tell me|say|tell me) (?:what )?my name(?: is)?
        who am i
        """,
    Talk.FIRST_ASKED: """
        what (?:did|have) i (?:ask|asked|say|said)(?: you)?(?: at)? (?:first|the beginning|in the beginning)
        what (?:was|is) (?:my|the) (?:very )?first (?:question|thing)(?: i (?:asked|said)(?: you)?)?
        """,
    Talk.LAST_ASKED: """
        what did i (?:just |last )?(?:ask|say)(?: you)?(?: just now| last| before(?: that)?| a moment ago)?
        what (?:was|is) my (?:last|previous) question
        what have i just (?:asked|said)
        """,
    Talk.ALL_ASKED: """
        what (?:have|did) i (?:asked|ask)(?: you)? (?:so far|in this call|until now)
        what have we talked about(?: so far)?
        """,
    Talk.HOW_ARE_YOU: """
        how are you(?: doing)?
        how (?:is it going|do you do|have you been)
        what is up
        """,
    Talk.REPEAT: """
        {would_you}?(?:repeat|say)(?: (?:that|it|this|what you said))?(?: once)?(?: more| again)
        {would_you}?repeat(?: (?:that|it|this|yourself|what you (?:just )?said))?
        what did you (?:just )?say
        what was that
        pardon(?: me)?
        come again
        excuse me
        i did not (?:get|hear|catch|understand) (?:that|you)
        once more
        one more time
        again
        say again
        i beg your pardon
        """,
    Talk.THANKS: """
        (?:many )?thanks?(?: you)?
        cheers
        that (?:helps|helped)
        very (?:helpful|kind)
        """,
    Talk.BYE: """
        (?:good ?)?bye(?: bye)?
        good night
        see you(?: later| soon)?
        talk to you later
        have a (?:nice|good|great) (?:day|one|evening|weekend)
        that (?:is|was|will be) (?:all|it|everything)
        hang up
        i (?:have to|need to|must) go
        take care
        """,
    Talk.HELLO: """
        (?:hello|hi|hey|good (?:morning|afternoon|evening|day)|greetings|howdy|hiya)(?: hello| hi)*
        """,
    Talk.YOUR_NAME: """
        (?:what is|do you have) (?:your|a) name
        what (?:should|can|do) i call you
        who am i (?:speaking|talking) (?:to|with)
        """,
    Talk.ARE_YOU_A_MODEL: r"""
        are you (?:really )?{thing}(?: or (?:a |an )?\w+(?: \w+)?)?
        am i (?:talking|speaking) (?:to|with) {thing}
        is (?:this|that|there) {thing}(?: behind (?:this|you))?
        (?:what|which) (?:language )?(?:model|llm|ai)(?: model)? (?:are you|is this|are you using|am i talking to)
        (?:what|which) (?:language )?(?:model|llm|ai) is behind (?:this|you)
        """,
    Talk.WHO_ARE_YOU: """
        (?:who|what) are you
        who is (?:this|that|there|speaking)
        introduce yourself
        tell me about yourself
        """,
    Talk.TOPICS: r"""
        (?:what|which things) (?:can|could|should|may|do) (?:you|i|we) (?:do|say|know|answer|discuss)
        (?:what|which things) (?:can|could|should|may) (?:you|i|we) {talk}(?: you)?(?: about| with)?
        (?:what|which things) do you know about
        help(?: me)?
        (?:can|could) you help(?: me)?
        what (?:topics|questions)(?: \w+)*
        what else(?: (?:is there|can you tell me|do you know|can i ask(?: you)?))?
        give me (?:some )?(?:ideas|examples|suggestions)
        i do not know what to (?:ask|say)
        """,
    Talk.MORE: """
        {would_you}?(?:tell|say|give|explain)(?: me)?(?: a (?:bit|little))?(?: some)? more(?: {about_it})?
        (?:some )?more (?:details|information|{about_it})
        i (?:want|would like) to (?:hear|know) more(?: {about_it})?
        what else {about_it}
        go (?:on|ahead)
        continue
        carry on
        keep going
        and then
        elaborate
        more
        next
        and
        """,
    Talk.YES: """
        (?:yes|yeah|yep|yup|sure|of course|certainly|absolutely|definitely|ok|okay|why not|i do|i would)(?: {yes_too})*
        """,
    Talk.NO: """
        (?:no|nope|nah|not now|not really|i am good|never ?mind|forget it|cancel(?: that| it)?)(?: {no_too})*
        """,
    Talk.STOP: """
        (?:be )?quiet
        stop(?: (?:talking|it|that))?
        silence
        shut up
        (?:just )?(?:one|a) (?:moment|second|minute)
        wait(?: a (?:moment|second|minute))?
        (?:hold|hang) on
        (?:that is )?enough
        """,
    Talk.CAN_YOU_HEAR: """
        (?:can you|do you|are you) (?:hear|hearing) me
        are you (?:still )?(?:there|listening|here|online)
        is (?:anybody|anyone|someone) there
        test(?:ing)?(?: test(?:ing)?)*(?: one two(?: three)?| 1 2(?: 3)?)?
        is this (?:thing )?(?:on|working)
        """,
    Talk.SORRY: """
        (?:i am )?(?:so |very )?sorry(?: about that)?
        my (?:mistake|bad|apologies)
        apologies
        """,
    Talk.PRAISE: """
        {praised}*{praise}(?: (?:job|work|one|to (?:hear|know)))?
        well done
        wow
        """,
    Talk.FINE: """
        (?:i see|i understand|got it|understood|makes sense|good to know|doing well)
        (?:i am )?(?:alright|all right|right|fine|good|well)
        (?:hm+|m+ ?hm+|uh huh|aha|ah|oh)
        """,
}
_MACROS: Final = {
    "thing": _THING,
    "would_you": r"(?:(?:(?:can|could|would) you )?(?:please )?)",
    "talk": r"(?:ask|talk|tell me|help me|help)",
    "about_it": r"(?:about|on) (?:that|it|this)",
    "yes_too": r"(?:please|do|sure|of course|i would|i do|tell me|go on|go ahead)",
    "no_too": r"(?:thanks|thank you|that is fine|not now)",
    "praised": r"(?:that is |that was |that sounds |you are |it is |this is |how |very |pretty |so |really |quite )",
    "praise": r"(?:great|good|nice|cool|awesome|amazing|wonderful|excellent|fantastic|perfect|interesting|impressive"
    r"|brilliant|funny|smart|fast|lovely)",
}


def _pattern(alternatives: str) -> re.Pattern[str]:
    lines = [line.strip() for line in alternatives.splitlines() if line.strip()]
    together = "|".join(lines)
    for name, macro in _MACROS.items():
        together = together.replace(f"{{{name}}}", macro)
    return re.compile(rf"{_LEAD}(?:{together}){_TAIL}")


_PATTERNS: Final = tuple((talk, _pattern(alternatives)) for talk, alternatives in _TABLE.items())
_HELLO_FIRST: Final = re.compile(
    r"^\s*(?:hello|hi|hey|good (?:morning|afternoon|evening))(?: there| natter| nater)?[\s,.!]+", re.IGNORECASE
)


def kind(utterance: str) -> Talk | None:
    """Return what kind of small talk the whole of ``utterance`` is, or None."""
    said = normal(utterance)
    for talk, pattern in _PATTERNS:
        if pattern.fullmatch(said):
            return talk
    return None


def after_greeting(utterance: str) -> str:
    """Return what follows a greeting; empty if there is none in front of something else."""
    match = _HELLO_FIRST.match(utterance)
    rest = utterance[match.end() :] if match else ""
    return rest if len(normal(rest).split()) >= 2 else ""
