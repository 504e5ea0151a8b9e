"""Decides whether a failed request is sent again, and how long all requests wait before that."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from ..errors import CannotReachAlert24
from .deadline import Deadline
from .threads import interrupted
from .transport import Transient

_T = TypeVar("_T")
TOO_MANY = 429
# A CDN answers 520-524 and 530 if the origin did not answer (Cloudflare docs, "Cloudflare 5xx errors").
RETRIED = frozenset({408, 429, 500, 502, 503, 504, *range(520, 525), 530})
# Full jitter: a random time between 0 and 0.5 s, 1 s, 2 s ... 10 s (AWS Architecture Blog, "Exponential Backoff
# And Jitter"): many pipelines that fail at once must not come back at once.
_FIRST_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF_SECONDS = 10.0
# A try with less time than this would only end in "no answer in time", and hide what is really wrong.
_LEAST_SECONDS = 0.1
_MOST_JITTER = 0.5  # of the time that a server asks to wait
_ANNOUNCED_SECONDS = 5.0
_POLL_SECONDS = 0.05
_OVER = "the {:g} s it may take are over"


class Pause:
    """A time before which no request goes out, and half as many at once afterwards.

    All workers share one: when a server asks one of them to wait, it means the key, so all of them wait.
    """

    def __init__(self, clock: Callable[[], float], who: str = "Alert24") -> None:
        """Begin with no pause; `who` is the server in messages."""
        self._who = who
        self._clock = clock
        self._lock = threading.Lock()
        self._until = 0.0
        self._sending = 0
        self._at_once: int | None = None  # None for as many as there are workers

    def extend(self, seconds: float) -> None:
        """Pause all requests for so many seconds from now; a longer pause that has begun already stays."""
        with self._lock:
            now = self._clock()
            if now >= self._until:  # the other refusals of the same burst don't lower it again
                self._at_once = max(1, self._sending // 2)
            self._until = max(self._until, now + seconds)

    @contextmanager
    def turn(self, deadline: Deadline) -> Iterator[None]:
        """Send a request when the pause is over and few enough are being sent; raises as `wait` does."""
        self.wait(deadline)
        while not self._begin():
            if deadline.cancellation.wait(min(_POLL_SECONDS, deadline.left())):
                raise interrupted(sent=False)
            if not deadline.left():
                raise CannotReachAlert24(_OVER.format(deadline.seconds), sent=False)
            self.wait(deadline)
        try:
            yield
        finally:
            with self._lock:
                self._sending -= 1

    def _begin(self) -> bool:
        with self._lock:
            may = self._at_once is None or self._sending < self._at_once
            self._sending += may
            return may

    def wait(self, deadline: Deadline) -> None:
        """Sleep until the pause is over; raise CannotReachAlert24 if it outlasts the deadline or a signal arrives."""
        cancellation = deadline.cancellation
        while (left := self._until - self._clock()) > 0 and not cancellation.requested:
            if left > deadline.left():
                raise CannotReachAlert24(
                    f"{self._who} asked to wait longer than the {deadline.left():.0f} s that are left", sent=False
                )
            cancellation.wait(left)
        if cancellation.requested:
            raise interrupted(sent=False)


class Retrier:
    """Repeats what failed in a way that may pass, until it succeeds or the time is over."""

    def __init__(
        self, deadline: Deadline, notify: Callable[[str], None] = lambda _: None, who: str = "Alert24"
    ) -> None:
        """Keep the deadline of all calls; `notify` is called with a sentence before a wait of five seconds or more."""
        self.pause = Pause(deadline.clock, who)
        self._deadline = deadline
        self._who = who
        self._notify = notify

    def call(self, attempt: Callable[[float], _T], deadline: Deadline | None = None, *, within: bool = False) -> _T:
        """Return what `attempt` returns, given the seconds left, calling it again after every Transient error.

        A call may have a deadline of its own. One that is made within another one's attempt shares its turn to send.

        Raises:
            Alert24DeployError: the last attempt's. `sent` is true if any attempt may have been carried out.
        """
        deadline = deadline or self._deadline
        sent = False
        tries = 0
        while True:
            tries += 1
            try:
                with self.pause.turn(deadline) if not within else nullcontext():
                    if (left := deadline.left()) <= 0:
                        raise CannotReachAlert24(_OVER.format(deadline.seconds), sent=False)
                    return attempt(left)
            except Transient as failure:
                sent = failure.sent = failure.sent or sent
                self._wait(failure, tries, deadline)
            except CannotReachAlert24 as error:
                error.sent = error.sent or sent
                raise

    def _wait(self, failure: Transient, tries: int, deadline: Deadline) -> None:
        """Sleep before the next try, or give up now if it would come after the deadline."""
        left = deadline.left()
        # No wait at all, if that is what is asked for, would be a storm of requests.
        seconds = _longer(retry_after(failure.retry_after), left) or _backoff(tries)
        if failure.status == TOO_MANY:
            self.pause.extend(seconds)
        if seconds + _LEAST_SECONDS >= left:
            asks = f", and asks to wait {seconds:.0f} s" if failure.retry_after else ""
            count = f"{tries} tries" if tries > 1 else "1 try"
            raise CannotReachAlert24(
                f"{failure.why}{asks} ({count}, {left:.0f} of {deadline.seconds:.3g} s left)", sent=failure.sent
            )
        if seconds >= _ANNOUNCED_SECONDS:
            self._notify(f"{self._who} can't be reached or asks to wait: trying again in {seconds:.0f} s.")
        if deadline.cancellation.wait(seconds):
            raise interrupted(sent=failure.sent)


def _longer(asked: float | None, left: float) -> float | None:
    """Return up to half as many seconds more as a server asks to wait, if there is the time.

    All who were refused in one window of a rate limit are asked to come back at the same moment
    (docs/guides/one-key.md shows what that does).
    """
    if not asked:
        return None
    return asked + random.uniform(0, max(0.0, min(asked * _MOST_JITTER, left - asked - 1)))  # noqa: S311 - as below


def _backoff(tries: int) -> float:
    """Return a random number of seconds, of up to twice as many after every failed try."""
    most = min(_FIRST_BACKOFF_SECONDS * 2.0 ** min(tries - 1, 16), _LONGEST_BACKOFF_SECONDS)
    return random.uniform(0, most)  # noqa: S311 - spreads requests out, and protects nothing


def retry_after(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, in seconds or as a date; None if it makes no sense."""
    if not value:
        return None
    try:
        return Retry().parse_retry_after(value.strip())
    except (InvalidHeader, ValueError):  # ValueError: more digits than Python reads, or a year that no calendar has
        return None
