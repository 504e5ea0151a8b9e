"""One request to the API of GitHub or GitLab: the token goes to that host alone, and every failure has a reason."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode, urlsplit

from ...errors import Alert24DeployError, CannotReachAlert24, Interrupted
from ...net.deadline import Deadline
from ...net.retry import RETRIED, Retrier
from ...net.threads import TaskResult, run_concurrently
from ...net.transport import Request, Response, Transient, Transport
from ...signals import Cancellation
from ...text import Secret, is_loopback, quote

_T = TypeVar("_T")
PAGE = 100  # both APIs' maximum (GitHub docs, "Using pagination in the REST API"; GitLab docs, "REST API")
_PAGES = 10
_CONCURRENCY = 8
_ALERT24_KEY = "ak_live_"


class NoAnswer(Alert24DeployError):
    """The CI's API gave no answer that can be used, and asking again would not help."""

    def __init__(self, why: str, *, status: int = 0) -> None:
        """Keep the reason, a clause, and the answer's HTTP status, 0 if there was none."""
        super().__init__(why)
        self.status = status


class Host(NamedTuple):
    """One CI's API.

    Attributes:
        who: its name in messages.
        url: its address, without a slash at the end.
        token: what authenticates.
        headers: the headers of every request; the one that holds `{token}` gets it.
        hints: what an HTTP status means here, a clause.
    """

    who: str
    url: str
    token: Secret
    headers: Mapping[str, str]
    hints: Mapping[int, str]

    def problem(self) -> str:
        """Return why the token can't be sent there, a clause; empty if it can."""
        token = self.token.reveal()
        if not token:
            return f"there is no token for {self.who}'s API"
        if token.startswith(_ALERT24_KEY):
            return f"the token for {self.who}'s API is a key of Alert24's"
        if not (token.isascii() and token.isprintable()) or " " in token:
            return f"the token for {self.who}'s API holds a character that no token has"
        return _address_problem(self.who, self.url)


class CiApi:
    """Sends GET requests to one host, again if that may help, until the deadline."""

    def __init__(
        self,
        host: Host,
        *,
        deadline: Deadline,
        cancellation: Cancellation,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the connections; nothing is sent yet.

        Args:
            host: the API and its token.
            deadline: how long all requests together may take.
            cancellation: a signal's request to stop.
            clock: returns seconds and never goes back.
        """
        self.who = host.who
        self._host = host
        self._deadline = deadline
        self._cancellation = cancellation
        self._retrier = Retrier(cancellation, clock, who=host.who)
        self._transport = Transport(connections=_CONCURRENCY)
        self._headers = {name: value.replace("{token}", host.token.reveal()) for name, value in host.headers.items()}

    def all(self, tasks: Sequence[Callable[[], _T]]) -> list[TaskResult[_T]]:
        """Run functions that use `get` and return their results in order; nothing outlasts the deadline."""
        if problem := self._host.problem():
            return [TaskResult(number, None, NoAnswer(problem)) for number in range(len(tasks))]
        results = run_concurrently(
            tasks, concurrency=_CONCURRENCY, deadline=self._deadline, cancellation=self._cancellation
        )
        return sorted(results, key=lambda result: result.number)

    def get(self, path: Sequence[str], query: Mapping[str, str | int] | None = None) -> Any:
        """Return the JSON of a path below the address; each part is percent-encoded.

        Raises:
            NoAnswer: the answer was a refusal.
            CannotReachAlert24: there was no usable answer in time.
        """
        url = "/".join([self._host.url, *(percent_encode(part, safe="") for part in path)])
        request = Request("GET", f"{url}?{urlencode(query)}" if query else url, self._headers)
        return self._retrier.call(lambda: self._attempt(request), self._deadline)

    def pages(
        self, path: Sequence[str], query: Mapping[str, str | int], items: Callable[[Any], list[Any]]
    ) -> list[Any]:
        """Return the items of all pages; `items` takes them out of one page's JSON.

        Pages are counted, and no `Link` header is followed: it could lead the token to another host.

        Raises:
            NoAnswer: a refusal, or more items than any run has.
            CannotReachAlert24: there was no usable answer in time.
        """
        found: list[Any] = []
        for page in range(1, _PAGES + 1):
            batch = items(self.get(path, {**query, "per_page": PAGE, "page": page}))
            found += batch
            if len(batch) < PAGE:
                return found
        raise NoAnswer(f"{self.who} lists more than {_PAGES * PAGE} jobs")

    def reason(self, error: Alert24DeployError) -> str:
        """Return why nothing is known, a clause."""
        if isinstance(error, Interrupted):
            return f"a signal arrived before {self.who} had answered"
        if isinstance(error, NoAnswer) or error.why.startswith(self.who):
            return error.why
        return f"{self.who} could not be asked: {error.why}"

    def undocumented(self) -> NoAnswer:
        """Return the error of JSON that is not as documented."""
        return NoAnswer(f"{self.who} answered, but not with the JSON that it documents")

    def _attempt(self, request: Request) -> Any:
        left = self._deadline.left()
        if left <= 0:
            raise CannotReachAlert24(f"the {self._deadline.seconds:g} s it may take are over", sent=False)
        response = self._transport.send(request, left)
        if response.status in RETRIED or _is_rate_limit(response):
            raise Transient(response.summary(self.who), status=None, retry_after=_wait(response))
        if response.status != 200:
            raise NoAnswer(self._refusal(response), status=response.status)
        try:
            return json.loads(response.body)
        except (ValueError, RecursionError):
            raise Transient(f"{self.who} answered, but not with JSON") from None

    def _refusal(self, response: Response) -> str:
        why = response.summary(self.who)
        if 300 <= response.status < 400:
            return f"{why}: a redirect, which is not followed because the token would go along"
        if hint := self._host.hints.get(response.status):
            why += f": {hint}"
        message = _message(response.body).replace(self._host.token.reveal(), "***")
        return f"{why}; it says {quote(message)}" if message else why


def _address_problem(who: str, address: str) -> str:
    try:
        url = urlsplit(address)
        host, _ = url.hostname or "", url.port
    except ValueError:
        host = ""
    if not host or url.scheme not in ("http", "https") or url.username or url.password or url.query or url.fragment:
        return f"the address of {who}'s API is not a URL that can be used: {quote(address)}"
    if url.scheme == "http" and not is_loopback(host):
        return f"the address of {who}'s API is not https, and the token would go out in the clear: {quote(address)}"
    return ""


def _is_rate_limit(response: Response) -> bool:
    """Tell a rate limit from a refusal: GitHub answers 403 to both (GitHub docs, "Troubleshooting the REST API")."""
    headers = response.headers
    return response.status == 403 and (headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers)


def _wait(response: Response) -> str | None:
    """Return how long to wait, for the Retrier: `Retry-After`, else until the time when the rate limit is reset.

    GitHub names that time `x-ratelimit-reset`, GitLab `RateLimit-Reset`; both count seconds since 1970.
    """
    headers = response.headers
    if after := headers.get("retry-after"):
        return after
    reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
    if response.status not in (403, 429) or not (reset.isascii() and reset.isdigit() and len(reset) <= 12):
        return None
    return str(max(1, int(int(reset) - _now(headers.get("date", "")))))


def _now(date: str) -> float:
    """Return the server's time, which its reset belongs to; this machine's if the server does not say."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return time.time()


def _message(body: bytes) -> str:
    """Return what an error says in its documented place: GitHub's `message`, GitLab's `message` or `error`."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    message = document.get("message") or document.get("error")
    return message if isinstance(message, str) else ""
