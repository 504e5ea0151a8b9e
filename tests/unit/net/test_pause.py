from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest

from alert24_deploy.errors import CannotReachAlert24, Interrupted
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.net.retry import Pause
from alert24_deploy.signals import Cancellation
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


class Senders:
    """Threads that are sending until the block is left."""

    def __init__(self, waiting: Waiting, count: int) -> None:
        self._waiting = waiting
        self._go_on = threading.Event()
        self._began = threading.Semaphore(0)
        self._threads = [threading.Thread(target=self._send) for _ in range(count)]

    def _send(self) -> None:
        with self._waiting.pause.turn(Deadline(60, Cancellation(), self._waiting.clock)):
            self._began.release()
            self._go_on.wait()

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()
            self._began.acquire()

    def __exit__(self, *_: object) -> None:
        self._go_on.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.parametrize(
    ("bursts", "at_once"), [((), None), ((8,), 4), ((9,), 4), ((8, 4), 2), ((8, 4, 2, 1), 1)], ids=repr
)
def test_turn__refused_bursts__each_halves_how_many_send_at_once(bursts: tuple[int, ...], at_once: int | None) -> None:
    """All refusals of a burst count once, and one request at a time may always be sent."""
    waiting = Waiting()
    for burst in bursts:
        with Senders(waiting, burst):
            for _ in range(burst):
                waiting.pause.extend(1)
        waiting.clock.seconds += 1
    refused = nullcontext() if at_once is None else pytest.raises(CannotReachAlert24, match="are over")
    with Senders(waiting, at_once or 20), refused, waiting.pause.turn(waiting.deadline):
        assert at_once is None


def test_turn__too_many_are_sending__a_signal_ends_the_waiting() -> None:
    """Nobody waits for the others after a signal."""
    waiting = Waiting()
    waiting.pause.extend(0)
    waiting.cancellation.at = waiting.clock.seconds + 1
    with Senders(waiting, 1), pytest.raises(Interrupted), waiting.pause.turn(waiting.deadline):
        pass
