"""Trying again: tenacity decides when, our budget and pause decide how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from ..errors import CannotReachAlert24
from .answers import TOO_MANY, Transient
from .budget import Deadline
from .pause import Pause
from .stop import Cancellation
from .workers import stopped

_T = TypeVar("_T")
# Full jitter: a random time between 0 and 0.5 s, 1 s, 2 s ... 10 s (AWS Architecture Blog, "Exponential Backoff
# And Jitter"): many pipelines that fail at once must not come back at once.
_BACKOFF = wait_random_exponential(multiplier=0.5, max=10)
# A try with less time than this would only end in "no answer in time", and hide what is really wrong.
_LEAST_SECONDS = 0.1
_TOLD_FROM_SECONDS = 5.0


class Caller(Protocol):
    """Who asks: its pause, its stop and its voice."""

    pause: Pause
    cancellation: Cancellation
    tell: Callable[[str], None]


def again(first: Transient, attempt: Callable[[], _T], caller: Caller, deadline: Deadline) -> _T:
    """Repeat an attempt that has failed once until it succeeds, fails for good, or the budget is spent.

    Args:
        first: how the first attempt failed.
        attempt: sends the request once more.
        caller: whose pause, stop and voice serve here.
        deadline: the seconds that are left for this request.

    Raises:
        Alert24DeployError: the last attempt's, or a signal's. `sent` is true where any attempt may have been
            carried out.
    """
    return _Again(first, attempt, caller, deadline).run()


class _Again(Generic[_T]):
    def __init__(self, first: Transient, attempt: Callable[[], _T], caller: Caller, deadline: Deadline) -> None:
        self._failures = iter([first])
        self._attempt = attempt
        self._caller = caller
        self._deadline = deadline
        self._perhaps_done = False

    def run(self) -> _T:
        retrying = Retrying(
            retry=retry_if_exception_type(Transient),
            wait=self._wait,
            sleep=self._sleep,
            before_sleep=self._before_sleep,
        )
        try:
            return retrying(self._replay_then_attempt)
        except CannotReachAlert24 as error:
            error.sent = error.sent or self._perhaps_done
            raise

    def _replay_then_attempt(self) -> _T:
        for failure in self._failures:
            raise failure
        return self._attempt()

    def _wait(self, state: RetryCallState) -> float:
        """Return the seconds to wait: what Alert24 asks for, else a random time that grows."""
        failure = _failure(state)
        asked = retry_after(failure.retry_after)
        seconds = asked or _BACKOFF(state)  # no time at all, for ever, would be a storm of requests
        if failure.status == TOO_MANY:
            self._caller.pause.extend(seconds)
        return seconds

    def _before_sleep(self, state: RetryCallState) -> None:
        """Give up now where the wait would outlast the time: nobody is helped by waiting for that."""
        failure = _failure(state)
        self._perhaps_done = self._perhaps_done or failure.sent
        seconds = state.next_action.sleep if state.next_action else 0.0
        left = self._deadline.left()
        if seconds + _LEAST_SECONDS < left:
            return
        tries = f"{state.attempt_number} tries" if state.attempt_number > 1 else "1 try"
        asks = f", and asks to wait {seconds:.0f} s" if failure.retry_after else ""
        raise CannotReachAlert24(f"{failure.why}{asks} ({tries}, {left:.0f} s left)", sent=failure.sent)

    def _sleep(self, seconds: float) -> None:
        if seconds >= _TOLD_FROM_SECONDS:
            self._caller.tell(f"Alert24 can't be reached or asks to wait: trying again in {seconds:.0f} s.")
        if self._caller.cancellation.wait(seconds):
            raise stopped(sent=self._perhaps_done)


def _failure(state: RetryCallState) -> Transient:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Transient)  # noqa: S101 - Retrying waits after no other
    return error


def retry_after(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, given in seconds or as a date; None for nonsense."""
    if not value:
        return None
    try:
        return Retry().parse_retry_after(value.strip())
    except (InvalidHeader, ValueError):  # ValueError: more digits than Python reads, or a year that no calendar has
        return None
