"""Italian."""

from __future__ import annotations

from typing import Final

from natter_turn.language.data import CARD, LanguageData, Length, Value, spoken_digits

ITALIAN: Final = LanguageData(
    code="it",
    open_ended=frozenset(
        """il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai agli alle da dal
        dalla dai in nel nella nei nelle con su sul sulla per tra fra senza e ed o ma perché che quando se come dove
        mentre anche però oppure né è sono era ero ho hai ha abbiamo avete hanno c'è mio mia miei mie tuo tua suo sua
        suoi nostro nostra vostro questo questa questi queste quel quello quella quei io tu lui lei noi voi loro mi ti
        si ci vi ne non molto più meno così posso può puoi vorrei voglio vuole devo deve vado va ogni qualche altro
        altra nessun circa""".split()
    ),
    can_end=frozenset(
        """questo questa questi queste quello quella io tu lui lei noi voi loro sono è ha ho hai hanno c'è posso può
        puoi vorrei voglio vuole devo deve vado va più meno molto così altro altra perché come dove quando se no mia
        mio sua suo uno una anche su""".split()
    ),
    fillers=frozenset("eh ehm mm hm mmm uhm ah cioè".split()),
    backchannels=frozenset(
        """mhm mm hm sì si già ok okay bene bello certo esatto esattamente giusto perfetto ah oh capito capisco
        davvero ottimo benissimo ecco appunto vero infatti""".split()
    ),
    backchannel_phrases=(
        "va bene",
        "ho capito",
        "ci sono",
        "d'accordo",
        "certo che sì",
        "molto bene",
        "ah ecco",
        "non mi dire",
        "grazie",
    ),
    stops=(
        "stop",
        "ferma",
        "fermati",
        "si fermi",
        "aspetta",
        "aspetti",
        "un momento",
        "un attimo",
        "un secondo",
        "no",
        "scusa",
        "scusi",
        "mi scusi",
        "basta",
        "zitto",
        "silenzio",
        "annulla",
        "ma",
        "però",
        "una domanda",
        "ascolta",
        "ascolti",
        "mi lasci",
        "lasciami",
    ),
    affirmations=frozenset(
        """sì si no certo ok okay va bene esatto esattamente giusto corretto vero falso d'accordo perfetto grazie per
        favore prego forse non mai assolutamente volentieri sicuro certamente è così""".split()
    ),
    auxiliaries=frozenset(
        """è sono era ha hai avete hanno c'è ci può puoi potrebbe potresti vuole vuoi vorrebbe desidera preferisce
        preferisci deve devi posso le ti va conferma confermi serve""".split()
    ),
    requests=frozenset("dica dimmi mi dia dammi indichi ripeta sillabi serve bisogno inserisca favore".split()),
    copulas=frozenset("è era sono finisce inizia".split()),
    choosers=frozenset({"o", "oppure"}),
    digits=spoken_digits("zero uno due tre quattro cinque sei sette otto nove", doppio="", triplo=""),
    letters=frozenset("aeio"),
    lengths=(Length(Value.PHONE, (8, 9, 10, 11, 12), 10), CARD, Length(Value.POSTCODE, (5,), 5)),
    years=frozenset("mille millenovecento duemila".split()),
    months=frozenset(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split()
    ),
    value_names=(
        (Value.EMAIL, r"(indirizzo )?(e-?mail|mail|di posta( elettronica)?)|posta elettronica"),
        (Value.BIRTH_DATE, r"data di nascita|(è|sono) nat[oa]|nascita"),
        (Value.CARD, r"(numero (della|di) )?carta( di (credito|debito))?"),
        (Value.POSTCODE, r"codice (di avviamento )?postale|cap"),
        (Value.PHONE, r"(numero di )?(telefono|cellulare)|(mi )?chiam(i|ami|are) al|recapito"),
        (
            Value.CODE,
            r"(numero|codice|riferimento) (di |del |dell'|della |d')?(ordine|conto|prenotazione|cliente|pratica|volo"
            r"|serie|fattura|biglietto|spedizione|contratto|polizza|tessera|conferma|fiscale)"
            r"|(il|mio|un|suo) (codice|pin)|passaporto|partita iva",
        ),
        (Value.DATE, r"data( di (consegna|arrivo|partenza))?"),
    ),
    at="chiocciola",
    dot="punto",
)
