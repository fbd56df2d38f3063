"""The words of English; see :class:`natter_stt.written.language.Language`."""

from __future__ import annotations

from natter_stt.written.language import Coin, Language

_MONTHS = "January February March April May June July August September October November December"
_UNITS = {
    "mg": "milligram milligrams mg",
    "mcg": "microgram micrograms mcg",
    "ml": "milliliter milliliters millilitre millilitres ml",
    "kg": "kilogram kilograms kilo kilos kg",
    "km": "kilometer kilometers kilometre kilometres km",
    "cm": "centimeter centimeters centimetre centimetres cm",
    "mm": "millimeter millimeters millimetre millimetres mm",
    "GB": "gigabyte gigabytes gb",
    "MB": "megabyte megabytes mb",
}
_WHOLE_UNITS = (
    "gram grams meter meters metre metres mile miles feet inch inches yard yards liter liters litre litres "
    "pound pounds ounce ounces degree degrees ton tons tonne tonnes cents"
)
"""Written out, with the number in digits. Not "foot": "six foot two"."""
_DOLLAR = Coin("$", frozenset(("cent", "cents")))
_EURO = Coin("€", frozenset(("cent", "cents")))
_POUND = Coin("£", frozenset(("pence", "p", "penny")), needs_cents=True)

ENGLISH = Language(
    code="en",
    not_numbers=frozenset(("hundreds", "thousands", "millions", "billions", "second", "seconds", "tens", "ones")),
    zeros=frozenset(("oh", "o")),
    repeats={"double": 2, "triple": 3},
    sound_alikes={"to": "2", "too": "2", "for": "4"},
    points=frozenset(("point",)),
    ands=frozenset(("and",)),
    articles=frozenset(("a",)),
    magnitudes=((1_000_000_000, "billion"), (1_000_000, "million")),
    coins={
        "dollar": _DOLLAR,
        "dollars": _DOLLAR,
        "bucks": _DOLLAR,
        "euro": _EURO,
        "euros": _EURO,
        "pound": _POUND,
        "pounds": _POUND,
    },
    percents=frozenset((("percent",), ("per", "cent"))),
    units={word: short for short, words in _UNITS.items() for word in words.split()}
    | {word: word for word in _WHOLE_UNITS.split()},
    labels=frozenset(
        "room gate page chapter flight platform apartment apt suite unit track version step question exit route "
        "highway extension bus terminal section seat row zone channel version".split()
    ),
    number_cues=frozenset(
        "number numbers code codes pin order account id reference confirmation tracking serial card digits zip "
        "postcode policy member membership case ticket booking invoice license plate password passcode".split()
    ),
    phone_cues=frozenset("phone telephone call calling cell mobile fax text reach dial dialing ring".split()),
    months={name.lower(): name for name in _MONTHS.split()},
    of=frozenset(("of",)),
    the=frozenset(("the",)),
    century_cues=frozenset("in since year until till before after from by during".split()),
    clock=frozenset(("o'clock", "oclock")),
    noon_marks={"am": "am", "a.m": "am", "a.m.": "am", "pm": "pm", "p.m": "pm", "p.m.": "pm"},
    half=frozenset(("half",)),
    quarter=frozenset(("quarter",)),
    past=frozenset(("past", "after")),
    to=frozenset(("to", "till")),
    time_cues=frozenset("at by until till around from".split()),
    streets=frozenset(
        "street avenue road lane drive boulevard court place square terrace parkway highway crescent st ave rd "
        "blvd".split()
    ),
    not_streets=frozenset(
        "the a an of and or in on at to for with by from is are was were that this it i you we they people".split()
    ),
    at=frozenset(("at",)),
    dot=frozenset(("dot",)),
    slash=frozenset(("slash",)),
    joiners={"dot": ".", "underscore": "_", "dash": "-", "hyphen": "-", "plus": "+"},
    web=frozenset(("www", "w")),
    domains=frozenset("com org net edu gov io ai co uk de fr es it eu us ca info biz dev app me tv".split()),
    mailers=frozenset("gmail yahoo hotmail outlook icloud aol proton protonmail".split()),
    mail_cues=frozenset("email e-mail mail emails e-mails address contact write send reach".split()),
    not_mailboxes=frozenset(
        "is it it's me us them him her you look looking arrive arrived meet bought buy order ordered be was are am "
        "not here there now at on in of and or my the a an to".split()
    ),
    phrases={
        ("twenty", "four", "seven"): "24/7",
        ("twenty-four", "seven"): "24/7",
        ("fifty", "fifty"): "50/50",
        ("fifty-fifty",): "50/50",
    },
)
