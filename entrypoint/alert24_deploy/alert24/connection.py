"""One exchange with Alert24: a request, its answer checked, and trying again where that may help."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from .. import __version__
from ..errors import CannotReachAlert24, WrongSetting
from ..text import sanitize
from . import answers
from .answers import Response, Transient
from .budget import Deadline
from .outside import Session, direct
from .pause import Pause
from .stop import Cancellation
from .workers import stopped

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
_BODY_LIMIT = 8 * 1024 * 1024  # bytes; a page of 100 services is under 100 kB
_CHUNK = 64 * 1024
_T = TypeVar("_T")


class Request(NamedTuple):
    """One request: `path` below the API's address, `body` sent as JSON."""

    method: str
    path: str
    query: Mapping[str, str | int] | None = None
    body: Mapping[str, str] | None = None


class Connection:
    """Pooled connections to one Alert24, all with one key, one time budget and one pause."""

    def __init__(
        self,
        api_url: str,
        key: str,
        *,
        deadline: Deadline,
        cancellation: Cancellation,
        tell: Callable[[str], None] = lambda _: None,
        trace: Callable[[str], None] = lambda _: None,
        display_name: Callable[[str], str] = lambda name: f"`{name}`",
        connections: int = 8,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the connections; nothing is sent yet.

        Args:
            api_url: Alert24's address, without a slash at the end.
            key: the API key.
            deadline: the seconds that all requests together may take.
            cancellation: a signal's request to stop.
            tell: called with a sentence when something makes the user wait.
            trace: called with a line for every exchange.
            display_name: a setting's name as the user spells it.
            connections: how many are kept open.
            clock: seconds that never go back.
        """
        self.deadline = deadline
        self.cancellation = cancellation
        self.pause = Pause(clock, cancellation)
        self.tell = tell
        self.display_name = display_name
        self._api_url = api_url
        self._trace = trace
        self._clock = clock
        self._session = _session(key, connections)
        self._proxies = direct(api_url)

    def exchange(self, request: Request, deadline: Deadline, read: Callable[[Any], _T]) -> _T:
        """Send a request, again where that may help, and return what `read` makes of the answer's JSON.

        `read` raises Transient for JSON that is not the documented kind.

        Raises:
            Alert24Refused: Alert24 said no.
            CannotReachAlert24: there was no usable answer before the budget was spent.
            WrongSetting: the environment names certificates that are not there.
        """
        try:
            return self._patiently(request, deadline, read)
        except CannotReachAlert24 as error:
            error.remedy = error.remedy or self._remedy()
            raise

    def _patiently(self, request: Request, deadline: Deadline, read: Callable[[Any], _T]) -> _T:
        try:
            return self._attempt(request, deadline, read)
        except Transient as first:
            # tenacity takes 6 ms to import, a twentieth of `set` as a whole process: only where it is needed.
            from .again import again

            return again(first, lambda: self._attempt(request, deadline, read), self, deadline)

    def _remedy(self) -> str:
        host = sanitize(urlsplit(self._api_url).netloc)
        return (
            f"Is {host} up, and reachable from this machine? "
            f"{self.display_name('api-url')}, proxy and network decide that."
        )

    def _attempt(self, request: Request, deadline: Deadline, read: Callable[[Any], _T]) -> _T:
        if not self.pause.wait(deadline):
            raise stopped(sent=False) if self.cancellation.requested else _pause_too_long(deadline)
        began = self._clock()
        answer = self._send(request, deadline)
        self._trace(_traced(request, answer, self._clock() - began))
        return read(answers.check(answer, request.method, self.display_name))

    def _send(self, request: Request, deadline: Deadline) -> Response:
        left = deadline.left()
        if left <= 0:
            raise _no_time_left(deadline)
        try:
            with self._session.request(
                request.method,
                self._api_url + request.path,
                params=request.query,
                json=request.body,
                timeout=(min(CONNECT_SECONDS, left), min(ANSWER_SECONDS, left)),
                allow_redirects=False,
                proxies=self._proxies,
                stream=True,
            ) as response:
                return Response(response.status_code, response.headers, _read(response))
        except requests.RequestException as error:
            failure = answers.failure(error)
            self._trace(f"{request.method} {sanitize(request.path)}: {failure.why}")
            raise failure from None
        except OSError as error:  # requests' bare word for a bundle of certificates that is not there
            raise WrongSetting(
                f"the request could not be made: {sanitize(error)}",
                remedy="Name a file of certificates in REQUESTS_CA_BUNDLE, or set it to nothing.",
            ) from None


class _Bearer(requests.auth.AuthBase):
    """Sends the key. As an auth object, because requests lets ~/.netrc replace a plain Authorization header."""

    def __init__(self, key: str) -> None:
        self._header = f"Bearer {key}"

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = self._header
        return prepared


def _session(key: str, connections: int) -> requests.Session:
    session = Session()
    session.auth = _Bearer(key)
    session.headers["User-Agent"] = f"alert24-deploy/{__version__}"
    session.headers["Accept"] = "application/json"
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    return session


def _read(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > _BODY_LIMIT:
            raise requests.exceptions.ContentDecodingError("the answer is too large")
    return body


def _no_time_left(deadline: Deadline) -> CannotReachAlert24:
    return CannotReachAlert24(f"the {deadline.seconds:g} s it may take are over", sent=False)


def _pause_too_long(deadline: Deadline) -> CannotReachAlert24:
    return CannotReachAlert24(
        f"Alert24 asked to wait longer than the {deadline.left():.0f} s that are left", sent=False
    )


def _traced(request: Request, answer: Response, seconds: float) -> str:
    query = f" {json.dumps(dict(request.query))}" if request.query else ""
    line = f"{request.method} {request.path}{query}: {answer.status} in {seconds * 1000:.0f} ms"
    return sanitize(f"{line}, request {answer.request_id}" if answer.request_id else line, 400)
