"""Italian as it is said."""

from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import IT
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("3,50 € e 21 € in più.", "tre euro e cinquanta centesimi e ventuno euro in più."),
        ("1.234,56 €", "milleduecentotrentaquattro euro e cinquantasei centesimi"),
        ("il 3 marzo 2024 alle 15:30", "il tre marzo duemilaventiquattro alle quindici e trenta"),
        ("il 1º maggio", "il primo maggio"),
        ("alle 9:00", "alle nove"),
        ("il 2° piano e la 3ª porta", "il secondo piano e la terza porta"),
        ("333 123 4567", "tre tre tre, uno due tre, quattro cinque sei sette"),
        ("+39 333 123 4567", "più tre nove, tre tre tre, uno due tre, quattro cinque sei sette"),
        ("25/12/2025", "venticinque dicembre duemilaventicinque"),
        ("20 °C", "venti gradi"),
        ("5% in più, 3,14", "cinque per cento in più, tre virgola quattordici"),
        ("la Sig.ra Rossi e il Dott. Bianchi", "la signora Rossi e il dottor Bianchi"),
        ("ordine numero 47199", "ordine numero quattro sette uno, nove nove"),
        ("3 milioni di euro", "tre milioni di euro"),
        ("ecc. Poi", "eccetera. Poi"),
        ("Ho 1 domanda.", "Ho una domanda."),
    ],
)
def test_it_is_said_as_it_is_read(written: str, spoken: str) -> None:
    assert Script(normalize(written, IT)).text == spoken
