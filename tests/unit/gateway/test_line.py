"""The line to a session's client."""

from __future__ import annotations

from natter_gateway.events import Event, Failed, SpeechStarted, ToolWanted, UserFinal
from natter_gateway.line import MAX_KEPT, Line
from natter_gateway.outlet import Outlet

BYE = Failed("session_forbidden", "Elsewhere", fatal=True)


def words(number: int) -> Event:
    return UserFinal(number, f"turn {number}")


def test_what_is_told_while_nobody_is_there_waits() -> None:
    outlet = Outlet()
    line = Line(outlet)
    line.tell(words(1))
    assert line.lose(outlet)
    assert (line.connected, line.lost.is_set(), line.found.is_set()) == (False, True, False)
    line.tell(words(2))
    again = line.connect([SpeechStarted(0, 0)], [], BYE)
    line.tell(words(3))
    assert again.leftovers() == [SpeechStarted(0, 0), words(1), words(2), words(3)]
    assert (line.connected, line.lost.is_set(), line.found.is_set()) == (True, False, True)


def test_what_could_not_be_sent_is_told_first() -> None:
    outlet = Outlet()
    line = Line(outlet)
    outlet.give_back(words(1))
    line.tell(words(2))
    line.lose(outlet)
    assert line.connect([], [], BYE).leftovers() == [words(1), words(2)]


async def test_the_newer_connection_wins() -> None:
    older = Outlet()
    line = Line(older)
    line.tell(words(1))
    newer = line.connect([], [], BYE)
    assert newer.leftovers() == [words(1)]
    assert await older.next() == BYE
    assert not line.lose(older)
    assert line.connected


def test_what_waits_is_not_told_twice() -> None:
    outlet = Outlet()
    line = Line(outlet)
    call, other = ToolWanted(1, "c1", "look", {"at": "it"}), ToolWanted(1, "c0", "look", {})
    line.tell(call)
    line.lose(outlet)
    assert line.connect([], [other, ToolWanted(1, "c1", "look", {"at": "it"})], BYE).leftovers() == [call, other]


def test_a_client_that_stays_away_is_not_remembered_everything_for() -> None:
    dropped: list[tuple[str, int]] = []
    line = Line(on_drop=lambda *drop: dropped.append(drop))
    for number in range(MAX_KEPT + 5):
        line.tell(words(number))
    kept = line.connect([], [], BYE).leftovers()
    assert (len(kept), kept[0]) == (MAX_KEPT, words(5))
    assert dropped == [("gateway.line", 1)] * 5
