"""French."""

from __future__ import annotations

from typing import Final

from natter_turn.language.data import CARD, LanguageData, Length, Value, spoken_digits

FRENCH: Final = LanguageData(
    code="fr",
    open_ended=frozenset(
        """le la les l un une des du de d à au aux en dans sur sous avec sans pour par chez vers entre et ou mais donc
        or ni car parce que qu quand si comme lorsque puisque où dont qui quel quelle est sont c'est était j'ai ai as
        a avons avez ont suis sommes êtes mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet cette
        ces je j tu il elle on nous vous ils elles me te se ne n y très plus moins trop assez bien peux peut voudrais
        voulais veux veut dois doit aimerais faudrait vais va allons chaque quelques aucun aucune autre même""".split()
    ),
    can_end=frozenset(
        """le la les en y moi toi lui nous vous elle elles eux on plus moins bien même est suis êtes ai a ont sont
        peux peut veux veut dois doit vais va autre aucun aucune pour avec sans dessus où quand voudrais comme
        qui""".split()
    ),
    fillers=frozenset("euh heu hum hm mm ben bah ah".split()),
    backchannels=frozenset(
        """mhm mm hm hum oui ouais ok okay d'accord bien bon voilà exact exactement ah oh parfait super entendu
        effectivement évidemment certes tiens génial vraiment compris""".split()
    ),
    backchannel_phrases=(
        "d'accord",
        "je vois",
        "je comprends",
        "bien sûr",
        "très bien",
        "c'est ça",
        "tout à fait",
        "ça marche",
        "en effet",
        "ah bon",
        "merci",
    ),
    stops=(
        "stop",
        "arrête",
        "arrêtez",
        "attends",
        "attendez",
        "un instant",
        "un moment",
        "une seconde",
        "une minute",
        "non",
        "pardon",
        "excusez moi",
        "excuse moi",
        "désolé",
        "désolée",
        "mais",
        "taisez vous",
        "tais toi",
        "annule",
        "annulez",
        "ça suffit",
        "une question",
        "laissez moi",
        "écoutez",
        "écoute",
    ),
    affirmations=frozenset(
        """oui ouais non si d'accord ok okay bien sûr très exact exactement parfait voilà merci s'il vous plaît te pas
        tout à fait c'est ça correct vrai faux jamais absolument volontiers peut être pourquoi""".split()
    ),
    auxiliaries=frozenset(
        """est es êtes sont a as avez avons ont voulez veux souhaitez pouvez peux pourriez puis dois
        faut préférez désirez voudriez aimeriez confirmez c'est""".split()
    ),
    requests=frozenset(
        "donnez donne dites dis épelez épelle indiquez communiquez veuillez besoin saisissez merci".split()
    ),
    copulas=frozenset("est c'est finit se termine sont à".split()),
    choosers=frozenset({"ou"}),
    digits=spoken_digits("zéro un deux trois quatre cinq six sept huit neuf", double="", triple=""),
    letters=frozenset("aày"),
    lengths=(Length(Value.PHONE, (10, 11, 12), 10), CARD, Length(Value.POSTCODE, (5,), 5)),
    years=frozenset("mille neuf".split()),
    months=frozenset("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
    value_names=(
        (Value.EMAIL, r"(adresse )?(e-?mail|mail|mèl|électronique)|courriel"),
        (Value.BIRTH_DATE, r"date de naissance|né(e)? le|naissance"),
        (Value.CARD, r"(numéro de )?(la |votre |ma )?carte( bancaire| bleue| de crédit)?"),
        (Value.POSTCODE, r"code postal"),
        (Value.PHONE, r"(numéro de )?(téléphone|portable|mobile)|(appelez|rappelez)-moi au|(me )?joindre au"),
        (
            Value.CODE,
            r"(numéro|code|référence) (de |d'|du )(la |votre |ma )?(commande|compte|dossier|réservation|client|contrat"
            r"|vol|série|facture|billet|suivi|adhérent|confirmation|police)|(le|mon|votre|un) code|passeport|référence",
        ),
        (Value.DATE, r"date( de (livraison|départ|retour|rendez-vous))?"),
    ),
    at="arobase",
    dot="point",
)
