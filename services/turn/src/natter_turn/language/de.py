"""German."""

from __future__ import annotations

from typing import Final

from natter_turn.language.data import CARD, LanguageData, Length, Value, spoken_digits

GERMAN: Final = LanguageData(
    code="de",
    open_ended=frozenset(
        """der die das den dem des ein eine einen einem einer eines und oder aber weil dass denn wenn ob als damit
        sondern obwohl während bevor nachdem sobald wo wer wie von vom zu zum zur in im ins an am auf aus bei beim mit
        nach für über unter um durch gegen ohne bis seit zwischen wegen ist sind war waren bin habe hat haben hatte
        wird werden würde würden möchte möchten will wollen kann können könnte muss müssen soll sollen mein meine
        meinen meinem meiner dein deine sein seine ihr ihre ihren unser unsere euer dieser diese dieses diesen diesem
        kein keine keinen ich du er sie es wir man mich mir sich sehr so noch auch nicht nur etwa ungefähr jeder jede
        jedes welche welcher""".split()
    ),
    can_end=frozenset(
        """das die der den dem an auf aus ab bei mit nach um zu ein über unter durch ist sind war waren bin habe hat
        haben hatte wird werden würde will wollen kann können könnte muss müssen soll sollen möchte möchten ich du er
        sie es wir mich mir dich ihr ihnen uns sehr so noch auch nicht wo wer wie kein keine keinen diese dieser
        dieses""".split()
    ),
    fillers=frozenset("äh ähm öh hm mm ehm ah tja".split()),
    backchannels=frozenset(
        """mhm mm hm aha ja jaja jo jap okay ok gut genau richtig stimmt klar schön super prima toll ach achso oh
        verstehe verstanden sicher natürlich alles echt wirklich interessant perfekt eben doch""".split()
    ),
    backchannel_phrases=(
        "ach so",
        "alles klar",
        "in ordnung",
        "ich verstehe",
        "ich weiß",
        "sehr gut",
        "na klar",
        "ja genau",
        "passt schon",
        "danke",
        "vielen dank",
    ),
    stops=(
        "stopp",
        "stop",
        "halt",
        "warte",
        "warten sie",
        "moment",
        "einen moment",
        "augenblick",
        "nein",
        "nee",
        "entschuldigung",
        "entschuldigen sie",
        "verzeihung",
        "sorry",
        "ruhe",
        "aber",
        "abbrechen",
        "genug",
        "es reicht",
        "eine frage",
        "hör auf",
        "hören sie",
        "lassen sie mich",
        "lass mich",
    ),
    affirmations=frozenset(
        """ja jo jap nein nee nö doch okay ok gut genau richtig stimmt klar sicher natürlich gerne gern bitte danke
        vielen dank nicht falsch vielleicht auf jeden fall keinen absolut das ist in ordnung passt korrekt""".split()
    ),
    auxiliaries=frozenset(
        """ist sind bin war hat haben habe hast wird werden würde würden möchten möchtest wollen willst will kann
        können könnten könntest soll sollen soll darf dürfen muss müssen brauchen brauchst geht passt stimmt
        bevorzugen""".split()
    ),
    requests=frozenset("bitte nennen nenne sagen sag geben gib buchstabieren buchstabiere brauche benötige".split()),
    copulas=frozenset("ist lautet endet beginnt war sind heißt unter".split()),
    choosers=frozenset({"oder"}),
    digits=spoken_digits("null eins zwei drei vier fünf sechs sieben acht neun", zwo="2", doppel="", ein="1"),
    lengths=(Length(Value.PHONE, (7, 8, 9, 10, 11, 12, 13), 11), CARD, Length(Value.POSTCODE, (4, 5), 5)),
    years=frozenset("neunzehnhundert tausend zweitausend".split()),
    months=frozenset(
        "januar jänner februar märz april mai juni juli august september oktober november dezember".split()
    ),
    value_names=(
        (Value.EMAIL, r"e-?mail(-?adresse)?|mail(adresse)?"),
        (Value.BIRTH_DATE, r"geburts(datum|tag)|geboren"),
        (Value.CARD, r"(kredit|ec-?|bank)?karten?nummer|kreditkarte"),
        (Value.POSTCODE, r"postleitzahl|plz"),
        (Value.PHONE, r"(telefon|handy|mobil|ruf|rückruf)nummer|telefon|handy|(mich|uns) (an )?unter"),
        (
            Value.CODE,
            r"(bestell|auftrags|konto|kunden|buchungs|reservierungs|rechnungs|vertrags|serien|flug|ticket|sendungs"
            r"|mitglieds|versicherungs|personal|referenz|vorgangs|akten)-?(nummer|code|zeichen)|(der|mein|ein|ihr)"
            r" (code|pin)|ausweisnummer|iban",
        ),
        (Value.DATE, r"(liefer|anreise|abreise|wunsch)?(datum|termin)"),
    ),
    at="at",
    dot="punkt",
)
