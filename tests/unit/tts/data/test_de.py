"""German as it is said."""

from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import DE
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("3,50 € und 21 € mehr.", "drei Euro und fünfzig Cent und einundzwanzig Euro mehr."),
        ("1.234,56 €", "eintausendzweihundertvierunddreißig Euro und sechsundfünfzig Cent"),
        ("am 3. März 2024 um 15:30 Uhr", "am dritten März zweitausendvierundzwanzig um fünfzehn Uhr dreißig"),
        ("Mittwoch, der 1. Mai", "Mittwoch, der erste Mai"),
        ("um 9:00 Uhr oder 15.30 Uhr", "um neun Uhr oder fünfzehn Uhr dreißig"),
        ("1 Stunde und 1 Meter", "eine Stunde und ein Meter"),
        ("der 3. Platz, am 2. Tag", "der dritte Platz, am zweiten Tag"),
        ("0171 2345678", "null eins sieben eins, zwei drei vier fünf sechs sieben acht"),
        ("+49 171 2345678", "plus vier neun, eins sieben eins, zwei drei vier fünf sechs sieben acht"),
        ("25.12.2025", "fünfundzwanzigster Dezember zweitausendfünfundzwanzig"),
        ("am 25.12.2025", "am fünfundzwanzigsten Dezember zweitausendfünfundzwanzig"),
        ("20 °C", "zwanzig Grad"),
        ("5 % mehr, 3,14", "fünf Prozent mehr, drei Komma eins vier"),
        ("z. B. das, usw. Dann", "zum Beispiel das, und so weiter. Dann"),
        ("Dr. Müller, Hr. Meier", "Doktor Müller, Herr Meier"),
        ("Bestellnummer 47199", "Bestellnummer vier sieben eins, neun neun"),
        ("3 Mio. Euro", "drei Millionen Euro"),
        ("die 1980er Jahre", "die neunzehnhundertachtziger Jahre"),
        ("1 Minute", "eine Minute"),
        ("101 Euro", "einhundertein Euro"),
        ("2 bis 3 Tage", "zwei bis drei Tage"),
        ("10-15 Minuten", "zehn bis fünfzehn Minuten"),
        ("von 9:00-17:00 Uhr", "von neun Uhr bis siebzehn Uhr"),
        ("1 Person", "eine Person"),
        ("d. h. morgen", "das heißt morgen"),
    ],
)
def test_it_is_said_as_it_is_read(written: str, spoken: str) -> None:
    assert Script(normalize(written, DE)).text == spoken
