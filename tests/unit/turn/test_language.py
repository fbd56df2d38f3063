"""What is known of each language."""

from __future__ import annotations

import pytest

from natter_turn.asked import Kind, asked
from natter_turn.language import ENGLISH, LANGUAGES, NONE, LanguageData, Value, language_for, spoken
from natter_turn.values import Progress, named_in, progress, trailing_code
from natter_turn.wording import is_answer, is_backchannel, is_stop, is_unfinished, words

KNOWN = [pytest.param(data, id=code) for code, data in LANGUAGES.items()]


def test_the_first_code_counts_and_its_region_does_not() -> None:
    assert language_for(["de-AT", "en"]).code == "de"
    assert language_for(["pt_BR"]).code == "pt"
    assert language_for([]) is ENGLISH
    assert language_for(["ja"]) is NONE


def test_of_the_languages_of_a_call_the_one_that_was_heard_counts() -> None:
    assert spoken((), "es") == ("es",)
    assert spoken(("en-GB", "es"), "es")[0] == "es"
    assert spoken(("en", "es"), "fr") == ("en", "es")
    assert spoken(("en", "es"), "") == ("en", "es")


@pytest.mark.parametrize("data", KNOWN)
def test_every_table_is_whole(data: LanguageData) -> None:
    empty = [name for name in LanguageData.__dataclass_fields__ if not getattr(data, name)]
    assert empty in ([], ["letters"])
    assert {kind for kind, _ in data.value_names} == set(Value)
    assert {length.kind for length in data.lengths} == {Value.PHONE, Value.CARD, Value.POSTCODE}
    assert {digit for _, digit in data.digits} == {*"0123456789", ""}


@pytest.mark.parametrize("data", KNOWN)
def test_its_words_are_as_the_rules_see_them(data: LanguageData) -> None:
    single = data.open_ended | data.can_end | data.fillers | data.affirmations | data.auxiliaries | data.requests
    assert [word for word in single if words(word) != [word]] == []
    phrases = (*data.stops, *data.backchannel_phrases)
    assert [phrase for phrase in phrases if " ".join(words(phrase)) != phrase] == []


@pytest.mark.parametrize("data", KNOWN)
def test_what_only_listens_does_not_ask_for_the_floor(data: LanguageData) -> None:
    for phrase in (*data.backchannels, *data.backchannel_phrases):
        assert not is_stop(phrase, data), phrase


@pytest.mark.parametrize(
    ("code", "open_", "whole"),
    [
        ("es", "Me llamo Ana y", "Me llamo Ana."),
        ("es", "Quiero cambiar la", "Sí, quiero."),
        ("fr", "Je m'appelle Anne et j'ai", "Oui, je voudrais."),
        ("fr", "Est-ce que c'est", "C'est tout."),
        ("de", "Ich hätte gerne einen", "Fangen wir an."),
        ("de", "Ich rufe an, weil", "Das weiß ich nicht."),
        ("it", "Vorrei prenotare un'", "Va bene così."),
        ("it", "Mi chiamo Anna e", "Non posso."),
        ("pt", "Eu queria marcar uma", "Eu não sei."),
        ("pt", "O meu nome é Ana e", "É isso."),
    ],
)
def test_function_words_keep_a_sentence_open(code: str, open_: str, whole: str) -> None:
    assert is_unfinished(open_, LANGUAGES[code])
    assert not is_unfinished(whole, LANGUAGES[code])


@pytest.mark.parametrize(
    ("code", "back", "stop", "answer"),
    [
        ("es", "Ajá, vale", "Perdone, una pregunta", "Sí, por favor"),
        ("fr", "Oui, d'accord", "Non, attendez", "Non, merci"),
        ("de", "Mhm, alles klar", "Moment, warten Sie", "Nein, danke"),
        ("it", "Sì, ho capito", "Scusi, un attimo", "Sì, grazie"),
        ("pt", "Tá bom", "Desculpe, um minuto", "Não, obrigado"),
    ],
)
def test_short_remarks_are_told_apart(code: str, back: str, stop: str, answer: str) -> None:
    data = LANGUAGES[code]
    assert is_backchannel(back, data)
    assert not is_stop(back, data)
    assert is_stop(stop, data)
    assert not is_backchannel(stop, data)
    assert is_answer(answer, data)


@pytest.mark.parametrize(
    ("code", "yes_or_no", "choice", "value", "open_"),
    [
        (
            "es",
            "¿Quiere que lo reserve?",
            "¿Lo prefiere rojo o azul?",
            "Dígame su código postal.",
            "¿Qué ha pasado?",
        ),
        (
            "fr",
            "Voulez-vous que je réserve ?",
            "Préférez-vous le train ou l'avion ?",
            "Donnez-moi votre adresse e-mail.",
            "Que s'est-il passé ?",
        ),
        (
            "de",
            "Möchten Sie reservieren?",
            "Lieber rot oder blau?",
            "Nennen Sie mir bitte Ihre Kundennummer.",
            "Wie geht es Ihnen?",
        ),
        (
            "it",
            "Vuole che prenoti?",
            "Lo preferisce rosso o blu?",
            "Mi dica la sua data di nascita.",
            "Cosa è successo?",
        ),
        ("pt", "Quer que eu reserve?", "Prefere vermelho ou azul?", "Diga o seu número de telefone.", "O que houve?"),
    ],
)
def test_questions_are_told_apart(code: str, yes_or_no: str, choice: str, value: str, open_: str) -> None:
    kinds = [asked(said, language=LANGUAGES[code]).kind for said in (yes_or_no, choice, value, open_)]
    assert kinds == [Kind.YES_OR_NO, Kind.CHOICE, Kind.VALUE, Kind.OPEN]


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("es", "Mi número de pedido es", Value.CODE),
        ("fr", "Mon numéro de dossier est le", Value.CODE),
        ("de", "Meine Bestellnummer lautet", Value.CODE),
        ("it", "Il codice della prenotazione è", Value.CODE),
        ("pt", "O código da reserva é", Value.CODE),
        ("de", "Ich bin geboren am", Value.BIRTH_DATE),
        ("fr", "Je suis né le", Value.BIRTH_DATE),
    ],
)
def test_values_have_names(code: str, text: str, kind: Value) -> None:
    assert named_in(text, LANGUAGES[code]) is kind


@pytest.mark.parametrize(
    ("code", "text", "come"),
    [
        ("es", "Mi correo es ana punto", Progress.OPEN),
        ("es", "Mi correo es ana punto gil arroba correo punto com", Progress.WHOLE),
        ("fr", "Mon numéro de téléphone est le 06 12", Progress.OPEN),
        ("fr", "Mon numéro de téléphone est le 06 12 34 56 78", Progress.WHOLE),
        ("de", "Meine Postleitzahl ist 1011", Progress.MAYBE),
        ("de", "Ich bin geboren am 3. März", Progress.OPEN),
        ("de", "Ich bin geboren am 3. März 1984", Progress.WHOLE),
        ("it", "Il mio CAP è 20121", Progress.WHOLE),
        ("pt", "O meu CEP é 01310", Progress.OPEN),
        ("pt", "O meu CEP é 01310 100", Progress.WHOLE),
    ],
)
def test_values_come_piece_by_piece(code: str, text: str, come: Progress) -> None:
    assert progress(text, None, LANGUAGES[code]) is come


@pytest.mark.parametrize(
    ("code", "text", "digits"),
    [
        ("es", "es cuatro siete uno", "471"),
        ("fr", "c'est zéro six un", "061"),
        ("de", "vier sieben zwo", "472"),
        ("it", "B sette due nove K", "b729k"),
        ("pt", "meia dois nove", "629"),
    ],
)
def test_digits_are_spoken_in_the_language(code: str, text: str, digits: str) -> None:
    assert trailing_code(text, LANGUAGES[code]) == digits
