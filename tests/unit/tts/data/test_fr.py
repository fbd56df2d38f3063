"""French as it is said."""

from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import FR
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("3,50 € et 21 € de plus.", "trois euros et cinquante centimes et vingt et un euros de plus."),
        ("1 234,56 €", "mille deux cent trente-quatre euros et cinquante-six centimes"),
        ("le 3 mars 2024 à 15h30", "le trois mars deux mille vingt-quatre à quinze heures trente"),
        ("le 1er mai", "le premier mai"),
        ("à 9 h 05 ou 8h", "à neuf heures cinq ou huit heures"),
        ("1 heure et 21 personnes", "une heure et vingt et une personnes"),
        ("le 2e étage, la 1re fois", "le deuxième étage, la première fois"),
        ("06 12 34 56 78", "zéro six, un deux, trois quatre, cinq six, sept huit"),
        ("+33 6 12 34 56 78", "plus trois trois, six, un deux, trois quatre, cinq six, sept huit"),
        ("25/12/2025", "vingt-cinq décembre deux mille vingt-cinq"),
        ("20 °C", "vingt degrés"),
        ("5 % de plus, 3,14", "cinq pour cent de plus, trois virgule quatorze"),
        ("M. Dupont et Mme Durand", "monsieur Dupont et madame Durand"),
        ("commande n° 47199", "commande numéro quatre sept un, neuf neuf"),
        ("3 millions d'euros", "trois millions d'euros"),
        ("1,5 M€", "un virgule cinq millions d'euros"),
        ("10 000 personnes", "dix mille personnes"),
        ("ouvert 24h/24", "ouvert vingt-quatre heures sur vingt-quatre"),
        ("J'ai 1 question", "J'ai une question"),
        ("J'ai 1 question.", "J'ai une question."),
    ],
)
def test_it_is_said_as_it_is_read(written: str, spoken: str) -> None:
    assert Script(normalize(written, FR)).text == spoken
