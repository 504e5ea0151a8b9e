"""A health check over HTTP: is the deployed service well?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from ..errors import Alert24DeployError
from .answers import Response
from .budget import Deadline
from .outside import Call, call
from .stop import Cancellation
from .workers import run_concurrently

_MOST_SECONDS = 10.0


class HttpCheck(NamedTuple):
    """What to ask and what counts as healthy; `header` is a name and a value, which may be a token."""

    url: str
    statuses: tuple[int, int] = (200, 299)
    text: str = ""
    header: tuple[str, str] | None = None

    def __call__(self, seconds: float, cancellation: Cancellation, clock: Callable[[], float] = time.monotonic) -> str:
        """Ask once and return why the service is not healthy, a clause; empty where it is.

        Args:
            seconds: how long the answer may take at most.
            cancellation: a signal's request to stop.
            clock: seconds that never go back.
        """
        most = min(seconds, _MOST_SECONDS)
        headers = dict([self.header]) if self.header else {}
        request = Call("GET", self.url, most, headers=headers)
        (done,) = run_concurrently(
            [lambda: call(request)], concurrency=1, deadline=Deadline(most, clock), cancellation=cancellation
        )
        return self._judge(done.value, done.error)

    def _judge(self, answer: Response | None, error: Alert24DeployError | None) -> str:
        if answer is None:
            return error.why if error else "there was no answer"
        low, high = self.statuses
        if not low <= answer.status <= high:
            redirected = " (a redirect is not followed)" if answer.status // 100 == 3 else ""
            return f"it answered {answer.status}{redirected}"
        if self.text and self.text.encode() not in answer.body:
            return f"it answered {answer.status}, but without the expected text"
        return ""
