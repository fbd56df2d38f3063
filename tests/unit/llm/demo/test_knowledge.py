"""Reading a knowledge file."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_llm.demo.knowledge import SHIPPED, Section, load, parse
from natter_runtime.errors import UsageError

FILE = """# The Bakery

We bake **bread** and _cakes_.

## Opening hours
<!-- asked: when are you open; opening times -->
We open at eight. We close at
six.

<!-- not spoken -->
### Rye bread ###

- See [our list](https://example.invalid).
- It costs `five` euros.

```
code is not spoken
```

## Empty
"""


def test_parse() -> None:
    knowledge = parse(FILE, "file")
    assert knowledge.subject == "The Bakery"
    assert knowledge.sections == (
        Section("The Bakery", (), ("We bake bread and cakes.",), "The Bakery"),
        Section(
            "Opening hours",
            ("when are you open", "opening times"),
            ("We open at eight.", "We close at six."),
            "Opening hours",
        ),
        Section("Rye bread", (), ("See our list.", "It costs five euros."), "Rye bread"),
    )


def test_a_topic_begins_small_where_its_word_is_written_small() -> None:
    knowledge = parse("## Bread\nOur bread is good.\n## Docker\nIt runs in Docker.", "x")
    assert [section.topic for section in knowledge.sections] == ["bread", "Docker"]


def test_the_subject_without_a_heading_is_the_files_name(tmp_path: Path) -> None:
    file = tmp_path / "bakery.md"
    file.write_text("## Bread\nGood.")
    assert load(file).subject == "bakery"


@pytest.mark.parametrize("text", ["", "just text", "# Title only"])
def test_a_file_without_anything_to_say_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "k.md"
    file.write_text(text)
    with pytest.raises(UsageError, match="NATTER_DEMO_KNOWLEDGE"):
        load(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.md"):
        load(tmp_path / "none.md")


def test_what_is_shipped_is_written_to_be_spoken() -> None:
    knowledge = load(SHIPPED)
    assert knowledge.subject == "Natter"
    assert len(knowledge.sections) >= 40
    for section in knowledge.sections:
        assert 1 <= len(section.sentences) <= 4, section.title
        for sentence in section.sentences:
            assert len(sentence.split()) <= 40, sentence
            assert sentence[-1] in ".?!", sentence
            assert not set(sentence) & set("`*_#[]<>{}|/\\"), sentence
