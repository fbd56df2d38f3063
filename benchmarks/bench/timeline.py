"""One call as a timeline: what was said, what was heard, what the system told. For reading a surprising verdict."""

from __future__ import annotations

from benchmarks.bench.judge import judge
from benchmarks.bench.record import Record


def timeline(record: Record) -> str:
    """Return it, one line per moment, in seconds of the call."""
    verdict = judge(record)
    measured = [
        f"{name} {value}"
        for name, value in (
            ("latency", verdict.latency_s),
            ("stop", verdict.stop_s),
            ("history words", verdict.history_words),
            ("duplicates", verdict.duplicates or None),
            ("stale ms", verdict.stale_ms or None),
        )
        if value is not None
    ]
    details = ", ".join(f"{name} {value}" for name, value in record.details.items())
    head = f"{record.id} ({record.variant}; {details}) {record.system}/{record.preset}: {verdict.outcome.value}"
    lines: list[tuple[float, str]] = []
    for cue in record.cues:
        lines += [(cue.start_s, f"user    ┌ {cue.role}: {cue.text}"), (cue.end_s, f"user    └ {cue.role}")]
        if cue.hole:
            lines += [(cue.hole[0], "user    · pauses"), (cue.hole[1], "user    · goes on")]
    for reply in record.replies:
        for number, (begin, end) in enumerate(reply.audible):
            text = " ".join(word.text.strip() for word in reply.words) if number == 0 else ""
            lines += [(begin, f"heard   ┌ {reply.id} {text}"), (end, f"heard   └ {reply.id}")]
    for asked in record.asked:
        last = asked.messages[-1][1] if asked.messages else ""
        lines.append((asked.at_s, f"model   #{asked.number} asked: {last!r}"))
    lines += [(event.at_s, f"system  {event.what} {event.detail}") for event in record.events]
    lines += [(record.seconds, f"error   {error}") for error in record.errors]
    body = [f"{at:8.3f}  {text}" for at, text in sorted(lines, key=lambda line: line[0])]
    return "\n".join([head, *([" ".join(measured)] if measured else []), *body, record.outcome]).rstrip()
