from __future__ import annotations

from benchmarks.bench.hearing_tables import page, table


def test_a_table_is_markdown() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_the_page_shows_what_was_measured() -> None:
    errors = {
        "errors": {"clean": {"wrong": 1, "words": 40}},
        "times": {"cpu": [50.0], "wall": [60.0], "cpu_all": 50.0, "audio_s": 2.0},
    }
    enumerated = ((False, "my mother prowl"), (True, "Metoprolol, please."))
    jumps = {"partials": 10, "changed": 2, "took_back": 1}
    half = {
        "errors balanced": errors,
        "errors min_latency": errors,
        "errors max_accuracy": errors,
        "partials": {"jumps": jumps, "last": jumps, "times": errors["times"]},
        "partials continuous": {"jumps": jumps, "last": jumps, "times": errors["times"]},
        "exact": [
            {"kind": "drug", "voice": "v", "keyterms": given, "written": "metoprolol", "text": text}
            for given, text in enumerated
        ],
        "phantoms": {"typing": {"sounds": 6, "texts": ["Hm."]}},
        "false keyterms": {"finals": 22, "replaced": 0},
    }
    text = page({"moonshine": {"tuned": half, "held out": half}})
    assert "| clean | 2.5 % | 2.5 % | 2.5 % | 2.5 % | 2.5 % | 2.5 % | 2.5 % | 4.4 |" in text
    assert "| drug | 0/1 | 1/1 | 0/1 | 1/1 |" in text
    assert "10.0 %" in text
    assert "1/6 | Hm." in text
    assert "tuned 0 of 22" in text
