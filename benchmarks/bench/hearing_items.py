"""What must be written exactly: numbers, names and addresses, as they are spoken and as they are written.

Two lists for each kind: rules, thresholds and word lists may be looked at with the first one in view, never with
the second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Item:
    """Something to be understood exactly.

    Attributes:
        kind: what it is.
        spoken: the sentence as a voice says it.
        written: how people write the part that counts.
        keyterm: what a client would give as a keyterm, if this is one.
    """

    kind: str
    spoken: str
    written: str
    keyterm: str = ""


KINDS: Final = (
    "number",
    "order number",
    "phone number",
    "e-mail",
    "name",
    "drug",
    "amount",
    "time",
    "date",
    "street address",
)

_TUNED = """
number|There were two hundred and fifty people.|250
number|We need thirty seven chairs.|37
number|It went up by twelve point five percent.|12.5%
order number|My order number is four seven one nine nine two.|471992
order number|The confirmation code is B seven two nine K.|B729K
order number|It is order eight oh three three one five.|803315
phone number|You can call me at four one five, five five five, zero one nine nine.|415-555-0199
phone number|My phone number is five five five, oh one four two.|555-0142
phone number|Call six four six, five five five, two three seven one.|646-555-2371
e-mail|My email is john dot smith at gmail dot com.|john.smith@gmail.com
e-mail|Please write to maria at example dot org.|maria@example.org
e-mail|The address is info at sunshine dot com.|info@sunshine.com
name|My name is Anneliese Schmidt.|Anneliese Schmidt|Anneliese Schmidt
name|I would like to speak to Wojciech Nowak.|Wojciech Nowak|Wojciech Nowak
name|This is Siobhan Gallagher.|Siobhan Gallagher|Siobhan Gallagher
drug|Please refill my metoprolol today.|metoprolol|metoprolol
drug|I am taking atorvastatin.|atorvastatin|atorvastatin
drug|My doctor gave me amoxicillin.|amoxicillin|amoxicillin
amount|It costs twenty dollars and fifty cents.|$20.50
amount|I paid one hundred and twenty five dollars.|$125
amount|The bill was three thousand dollars.|$3,000
time|Let's meet at ten thirty a m.|10:30 am
time|The train leaves at quarter past two.|2:15
time|I will be there at three o'clock.|3 o'clock
date|On March the third, twenty twenty four.|March 3, 2024
date|I was born on July fourth, nineteen eighty five.|July 4, 1985
date|It happened in eighteen thirteen.|1813
street address|I live at twelve forty two Maple Street.|1242 Maple Street
street address|Send it to five oh one Oak Avenue.|501 Oak Avenue
street address|We are at ninety seven River Road.|97 River Road
"""

_HELD_OUT = """
number|The hall seats four hundred and eighty guests.|480
number|She bought sixteen tickets.|16
number|About sixty five percent agreed.|65%
order number|The order number is nine one six two zero eight.|916208
order number|My booking reference is K four five T nine.|K45T9
order number|The account number is seven seven four one three six.|774136
phone number|My number is three one two, five five five, zero one eight six.|312-555-0186
phone number|You can reach me on my cell, five five five, two seven six one.|555-2761
phone number|Please call two oh two, five five five, one seven four three.|202-555-1743
e-mail|My email is anna dot lopez at yahoo dot com.|anna.lopez@yahoo.com
e-mail|Send it to peter at company dot net.|peter@company.net
e-mail|My email address is support at garden dot org.|support@garden.org
name|My name is Priyanka Raman.|Priyanka Raman|Priyanka Raman
name|Could I talk to Tadeusz Zielinski?|Tadeusz Zielinski|Tadeusz Zielinski
name|I am calling for Doctor Okafor.|Okafor|Okafor
drug|I need more lisinopril.|lisinopril|lisinopril
drug|Is sertraline safe with that?|sertraline|sertraline
drug|She has been on levothyroxine for years.|levothyroxine|levothyroxine
amount|That will be forty five dollars and ten cents.|$45.10
amount|They charged me two hundred and sixty dollars.|$260
amount|It is worth five thousand dollars.|$5,000
time|The shop opens at nine fifteen a m.|9:15 am
time|Come at half past six.|6:30
time|My flight is at seven forty p m.|7:40 pm
date|The party is on October the twenty first.|October 21
date|She moved here on May second, twenty nineteen.|May 2, 2019
date|The house was built in nineteen thirty six.|1936
street address|My address is eight fifteen Walnut Street.|815 Walnut Street
street address|He lives at three oh six Park Avenue.|306 Park Avenue
street address|The office is at forty four Mill Lane.|44 Mill Lane
"""

UNRELATED: Final = tuple(
    "Natter,Kubernetes,PostgreSQL,hydrochlorothiazide,omeprazole,Xarelto,Okonkwo,Nguyen,Siobhan Gallagher,Tadeusz,"
    "Anneliese Schmidt,Gruyère,Wojciech Nowak,sertraline,Priyanka,Worcestershire,Charcuterie,Zielinski,Lufthansa,"
    "Reykjavik".split(",")
)
"""Keyterms that nobody says in the recordings."""


def items(*, held_out: bool) -> list[Item]:
    """Return the items of one half."""
    rows = (_HELD_OUT if held_out else _TUNED).strip().splitlines()
    return [Item(*row.split("|")) for row in rows]


def is_exact(item: Item, text: str) -> bool:
    """Whether ``text`` holds the item as it is written, whatever its case."""
    return is_written(item.written, text)


def is_written(written: str, text: str) -> bool:
    """Whether ``text`` holds ``written`` as a whole, not as a part of something longer."""
    pattern = rf"(?<![\w$@.-]){re.escape(written.casefold())}(?![\w@]|[.,:-]\d)"
    return re.search(pattern, text.casefold()) is not None
