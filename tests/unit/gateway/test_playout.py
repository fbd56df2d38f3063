"""What the client hears, and when."""

from __future__ import annotations

from natter_gateway.playout import Ended, Missing, Playout, Send, Spoke, Started, Step
from natter_protocol.audio import AudioFrame
from natter_protocol.reply import Outcome
from natter_protocol.tts import TtsSegment, Word

RATE = 24_000
FRAME = RATE // 50


class Player:
    """A playout with a clock that ticks every 20 ms, and what came out of it."""

    def __init__(self, lead_ms: int = 70) -> None:
        self.playout = Playout(RATE, lead_ms)
        self.now = 50.0
        self.steps: list[Step] = []

    def run(self, seconds: float) -> list[Step]:
        """Let time pass; return what was done in it."""
        done: list[Step] = []
        for _ in range(round(seconds / 0.02)):
            done += self.playout.tick(self.now)
            self.now += 0.02
        self.steps += done
        return done

    def speak(self, epoch: int, seconds: float, *, first: float = 0.0, end: bool = True) -> None:
        """Let ``tts`` send audio."""
        frames = round(seconds * 50)
        start = round(first * 50)
        for index in range(start, start + frames):
            last = end and index == start + frames - 1
            self.playout.audio(AudioFrame(bytes(2 * FRAME), index * FRAME, epoch=epoch, end=last), self.now)

    def words(self, epoch: int, text: str, each_s: float) -> None:
        """Let ``tts`` tell where the words lie, one after the other."""
        length = int(each_s * RATE)
        words = tuple(Word(f"{word} ", index * length, (index + 1) * length) for index, word in enumerate(text.split()))
        self.playout.segment(TtsSegment(epoch=epoch, segment=0, text=text, first_sample=0, words=words))


def sent(steps: list[Step]) -> int:
    return sum(len(step.pcm) // 2 for step in steps if isinstance(step, Send))


def ended(steps: list[Step]) -> Ended:
    return next(step for step in steps if isinstance(step, Ended))


def test_a_reply_is_sent_at_the_pace_of_its_playing_with_a_small_lead() -> None:
    player = Player(lead_ms=70)
    player.playout.allow(1, player.now)
    player.speak(1, 2.0)
    for _ in range(40):
        player.run(0.02)
        position = player.playout.position()
        assert position is not None
        assert 40 <= (position.sent - position.heard) * 1000 / RATE <= 100
    assert abs(sent(player.steps) / RATE - 0.8) < 0.12


def test_ticks_that_come_a_little_early_or_late_do_not_lengthen_the_lead() -> None:
    player = Player(lead_ms=60)
    player.playout.allow(1, player.now)
    player.speak(1, 2.0)
    for late_ms in (0, 0.4, 0, 3, 1, 0, 7, 2, 0.1, 0) * 5:
        player.now += late_ms / 1000
        player.run(0.02)
        player.now -= late_ms / 1000
        position = player.playout.position()
        assert position is not None
        assert 50 <= (position.sent - position.heard) * 1000 / RATE <= 60.1
    assert player.playout.lead_ms == 60


def test_nothing_of_a_speculation_is_sent_before_it_is_allowed() -> None:
    player = Player()
    player.speak(1, 1.0)
    assert player.run(0.5) == []
    player.playout.allow(1, player.now)
    steps = player.run(0.02)
    assert isinstance(steps[0], Started)
    assert sent(steps) > 0


def test_a_reply_that_was_heard_to_its_end_is_completed_with_all_its_words() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.words(1, "two loaves are left", 0.25)
    player.speak(1, 1.0)
    steps = player.run(1.5)
    assert ended(steps) == Ended(1, "two loaves are left", RATE, Outcome.COMPLETED, announced=True)
    assert [step.word.text.strip() for step in steps if isinstance(step, Spoke)] == ["two", "loaves", "are", "left"]
    assert sent(steps) == RATE


def test_an_interrupted_reply_keeps_the_words_that_were_heard() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.words(1, "one two three four", 0.5)
    player.speak(1, 2.0)
    player.run(1.1)
    player.playout.void(1)
    steps = player.run(0.02)
    assert ended(steps).text == "one two"
    assert ended(steps).outcome is Outcome.INTERRUPTED
    assert sent(player.run(1.0)) == 0


def test_a_word_counts_as_heard_from_its_middle_on() -> None:
    for heard, expected in ((0.6, "one"), (0.9, "one two")):
        player = Player()
        player.playout.allow(1, player.now)
        player.words(1, "one two three", 0.5)
        player.speak(1, 1.5)
        player.run(heard)
        player.playout.void(1)
        assert ended(player.run(0.02)).text == expected


def test_a_void_reply_of_which_nothing_was_sent_was_unheard() -> None:
    player = Player()
    player.speak(1, 1.0)
    player.playout.void(1)
    assert ended(player.run(0.02)) == Ended(1, "", 0, Outcome.UNHEARD, announced=False)


def test_late_frames_of_a_void_reply_are_dropped() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.playout.void_through(1)
    player.speak(1, 1.0)
    player.playout.allow(1, player.now)
    assert sent(player.run(0.5)) == 0


def test_a_hold_stops_within_a_frame_and_goes_on_from_the_very_sample() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.speak(1, 1.0)
    before = sent(player.run(0.4))
    player.playout.hold(player.now + 5)
    assert sent(player.run(1.0)) == 0
    position = player.playout.position()
    assert position is not None
    assert position.held
    assert position.heard == position.sent == before
    player.playout.resume()
    after = sent(player.run(1.5))
    assert before + after == RATE


def test_a_hold_ends_by_itself() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.speak(1, 1.0)
    player.run(0.2)
    player.playout.hold(player.now + 0.3)
    assert sent(player.run(0.28)) == 0
    assert sent(player.run(0.2)) > 0


def test_replies_play_one_after_the_other_in_the_order_of_their_epochs() -> None:
    player = Player()
    for epoch in (3, 2):
        player.playout.allow(epoch, player.now)
        player.speak(epoch, 0.2)
    order = [step.epoch for step in player.run(1.0) if isinstance(step, Started | Ended)]
    assert order == [2, 2, 3, 3]


def test_the_lead_grows_only_after_an_underrun_and_only_so_far() -> None:
    player = Player(lead_ms=60)
    player.playout.allow(1, player.now)
    player.speak(1, 0.4, end=False)
    player.run(0.3)
    assert player.playout.lead_ms == 60
    for attempt in range(12):
        player.run(0.5)
        position = player.playout.position()
        assert position is not None
        assert position.starved
        player.speak(1, 0.1, first=0.4 + attempt * 0.1, end=False)
        player.run(0.02)
        assert player.playout.lead_ms == min(60 + 20 * (attempt + 1), 200)


def test_the_lead_grows_after_a_tick_that_came_too_late_for_the_player() -> None:
    player = Player(lead_ms=60)
    player.playout.allow(1, player.now)
    player.speak(1, 2.0)
    player.run(0.3)
    player.now += 0.03  # 50 ms since the last tick: the player still has something
    player.run(0.02)
    assert player.playout.lead_ms == 60
    player.now += 0.08
    player.run(0.02)
    assert player.playout.lead_ms == 80


def test_the_lead_does_not_grow_after_a_hold() -> None:
    player = Player(lead_ms=60)
    player.playout.allow(1, player.now)
    player.speak(1, 2.0)
    player.run(0.3)
    player.playout.hold(player.now + 5.0)
    player.run(0.3)
    player.now += 0.2
    player.run(0.1)
    player.playout.resume()
    player.run(0.3)
    assert player.playout.lead_ms == 60


def test_missing_audio_is_asked_for_and_then_played_in_order() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.speak(1, 0.2, end=False)
    player.speak(1, 0.2, first=0.3)
    steps = player.run(0.4)
    assert [step for step in steps if isinstance(step, Missing)] == [Missing(1, int(0.2 * RATE), int(0.3 * RATE))]
    player.speak(1, 0.1, first=0.2, end=False)
    steps = player.run(0.6)
    assert ended(steps).outcome is Outcome.COMPLETED
    assert sent(player.steps) == int(0.5 * RATE)


def test_missing_audio_that_does_not_come_cuts_the_reply_at_the_last_whole_word() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.words(1, "one two three", 0.2)
    player.speak(1, 0.3, end=False)
    player.speak(1, 0.1, first=0.5)
    steps = player.run(1.5)
    assert ended(steps).outcome is Outcome.FAILED
    assert ended(steps).text == "one two"


def test_a_reply_of_which_nothing_comes_fails_after_a_while() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    assert player.run(19.0) == []
    assert ended(player.run(2.0)).outcome is Outcome.FAILED


def test_a_reply_without_a_sound_ends_at_once() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.playout.audio(AudioFrame(b"", 0, epoch=1, end=True), player.now)
    assert ended(player.run(0.02)) == Ended(1, "", 0, Outcome.COMPLETED, announced=False)


def test_credit_follows_what_was_heard() -> None:
    player = Player()
    assert player.playout.credit() == 5 * RATE
    player.playout.allow(1, player.now)
    player.speak(1, 2.0)
    player.run(1.0)
    assert 5.8 * RATE < player.playout.credit() < 6.0 * RATE


# -- nobody is there ------------------------------------------------------------------------------


def test_a_pause_sends_nothing_and_goes_on_at_the_very_sample() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.speak(1, 1.0)
    before = sent(player.run(0.4))
    player.playout.pause()
    assert sent(player.run(60.0)) == 0  # longer than anything that stalls may take
    position = player.playout.position()
    assert position is not None
    assert (position.sent, position.held) == (before, True)
    player.playout.go_on(player.now)
    assert before + sent(player.run(2.0)) == RATE
    assert ended(player.steps).outcome is Outcome.COMPLETED


def test_a_resume_after_a_hold_does_not_end_a_pause() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.speak(1, 1.0)
    player.run(0.2)
    player.playout.hold(player.now + 5)
    player.playout.pause()
    player.playout.resume()
    assert sent(player.run(0.5)) == 0
    player.playout.go_on(player.now)
    assert sent(player.run(0.1)) > 0


# -- the client's own account ---------------------------------------------------------------------


def test_what_was_really_played_decides_what_was_heard() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.words(1, "one two three four", 0.5)
    player.speak(1, 2.0)
    player.run(1.3)
    player.playout.ack(1, int(0.6 * RATE))  # the client's buffer is large
    player.playout.void(1)
    assert ended(player.run(0.02)).text == "one"


def test_the_pace_does_not_follow_the_account() -> None:
    player = Player(lead_ms=70)
    player.playout.allow(1, player.now)
    player.speak(1, 2.0)
    player.run(0.5)
    before = sent(player.steps)
    player.playout.ack(1, int(0.1 * RATE))
    assert sent(player.run(0.2)) == 10 * FRAME
    assert before + 10 * FRAME == sent(player.steps)


def test_a_reply_lasts_as_long_as_the_client_plays_it() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.speak(1, 0.5)
    for _ in range(60):
        player.run(0.02)
        position = player.playout.position()
        if position is not None:
            player.playout.ack(1, position.sent - int(0.3 * RATE))
    assert not any(isinstance(step, Ended) for step in player.steps)
    player.run(0.4)
    assert ended(player.steps).outcome is Outcome.COMPLETED


def test_an_account_is_neither_more_than_was_sent_nor_less_than_before_nor_endlessly_behind() -> None:
    player = Player()
    player.playout.allow(1, player.now)
    player.speak(1, 20.0)
    player.run(1.0)
    player.playout.ack(1, 10**9)
    position = player.playout.position()
    assert position is not None
    assert position.heard == position.sent
    most = position.heard
    player.playout.ack(1, 5)
    position = player.playout.position()
    assert position is not None
    assert position.heard == most
    player.run(10.0)
    player.playout.ack(1, 0)
    position = player.playout.position()
    assert position is not None
    assert 4.8 < (position.sent - position.heard) / RATE < 5.2
    player.playout.ack(99, 5)  # of no reply


# -- after another gateway ------------------------------------------------------------------------


def test_a_reply_is_taken_over_at_the_word_before_the_checkpoint() -> None:
    player = Player()
    player.words(3, "one two three four", 0.5)
    (asked,) = player.playout.restore(3, int(1.2 * RATE), player.now)
    assert isinstance(asked, Missing)
    assert (asked.epoch, asked.first_sample) == (3, RATE)
    player.speak(3, 1.0, first=1.0)
    steps = player.run(1.5)
    assert sent(steps) == RATE
    assert [step.word.text for step in steps if isinstance(step, Spoke)] == ["four "]
    assert not any(isinstance(step, Started) for step in steps)
    assert (ended(steps).text, ended(steps).heard) == ("one two three four", 2 * RATE)


def test_a_reply_that_the_client_does_not_know_of_begins() -> None:
    player = Player()
    (asked,) = player.playout.restore(3, None, player.now)
    assert isinstance(asked, Missing)
    assert asked.first_sample == 0
    player.speak(3, 0.1)
    assert isinstance(player.run(0.1)[0], Started)


def test_busy_is_whoever_waits_for_a_reply() -> None:
    player = Player()
    assert not player.playout.busy
    player.speak(1, 0.1)
    assert not player.playout.busy  # a speculation
    player.playout.allow(1, player.now)
    assert player.playout.busy
    player.run(0.5)
    assert not player.playout.busy
