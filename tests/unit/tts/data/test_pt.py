"""Portuguese as it is said."""

from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import PT
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("3,50 € e 21 € a mais.", "três euros e cinquenta cêntimos e vinte e um euros a mais."),
        ("R$ 1.234,56", "mil duzentos e trinta e quatro reais e cinquenta e seis centavos"),
        ("3 de março de 2024 às 15h30", "três de março de dois mil e vinte e quatro às quinze e trinta"),
        ("1º de maio", "primeiro de maio"),
        ("às 9:00", "às nove horas"),
        ("1 hora, 2 horas e 2 metros", "uma hora, duas horas e dois metros"),
        ("o 2º andar e a 3ª porta", "o segundo andar e a terceira porta"),
        ("(11) 98765-4321", "um um, nove oito sete seis cinco, quatro três dois um"),
        ("+351 912 345 678", "mais três cinco um, nove um dois, três quatro cinco, seis sete oito"),
        ("25/12/2025", "vinte e cinco de dezembro de dois mil e vinte e cinco"),
        ("20 °C", "vinte graus"),
        ("5% a mais, 3,14", "cinco por cento a mais, três vírgula catorze"),
        ("a Sra. Silva e o Dr. Costa", "a senhora Silva e o doutor Costa"),
        ("pedido número 47199", "pedido número quatro sete um, nove nove"),
        ("3 milhões de euros", "três milhões de euros"),
        ("200 pessoas", "duzentas pessoas"),
        ("22:30", "vinte e duas e trinta"),
        ("Tenho 1 pergunta.", "Tenho uma pergunta."),
    ],
)
def test_it_is_said_as_it_is_read(written: str, spoken: str) -> None:
    assert Script(normalize(written, PT)).text == spoken
