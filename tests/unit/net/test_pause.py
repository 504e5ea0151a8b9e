from __future__ import annotations

import pytest

from alert24_deploy.errors import CannotReachAlert24, Interrupted
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.net.retry import Pause
from unit.exchanges import Clock, FakeStop


class Waiting:
    """A pause with its surroundings."""

    def __init__(self, seconds: float = 60.0) -> None:
        self.clock = Clock()
        self.cancellation = FakeStop(self.clock)
        self.pause = Pause(self.clock)
        self.deadline = Deadline(seconds, self.cancellation, self.clock)


def test_wait__a_pause__until_its_end() -> None:
    """Everybody waits as long as Alert24 asked one of them to, and no longer."""
    waiting = Waiting()
    waiting.pause.extend(3)
    for _ in range(2):
        waiting.pause.wait(waiting.deadline)
    assert waiting.cancellation.slept == [3]


def test_extend__a_shorter_one__the_longer_stays() -> None:
    """A later answer that asks for less takes nothing back."""
    waiting = Waiting()
    waiting.pause.extend(9)
    waiting.pause.extend(1)
    waiting.pause.wait(waiting.deadline)
    assert waiting.cancellation.slept == [9]


def test_wait__longer_than_the_budget__fails_without_waiting() -> None:
    """Nobody is helped by waiting for what comes too late."""
    waiting = Waiting(seconds=2)
    waiting.pause.extend(3)
    with pytest.raises(CannotReachAlert24, match="longer than the 2 s"):
        waiting.pause.wait(waiting.deadline)
    assert waiting.cancellation.slept == []


def test_wait__a_signal_arrives__interrupted() -> None:
    """A signal ends the waiting."""
    waiting = Waiting()
    waiting.pause.extend(3)
    waiting.cancellation.at = waiting.clock.seconds + 1
    with pytest.raises(Interrupted):
        waiting.pause.wait(waiting.deadline)


def test_wait__a_signal_has_arrived__interrupted() -> None:
    """After a signal no request goes out, pause or not."""
    waiting = Waiting()
    waiting.cancellation.request(15)
    with pytest.raises(Interrupted):
        waiting.pause.wait(waiting.deadline)


def test_wait__extended_while_waiting__waits_on() -> None:
    """Who wakes up looks whether somebody else was asked to wait longer."""
    waiting = Waiting()
    waiting.pause.extend(1)
    sleep = waiting.cancellation.wait

    def extend_once(seconds: float) -> bool:
        if not waiting.cancellation.slept:
            waiting.pause.extend(5)
        return sleep(seconds)

    waiting.cancellation.wait = extend_once  # type: ignore[method-assign]
    waiting.pause.wait(waiting.deadline)
    assert waiting.cancellation.slept == [1, 4]
