"""Spanish as it is said."""

from __future__ import annotations

import pytest

from natter_tts.alignment import Script
from natter_tts.data import ES
from natter_tts.normalize import normalize


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Son 3,50 € y 21 € más.", "Son tres euros con cincuenta céntimos y veintiún euros más."),
        ("1.234,56 €", "mil doscientos treinta y cuatro euros con cincuenta y seis céntimos"),
        ("Cuesta $3.50.", "Cuesta tres dólares con cincuenta centavos."),
        ("El 3 de marzo de 2024 a las 15:30.", "El tres de marzo de dos mil veinticuatro a las quince y treinta."),
        ("el 1 de mayo", "el primero de mayo"),
        ("Son las 9:00 h.", "Son las nueve."),
        ("De 9:00 a 17:00", "De nueve a diecisiete"),
        ("9:00–17:30", "nueve a diecisiete y treinta"),
        ("1 hora y 21 personas", "una hora y veintiuna personas"),
        ("200 libras, 200 casas", "doscientas libras, doscientas casas"),
        ("el 2.º piso y la 3ª puerta", "el segundo piso y la tercera puerta"),
        ("el 25/12/2025", "el veinticinco de diciembre de dos mil veinticinco"),
        ("2024-03-01", "primero de marzo de dos mil veinticuatro"),
        ("20 °C", "veinte grados"),
        ("un 5% más, 3,14", "un cinco por ciento más, tres coma catorce"),
        ("Llame al 612 345 678", "Llame al seis uno dos, tres cuatro cinco, seis siete ocho"),
        ("+34 612 345 678", "más tres cuatro, seis uno dos, tres cuatro cinco, seis siete ocho"),
        ("Su pedido número 47199", "Su pedido número cuatro siete uno, nueve nueve"),
        ("EE. UU. y la Sra. López", "Estados Unidos y la señora López"),
        ("ana.gil@correo.es", "ana punto gil arroba correo punto es"),
        ("3 millones de euros", "tres millones de euros"),
        ("¿Qué tal? ¡Hola!", "¿Qué tal? ¡Hola!"),
        ("a las 3:30 p. m.", "a las tres y treinta de la tarde."),
        ("C/ Mayor 12", "calle Mayor doce"),
        ("siglo XX", "siglo veinte"),
        ("1 día, 1 vez", "un día, una vez"),
        ("p. ej. esto, etc. Luego", "por ejemplo esto, etcétera. Luego"),
        ("Tengo 1 pregunta.", "Tengo una pregunta."),
        ("El total es 101 €.", "El total es ciento un euros."),
    ],
)
def test_it_is_said_as_it_is_read(written: str, spoken: str) -> None:
    assert Script(normalize(written, ES)).text == spoken
