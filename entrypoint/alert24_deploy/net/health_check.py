"""A health check over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from ..errors import Alert24DeployError
from ..signals import Cancellation
from .deadline import Deadline
from .threads import run_alone
from .transport import ANSWER_SECONDS, Request, Transport


class HttpCheck(NamedTuple):
    """What to request and what counts as healthy.

    Attributes:
        url: the address.
        statuses: the lowest and the highest HTTP status that count as healthy.
        text: must be in the response's first 8 MiB; empty for no such condition.
        header: a header to send, as name and value; the value may be a token.
    """

    url: str
    statuses: tuple[int, int] = (200, 299)
    text: str = ""
    header: tuple[str, str] | None = None

    def __call__(self, seconds: float, cancellation: Cancellation, clock: Callable[[], float] = time.monotonic) -> str:
        """Check once and return why the service is not healthy, a clause; empty if it is.

        Args:
            seconds: how long it may take; never more than 10 s.
            cancellation: a signal's request to stop.
            clock: returns seconds and never goes back.
        """
        most = min(seconds, ANSWER_SECONDS)
        request = Request("GET", self.url, dict([self.header]) if self.header else {})
        try:
            response = run_alone(
                lambda: Transport().send(request, most), deadline=Deadline(most, clock), cancellation=cancellation
            )
        except Alert24DeployError as error:
            return error.why
        low, high = self.statuses
        if not low <= response.status <= high:
            redirected = " (a redirect is not followed)" if response.status // 100 == 3 else ""
            return f"it answered {response.status}{redirected}"
        if self.text and self.text.encode() not in response.body:
            return f"it answered {response.status}, but without the expected text"
        return ""
