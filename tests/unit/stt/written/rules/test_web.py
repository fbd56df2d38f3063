from __future__ import annotations

import pytest

from natter_stt.written import write


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("My e-mail is john dot smith at gmail dot com.", "My e-mail is john.smith@gmail.com."),
        ("My email is john.smith at mail.com.", "My email is john.smith@mail.com."),
        ("My email is john smith at example dot org", "My email is johnsmith@example.org"),
        ("My email is mary at example dot co dot uk.", "My email is mary@example.co.uk."),
        ("it's anna underscore k nine at web dot de", "it's anna_k9@web.de"),
        ("write to j k l five at gmail dot com", "write to jkl5@gmail.com"),
        ("Go to w w w dot example dot com slash help.", "Go to www.example.com/help."),
        ("Look at example dot com.", "Look at example.com."),
        ("I bought it at amazon dot com yesterday.", "I bought it at amazon.com yesterday."),
    ],
)
def test_an_address_on_the_net_is_one_word(said: str, written: str) -> None:
    assert write(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "Look at the dot com era.",
        "I am at home.",
        "at gmail",
        "the dot is at the top",
    ],
)
def test_an_at_between_other_words_stays(text: str) -> None:
    assert write(text) == text
