"""Portuguese, of Brazil and of Portugal."""

from __future__ import annotations

from typing import Final

from natter_turn.language.data import CARD, LanguageData, Length, Value, spoken_digits

PORTUGUESE: Final = LanguageData(
    code="pt",
    open_ended=frozenset(
        """o a os as um uma uns umas de do da dos das em no na nos nas num numa por pelo pela para pra com sem sobre
        entre até desde e ou mas porque que quando se como onde embora enquanto pois nem é são era está estão estou
        foi tenho tem têm há meu minha meus minhas teu tua seu sua seus suas nosso nossa este esta esse essa isso
        aquele aquela eu tu ele ela eles elas nós você vocês me te lhe não muito mais menos tão também posso pode
        podia quero quer queria gostaria preciso vou vai vamos cada outro outra algum alguma nenhum nenhuma
        cerca""".split()
    ),
    can_end=frozenset(
        """isso este esta esse essa aquele aquela eu tu ele ela eles elas nós você vocês é são está estão estou foi
        tenho tem há não mais menos muito também posso pode quero quer queria preciso vou vai vamos outro outra
        nenhum nenhuma algum como onde quando um uma meu minha seu sua""".split()
    ),
    fillers=frozenset("hã hum hm mm eh ah ahn ãh".split()),
    backchannels=frozenset(
        """mhm mm hm aham uhum hum sim é tá ok okay bem bom certo claro exato exatamente isso entendi percebi
        perfeito ótimo legal beleza pois verdade ah oh nossa sei compreendo""".split()
    ),
    backchannel_phrases=(
        "está bem",
        "tudo bem",
        "pois é",
        "com certeza",
        "de acordo",
        "já sei",
        "muito bem",
        "é isso",
        "tá bom",
        "obrigado",
        "obrigada",
    ),
    stops=(
        "para",
        "pare",
        "espera",
        "espere",
        "um momento",
        "um instante",
        "um segundo",
        "um minuto",
        "não",
        "desculpa",
        "desculpe",
        "perdão",
        "com licença",
        "chega",
        "basta",
        "silêncio",
        "cancela",
        "cancele",
        "mas",
        "peraí",
        "calma",
        "uma pergunta",
        "deixe me",
        "deixa eu",
        "escuta",
        "escute",
        "ouça",
    ),
    affirmations=frozenset(
        """sim não é claro ok okay tá bom está bem certo correto exato exatamente isso com certeza por favor obrigado
        obrigada verdade falso talvez nunca pode ser quero perfeito sem dúvida""".split()
    ),
    auxiliaries=frozenset(
        """é são está estão foi tem têm há pode podes poderia quer queres gostaria deseja prefere preferes precisa
        precisas vai vais devo posso confirma confirmas""".split()
    ),
    requests=frozenset("diga diz dê dá informe indique soletre soletra preciso digite favor fale".split()),
    copulas=frozenset("é era são termina começa em".split()),
    choosers=frozenset({"ou"}),
    digits=spoken_digits(
        "zero um dois três quatro cinco seis sete oito nove", meia="6", uma="1", duas="2", duplo="", triplo=""
    ),
    letters=frozenset("aeoéàó"),
    lengths=(Length(Value.PHONE, (8, 9, 10, 11, 12, 13), 11), CARD, Length(Value.POSTCODE, (4, 7, 8), 8)),
    years=frozenset("mil novecentos".split()),
    months=frozenset(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split()
    ),
    value_names=(
        (Value.EMAIL, r"(endereço de )?(e-?mail|correio eletr[óô]nico)"),
        (Value.BIRTH_DATE, r"data de nascimento|nasc(i|eu|imento)"),
        (Value.CARD, r"(número do )?cartão( de (crédito|débito))?"),
        (Value.POSTCODE, r"código postal|cep"),
        (Value.PHONE, r"(número (de|do) )?(telefone|telemóvel|celular)|(me )?lig(ue|ar) (para|no)"),
        (
            Value.CODE,
            r"(número|código|referência) (de|do|da) (pedido|conta|reserva|encomenda|cliente|contrato|voo|série|fatura"
            r"|bilhete|processo|apólice|protocolo|rastreio|rastreamento|confirmação)|(o|meu|um|seu) (código|pin)"
            r"|cpf|nif|passaporte|protocolo",
        ),
        (Value.DATE, r"data( d[aeo] (entrega|chegada|partida|consulta))?"),
    ),
    at="arroba",
    dot="ponto",
)
