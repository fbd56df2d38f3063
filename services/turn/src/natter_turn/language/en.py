"""English."""

from __future__ import annotations

from typing import Final

from natter_turn.language.data import CARD, LanguageData, Length, Value, spoken_digits

ENGLISH: Final = LanguageData(
    code="en",
    open_ended=frozenset(
        """a an the and or but so because if when while that which who whose to of in on at by for from with into
        about than as is are was were am be been my your his her its our their this these those i we they he she
        it's i'm you're we're they're can could will would should may might must do does did not no very really
        just like well until unless although though since every some any another whether""".split()
    ),
    can_end=frozenset(
        """that this those these no not in on by about really well so do did does her it like is are was am can
        could will would should some any though to for with at""".split()
    ),
    fillers=frozenset("um uh er erm hmm hm mm ah eh".split()),
    backchannels=frozenset(
        """mm-hm mhm mm hmm hm uh-huh uhhuh uh huh yeah yep yes yup ok okay right sure aha ah oh great good nice
        cool wow really exactly true indeed fine alright mm-hmm mhmm yea ya aw ooh um absolutely definitely
        perfect gotcha understood""".split()
    ),
    backchannel_phrases=(
        "i see",
        "got it",
        "all right",
        "of course",
        "i know",
        "makes sense",
        "that's right",
        "that is right",
        "sounds good",
        "go on",
        "go ahead",
        "i understand",
        "very good",
        "no way",
        "thank you",
        "thanks",
    ),
    stops=(
        "stop",
        "wait",
        "hold on",
        "hang on",
        "no",
        "nope",
        "excuse me",
        "sorry",
        "actually",
        "pause",
        "quiet",
        "shut up",
        "but",
        "question",
        "cancel",
        "enough",
        "never mind",
        "one moment",
        "just a moment",
        "let me",
        "listen",
    ),
    affirmations=frozenset(
        """yes yeah yep yup yea no nope nah sure ok okay right correct exactly please thanks thank you of course
        absolutely definitely not really i do don't did didn't am it is isn't that's true false maybe probably
        fine alright""".split()
    ),
    auxiliaries=frozenset(
        """is are am was were do does did can could will would may should shall has have had isn't aren't don't
        doesn't didn't can't couldn't won't wouldn't shouldn't""".split()
    ),
    requests=frozenset("please tell give spell say need enter provide".split()),
    copulas=frozenset("is was are it's that's ends at to goes".split()),
    choosers=frozenset({"or"}),
    digits=spoken_digits("zero one two three four five six seven eight nine", oh="0", double="", triple=""),
    letters=frozenset("ai"),
    lengths=(Length(Value.PHONE, (7, 10, 11, 12, 13), 10), CARD, Length(Value.POSTCODE, (5, 9), 5)),
    years=frozenset("eighteen nineteen thousand".split()),
    months=frozenset("january february march april may june july august september october november december".split()),
    value_names=(
        (Value.EMAIL, r"e-?mails?( address)?|write to me at|mail (it|that|this) to"),
        (Value.BIRTH_DATE, r"date of birth|birth ?da(y|te)|(was|is|were) born"),
        (Value.CARD, r"(credit|debit)? ?card( number)?"),
        (Value.POSTCODE, r"(zip|postal|post) ?code|zip"),
        (
            Value.PHONE,
            r"(tele)?phone( number)?|mobile( number)?|cell( phone)?( number)?|call (me|us)( back)?|reach (me|us)"
            r"|my (work |home )?number",
        ),
        (
            Value.CODE,
            r"(order|account|reference|booking|tracking|member(ship)?|policy|flight|serial|invoice|ticket"
            r"|confirmation|customer|case|model|licen[cs]e|passport|insurance|patient|id)( ?(number|code|id))?"
            r"|(the|my|a) (code|pin|reference)",
        ),
        (Value.DATE, r"(delivery |appointment |arrival )?date"),
    ),
)
