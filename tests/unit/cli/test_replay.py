"""``natter replay``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from natter_cli import replay
from natter_protocol import codec, subjects
from natter_protocol.evidence import EndEvidence
from natter_protocol.settings import Preset
from natter_protocol.turn import Step, TurnDecided
from natter_runtime.bus import Bus
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.errors import UsageError
from natter_turn.policy import PRESETS, Policy

DOUBTFUL = EndEvidence("We could go there", sound=0.5, ends_sentence=0.6, reads_complete=0.1)


def decided(seq: int, step: Step, silence_ms: int) -> TurnDecided:
    return TurnDecided(
        session="s", by="turn", claim=1, seq=seq, turn=seq, step=step, rule="evidence", silence_ms=silence_ms,
        needed_ms=900, probability=0.6, end=DOUBTFUL,
    )  # fmt: skip


@pytest.fixture
async def bus() -> Bus:
    bus = MemoryBroker().bus()
    for fact in (decided(1, Step.WENT_ON, 700), decided(2, Step.COMMITTED, 900)):
        await (await bus.log.append(subjects.of(fact), codec.encode(fact), id=fact.id))
    return bus


def policy_file(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text)
    return path


async def test_what_would_change_is_told(bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    assert await replay._run(bus, "s", Policy(min_silence_ms=200, max_silence_ms=400), False) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[1].split()[:3] == ["1", "went_on", "700"]
    assert "cuts off" in out[1]
    assert "earlier" in out[2]
    assert out[3].startswith("2 decisions: 1 more cut-offs, 1 answers moved by -")


async def test_nothing_changes_under_a_policy_that_decides_the_same(
    bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    await replay._run(bus, "s", Policy(min_silence_ms=900, max_silence_ms=900), False)
    assert capsys.readouterr().out.splitlines()[-1] == "2 decisions, and none would be another."


async def test_it_can_be_read_by_programs(bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    await replay._run(bus, "s", Policy(min_silence_ms=200, max_silence_ms=400), True)
    first, _ = json.loads(capsys.readouterr().out)
    assert (first["turn"], first["change"], first["pause_ms"]) == (1, "cuts off", 700)


async def test_a_call_that_is_not_kept(bus: Bus) -> None:
    with pytest.raises(UsageError, match="no session nothing"):
        await replay._run(bus, "nothing", Policy(), False)


def test_a_policy_is_stated_as_on_the_wire(tmp_path: Path) -> None:
    policy = replay.read_policy(policy_file(tmp_path, "preset: clinical\nmax_silence: 3000\neager: false\n"))
    assert policy.min_silence_ms == PRESETS[Preset.CLINICAL].min_silence_ms
    assert policy.max_silence_ms == 3000
    assert not policy.eager
    assert replay.read_policy(policy_file(tmp_path, "")) == Policy()
    fast = replay.read_policy(policy_file(tmp_path, "transcription_mode: min_latency"))
    assert fast.certainty < Policy().certainty


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("min_silense: 3", "unknown field 'min_silense'"),
        ("min_silence: soon", "Expected `int"),
        ("preset: hasty", "presets: ivr, conversation, clinical"),
        ("transcription_mode: hasty", "modes: min_latency"),
        ("- a list", "expected fields of turn_detection"),
        ("a: [", "policy.yaml"),
    ],
)
def test_a_wrong_policy_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=r"policy\.yaml") as refused:
        replay.read_policy(policy_file(tmp_path, text))
    assert problem in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.yaml"):
        replay.read_policy(tmp_path / "none.yaml")
