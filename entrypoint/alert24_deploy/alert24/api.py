"""One exchange with Alert24's API: a request with the key, its response checked, retries if they may help."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

from ..errors import CannotReachAlert24
from ..net.deadline import Deadline
from ..net.retry import Retrier
from ..net.transport import Request, Response, Transport
from ..signals import Cancellation
from ..text import sanitize
from . import responses

_T = TypeVar("_T")


class Call(NamedTuple):
    """One request: `path` below the API's address, `body` sent as JSON."""

    method: str
    path: str
    query: Mapping[str, str | int] | None = None
    body: Mapping[str, str] | None = None


class Api:
    """One Alert24 with one key: all requests share connections, deadline and pause."""

    def __init__(
        self,
        api_url: str,
        key: str,
        *,
        deadline: Deadline,
        cancellation: Cancellation,
        notify: Callable[[str], None] = lambda _: None,
        trace: Callable[[str], None] = lambda _: None,
        display_name: Callable[[str], str] = lambda name: f"`{name}`",
        connections: int = 8,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the connections; nothing is sent yet.

        Args:
            api_url: Alert24's address, without a slash at the end.
            key: the API key.
            deadline: how long all requests together may take.
            cancellation: a signal's request to stop.
            notify: called with a sentence when something makes the user wait.
            trace: called with a line for every exchange.
            display_name: returns a setting's name as the user writes it.
            connections: how many are kept open.
            clock: returns seconds and never goes back.
        """
        self.deadline = deadline
        self.cancellation = cancellation
        self.retrier = Retrier(cancellation, clock, notify)
        self.display_name = display_name
        self._api_url = api_url
        self.skew = 0.0  # seconds that Alert24's clock is ahead of this machine's, by its last response
        self._trace = trace
        self._clock = clock
        self._transport = Transport(f"Bearer {key}", connections=connections)

    def exchange(self, call: Call, deadline: Deadline, read: Callable[[Any], _T]) -> _T:
        """Send a request, again if that may help, and return what `read` makes of the response's JSON.

        `read` raises Transient for JSON that is not the documented kind.

        Raises:
            Alert24Refused: Alert24 said no.
            CannotReachAlert24: there was no usable response before the deadline.
            WrongSetting: the environment names certificates that are not there.
        """
        try:
            return self.retrier.call(lambda: self._attempt(call, deadline, read), deadline)
        except CannotReachAlert24 as error:
            error.remedy = error.remedy or self._remedy()
            raise

    def _attempt(self, call: Call, deadline: Deadline, read: Callable[[Any], _T]) -> _T:
        left = deadline.left()
        if left <= 0:
            raise CannotReachAlert24(f"the {deadline.seconds:g} s it may take are over", sent=False)
        began = self._clock()
        try:
            response = self._transport.send(self._request(call), left)
        except CannotReachAlert24 as error:
            self._trace(f"{call.method} {sanitize(call.path)}: {error.why}")
            raise
        self._trace(_traced(call, response, self._clock() - began))
        self._read_clock(response)
        return read(responses.check(response, call.method, self.display_name))

    def _read_clock(self, response: Response) -> None:
        with contextlib.suppress(ValueError, TypeError, OverflowError):  # no date, or one that no calendar has
            self.skew = parsedate_to_datetime(response.headers.get("Date", "")).timestamp() - time.time()

    def _request(self, call: Call) -> Request:
        url = self._api_url + call.path + (f"?{urlencode(call.query)}" if call.query else "")
        headers = {"Accept": "application/json"}
        if call.body is None:
            return Request(call.method, url, headers)
        return Request(call.method, url, {**headers, "Content-Type": "application/json"}, _encoded(call.body))

    def _remedy(self) -> str:
        host = sanitize(urlsplit(self._api_url).netloc)
        return (
            f"Is {host} up, and reachable from this machine? "
            f"Check {self.display_name('api-url')}, the proxy and the network."
        )


def _encoded(body: Mapping[str, str]) -> bytes:
    return json.dumps(body).encode()


def _traced(call: Call, response: Response, seconds: float) -> str:
    query = f" {json.dumps(dict(call.query))}" if call.query else ""
    line = f"{call.method} {call.path}{query}: {response.status} in {seconds * 1000:.0f} ms"
    return sanitize(f"{line}, request {response.request_id}" if response.request_id else line, 400)
