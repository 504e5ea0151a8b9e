"""A health check over HTTP."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import Alert24DeployError
from ..signals import Cancellation
from .deadline import Deadline
from .threads import run_alone
from .transport import ANSWER_SECONDS, Request, Transport


class HttpCheck(NamedTuple):
    """What to request and what counts as healthy."""

    url: str
    statuses: tuple[int, int] = (200, 299)  # the lowest and the highest that count as healthy
    text: str = ""  # must be in the response's first 8 MiB; empty for no such condition
    header: tuple[str, str] | None = None  # name and value, which may be a token

    def __call__(self, seconds: float, cancellation: Cancellation) -> str:
        """Check once, for 10 s at most, and return why the service is not healthy, a clause; empty if it is."""
        most = min(seconds, ANSWER_SECONDS)
        request = Request("GET", self.url, dict([self.header]) if self.header else {})
        try:
            response = run_alone(lambda: Transport().send(request, most), Deadline(most, cancellation))
        except Alert24DeployError as error:
            return error.why
        low, high = self.statuses
        if not low <= response.status <= high:
            redirected = " (a redirect is not followed)" if response.status // 100 == 3 else ""
            return f"it answered {response.status}{redirected}"
        if self.text and self.text.encode() not in response.body:
            return f"it answered {response.status}, but without the expected text"
        return ""
