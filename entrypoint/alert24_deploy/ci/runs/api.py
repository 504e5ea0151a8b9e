"""A CI's record of its runs, read from its API: the token goes to that host alone, and every error becomes a reason."""

from __future__ import annotations

import itertools
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, NamedTuple, TypeAlias, TypeVar
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode, urlsplit

from ...deployment.ci_run import OtherRuns, Run, RunState
from ...errors import Alert24DeployError, Interrupted
from ...net.deadline import Deadline
from ...net.retry import RETRIED, Retrier
from ...net.threads import run_concurrently
from ...net.transport import Request, Response, Transient, Transport
from ...policy import Outcome, read_outcome
from ...text import Secret, is_loopback, quote

_T = TypeVar("_T")
Item: TypeAlias = Mapping[str, Any]
PAGE = 100  # both APIs' maximum (GitHub docs, "Using pagination in the REST API"; GitLab docs, "REST API")
_PAGES = 10
_CONCURRENCY = 8
_NO_JSON = ()  # no JSON becomes a tuple
_TOKEN = re.compile("(?!ak_live_)[!-~]+")


class NoAnswer(Alert24DeployError):
    """The CI's API gave no answer that can be used; asking again would not help. `status` is 0 without an answer."""

    def __init__(self, why: str, *, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


class Host(NamedTuple):
    """One CI's API."""

    who: str = ""  # the CI's name in messages
    url: str = ""
    home: tuple[str, ...] = ()  # the path below which everything is, in parts
    token: Secret = Secret("")
    headers: Mapping[str, str] = {}  # of every request; the one that holds `{token}` gets it
    hints: Mapping[int, str] = {}  # what an HTTP status means here, a clause
    wrong: str = ""  # why there is nobody to ask, a clause

    def problem(self) -> str:
        """Return why nothing can be sent there, a clause; empty if it can."""
        token = self.token.reveal()
        if self.wrong or not token:
            return self.wrong or f"there is no token for {self.who}'s API"
        if not _TOKEN.fullmatch(token):
            return f"the token for {self.who}'s API is a key of Alert24's, or holds a character that no token has"
        if not _keeps_secrets(self.url):
            return f"the address of {self.who}'s API is not an https URL that a token can go to: {quote(self.url)}"
        return ""


class CiApi:
    """Reads a CI's API; nothing is sent before the first question."""

    def __init__(self, host: Host, deadline: Deadline) -> None:
        """Prepare the connections."""
        self._host = host
        self._deadline = deadline
        self._retrier = Retrier(deadline, who=host.who)
        self._transport = Transport(connections=_CONCURRENCY)
        self._headers = {name: value.replace("{token}", host.token.reveal()) for name, value in host.headers.items()}

    def _ask(self, tasks: Sequence[Callable[[], _T]]) -> tuple[list[_T], str]:
        """Return what functions that use `_get` return, and why one did not, a clause."""
        if problem := self._host.problem():
            return [], problem
        results = list(run_concurrently(tasks, concurrency=_CONCURRENCY, deadline=self._deadline))
        reasons = [self._reason(result.error) for result in results if result.error]
        return [result.value for result in results if result.value is not None], next(iter(reasons), "")

    def _reason(self, error: Alert24DeployError) -> str:
        who = self._host.who
        if isinstance(error, Interrupted):
            return f"a signal arrived before {who} had answered"
        if isinstance(error, NoAnswer) or error.why.startswith(who):
            return error.why
        return f"{who} could not be asked: {error.why}"

    def _get(self, *path: str, **query: str | int) -> Any:
        """Return the JSON of a path below the host's, or raise; an empty value of the query is left out."""
        url = "/".join([self._host.url, *(percent_encode(part, safe="") for part in (*self._host.home, *path))])
        asked = urlencode({name: value for name, value in query.items() if value})
        request = Request("GET", f"{url}?{asked}" if asked else url, self._headers)
        return self._retrier.call(lambda seconds: self._attempt(request, seconds))

    def _pages(self, *path: str, key: str = "", **query: str | int) -> list[Item]:
        """Return the items of all pages, which are counted: a `Link` header could lead the token to another host."""
        found: list[Item] = []
        for page in range(1, _PAGES + 1):
            batch = self._items(self._get(*path, **query, per_page=PAGE, page=page), key)
            found += batch
            if len(batch) < PAGE:
                return found
        raise NoAnswer(f"{self._host.who} lists more than {_PAGES * PAGE} entries")

    def _items(self, document: Any, key: str = "") -> list[Item]:
        """Return the objects in a list that is the document itself, or a field of it."""
        if key:
            document = document.get(key) if isinstance(document, dict) else None
        if not isinstance(document, list):
            raise self._undocumented()
        return [item if isinstance(item, dict) else {} for item in document]

    def _known(self, document: Any, states: Mapping[str, RunState]) -> Item:
        """Return a run's JSON, if its status is a known one."""
        if not isinstance(document, dict) or text(document, "status") not in states:
            raise self._undocumented()
        return document

    def _undocumented(self) -> NoAnswer:
        return NoAnswer(f"{self._host.who} answered, but not with the JSON that it documents")

    def _attempt(self, request: Request, seconds: float) -> Any:
        response = self._transport.send(request, seconds)
        # GitHub answers 403 to a rate limit, too (GitHub docs, "Troubleshooting the REST API").
        if response.status in RETRIED or (response.status == 403 and "retry-after" in response.headers):
            after, why = response.headers.get("retry-after"), response.summary(self._host.who)
            raise Transient(why, status=response.status, retry_after=after)
        if response.status != 200:
            raise NoAnswer(self._refusal(response), status=response.status)
        if (document := _json(response.body)) == _NO_JSON:
            raise Transient(f"{self._host.who} answered, but not with JSON")
        return document

    def _refusal(self, response: Response) -> str:
        hint = self._host.hints.get(response.status)
        if 300 <= response.status < 400:
            hint = "a redirect, which is not followed because the token would go along"
        if response.status == 403 and response.headers.get("x-ratelimit-remaining") == "0":
            hint = "its rate limit is used up"
        document, why = _json(response.body), response.summary(self._host.who) + (f": {hint}" if hint else "")
        # GitHub documents `message`, GitLab `message` or `error`.
        message = (text(document, "message") or text(document, "error")) if isinstance(document, dict) else ""
        return f"{why}; it says {quote(message.replace(self._host.token.reveal(), '***'))}" if message else why


class CiRuns(CiApi, ABC):
    """The runs of one repository or project; GitHub and GitLab fill it in.

    No method raises: what can't be found out is unknown, with a reason.
    """

    noun: ClassVar[str]  # what the CI calls a run
    active: ClassVar[Collection[str]]  # the statuses of a run that holds up others

    @abstractmethod
    def _find(self, run_id: str, attempt: int | None, job: str) -> Run:
        """Return a run as `find` does, or raise."""

    @abstractmethod
    def _in_progress(self, workflow: str, status: str) -> list[Item]:
        """Return the newest runs with a status, or raise. One that has ended may be among them."""

    def find(self, run_id: str, *, attempt: int | None = None, job: str = "") -> Run:
        """Return a run, of its latest attempt or the given one; without the name of the job that deploys, find it."""
        if not (run_id.isascii() and run_id.isdigit()):
            return Run(RunState.UNKNOWN, attempt=attempt, reason=f"{quote(run_id)} is not the id of a {self.noun}")
        found, reason = self._ask([partial(self._find, run_id, attempt, job)])
        return found[0] if found else Run(RunState.UNKNOWN, attempt=attempt, reason=reason)

    def others(self, *, workflow: str = "", besides: Collection[str] = ()) -> OtherRuns:
        """Return whether a run of a workflow (its id or the name of its file) goes on, besides those with some ids."""
        found, reason = self._ask([partial(self._in_progress, workflow, status) for status in self.active])
        for item in itertools.chain(*found):
            status, run_id = text(item, "status"), str(number(item, "id") or "?")
            if status in self.active and run_id not in besides:
                return OtherRuns(True, f"{self.noun} {run_id} is {status}")
        return OtherRuns(None, reason) if reason else OtherRuns(False)


def _keeps_secrets(address: str) -> bool:
    """Tell whether what goes to an address is encrypted, or stays on this machine."""
    try:
        url = urlsplit(address)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return False
    odd = not host or "@" in url.netloc or url.query or url.fragment
    return not odd and (url.scheme == "https" or (url.scheme == "http" and is_loopback(host)))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NO_JSON


def text(item: Item, name: str) -> str:
    """Return a field that is text, to be sanitized before it is shown; empty if it is anything else."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def number(item: Item, name: str) -> int:
    """Return a field that is a positive whole number, 0 if it is anything else."""
    value = item.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def moment(item: Item, *names: str) -> datetime | None:
    """Return the first of several fields that is a time in ISO 8601 with its zone."""
    for name in names:
        try:
            read = datetime.fromisoformat(text(item, name).replace("Z", "+00:00"))
        except ValueError:
            continue
        if read.tzinfo:
            return read
    return None


def decided(word: str) -> Outcome | None:
    """Return the outcome that a result proves; a failure may be this program's own, or a lost runner's."""
    outcome, known = read_outcome(word)
    return outcome if known and outcome is not Outcome.FAILURE else None


def read_run(
    item: Item, state: RunState, what: str, *, result: str, started: Sequence[str], ended: Sequence[str]
) -> Run:
    """Return what a run's JSON shows; `result` and those after it name its fields, the best one first."""
    over = state is RunState.ENDED
    outcome = decided(text(item, result)) if over else None
    return Run(
        state,
        outcome,
        began=False if outcome is Outcome.SKIPPED else None,
        started_at=moment(item, *started),
        ended_at=moment(item, *ended) if over else None,
        attempt=number(item, "run_attempt") or None,  # GitHub alone counts attempts
        reason=f"the {what} failed, which does not show that the deployment failed" if over and not outcome else "",
    )


def with_job(run: Run, job: Run) -> Run:
    """Return a run of which the job that deploys is known: the job decides."""
    return replace(run, outcome=job.outcome, began=job.began, job=job, reason=job.reason)
