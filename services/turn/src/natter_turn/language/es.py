"""Spanish, of Spain and of America."""

from __future__ import annotations

from typing import Final

from natter_turn.language.data import CARD, LanguageData, Length, Value, spoken_digits

SPANISH: Final = LanguageData(
    code="es",
    open_ended=frozenset(
        """el la los las un una unos unas de del a al en con por para sin sobre entre hasta desde hacia según y e o u
        ni pero porque que cuando si aunque mientras como donde cual quien cuyo es son era está están estoy he ha han
        hay había mi tu su mis tus sus nuestro nuestra este esta estos estas ese esa esos esas aquel aquella me te se
        le les nos lo muy más menos tan yo él ella ellos ellas usted ustedes nosotros puedo puede quiero quiere
        quisiera querría necesito voy va vamos tengo tiene cada otro otra algún alguna ningún ninguna también""".split()
    ),
    can_end=frozenset(
        """este esta estos estas ese esa esos esas aquel aquella yo él ella ellos ellas usted ustedes nosotros lo la
        los las le me está es hay sí más menos muy puedo puede quiero quiere va vamos voy tengo tiene otro otra una
        uno también como si""".split()
    ),
    fillers=frozenset("eh em ehm mmm mm hm ah uh".split()),
    backchannels=frozenset(
        """ajá aja mhm mm hm sí si ya vale ok okay bien bueno claro exacto entiendo perfecto genial correcto cierto
        verdad ah oh uy anda eso dale listo comprendo entendido estupendo""".split()
    ),
    backchannel_phrases=("por supuesto", "de acuerdo", "ya veo", "está bien", "muy bien", "eso es", "ya ya", "gracias"),
    stops=(
        "para",
        "pare",
        "espera",
        "espere",
        "un momento",
        "un segundo",
        "no",
        "perdón",
        "perdona",
        "perdone",
        "disculpa",
        "disculpe",
        "oye",
        "oiga",
        "basta",
        "silencio",
        "cállate",
        "cancela",
        "cancelar",
        "una pregunta",
        "pero",
        "déjame",
        "déjeme",
        "escucha",
        "escuche",
    ),
    affirmations=frozenset(
        """sí si no claro vale ok okay bueno bien correcto exacto exactamente por supuesto de acuerdo favor gracias
        cierto verdad falso quizá quizás tal vez nunca tampoco también ya eso es perfecto está sí""".split()
    ),
    auxiliaries=frozenset(
        """es son está están era hay ha has han puede puedes podría podrías quiere quieres quisiera desea deseas
        tiene tienes le te les prefiere prefieres necesita necesitas va vas debo confirma confirmas""".split()
    ),
    requests=frozenset(
        "dígame dime deme dame deletree deletrea indique indíqueme necesito introduzca diga facilíteme favor".split()
    ),
    copulas=frozenset("es era son termina empieza en".split()),
    choosers=frozenset({"o", "u"}),
    digits=spoken_digits("cero uno dos tres cuatro cinco seis siete ocho nueve", doble="", triple=""),
    letters=frozenset("aeouy"),
    lengths=(Length(Value.PHONE, (9, 10, 11, 12), 9), CARD, Length(Value.POSTCODE, (5,), 5)),
    years=frozenset("mil novecientos".split()),
    months=frozenset(
        "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre".split()
    ),
    value_names=(
        (Value.EMAIL, r"correo( electrónico)?|e-?mail|dirección de correo"),
        (Value.BIRTH_DATE, r"fecha de nacimiento|nac(í|ió|iste)|día nació"),
        (Value.CARD, r"(número de (la )?)?tarjeta( de (crédito|débito))?"),
        (Value.POSTCODE, r"código postal"),
        (Value.PHONE, r"(número de )?(teléfono|móvil|celular)|(llámeme|llámame|llamarme) al"),
        (
            Value.CODE,
            r"(número|código|referencia) de(l)? (la )?(pedido|orden|cuenta|reserva|cliente|socio|póliza|vuelo|serie"
            r"|factura|billete|expediente|seguimiento|referencia|confirmación|contrato)|(el|mi|un|su) (código|pin)"
            r"|localizador|dni|nie|pasaporte",
        ),
        (Value.DATE, r"fecha( de (entrega|llegada|salida|la cita))?"),
    ),
    at="arroba",
    dot="punto",
)
