"""What is made from the code is as the code makes it: ``python -m scripts.generate`` writes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import generate


@pytest.mark.parametrize("path", generate.TARGETS, ids=lambda path: path.name)
def test_a_generated_file_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generate.TARGETS[path]()


def test_every_setting_is_in_the_example() -> None:
    from natter_runtime.config import settings_of

    example = generate.env_example()
    missing = [
        about.env
        for _, config in generate.PARTS
        for _, about in settings_of(config)
        if about.env.startswith("NATTER_") and f"\n#{about.env}=" not in example
    ]
    assert missing == []


def test_no_machine_is_in_the_example() -> None:
    assert str(Path.home()) not in generate.env_example()
