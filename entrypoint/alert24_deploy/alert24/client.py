"""Alert24's API: find, list and update services, list monitors. Requests carry the key, and are retried if it helps."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode, urlsplit

from ..deployment.interfaces import Monitor, Service, ServiceUpdate, StatusPageInfo, UpdateIgnored, UpdateResult
from ..errors import SEE_DOCTOR, Alert24DeployError, CannotReachAlert24, NoSuchService
from ..net.deadline import Deadline
from ..net.retry import Retrier
from ..net.threads import run_all, run_alone, run_concurrently
from ..net.transport import Request, Response, Transient, Transport
from ..text import Secret, quote, sanitize
from .listing import PAGE, Listing
from .responses import (
    ItemT,
    ListPage,
    check,
    read_monitor,
    read_one,
    read_page,
    read_service,
    read_shown,
    read_status_page,
)

if TYPE_CHECKING:
    from .records import Records

_T = TypeVar("_T")
_SERVICES = "/api/v1/services"
_MONITORING = "/api/v1/monitoring"
_STATUS_PAGES = "/api/v1/status-pages"


class Call(NamedTuple):
    """One request: `path` below the API's address, `body` sent as JSON."""

    method: str
    path: str
    query: Mapping[str, str | int] | None = None
    body: Mapping[str, object] | None = None


class Alert24:
    """The services of the organization that a key belongs to (a `deployment.interfaces.StatusPage`).

    Every request runs in a worker thread, so that nothing outlasts the deadline. All share connections and pause.
    """

    readable = True

    def __init__(
        self,
        api_url: str,
        key: str,
        *,
        deadline: Deadline,
        notify: Callable[[str], None] = lambda _: None,
        trace: Callable[[str], None] = lambda _: None,
        display_name: Callable[[str], str] = lambda name: f"`{name}`",
        concurrency: int = 8,
    ) -> None:
        """Prepare the connections; nothing is sent yet.

        Args:
            api_url: Alert24's address, without a slash at the end.
            key: the API key.
            deadline: how long all requests together may take.
            notify: called with a sentence when something makes the user wait.
            trace: called with a line for every exchange.
            display_name: returns a setting's name as the user writes it.
            concurrency: how many updates run at once.
        """
        self.total = 0  # services that the organization has, 0 if they have not been listed
        self.skew = 0.0  # seconds that Alert24's clock is ahead of this machine's, by its last response
        self.retrier = Retrier(deadline, notify)
        self._api_url = api_url
        self._key = Secret(key)
        self._deadline = deadline
        self._trace = trace
        self._display_name = display_name
        self._concurrency = concurrency
        self._transport = Transport(f"Bearer {key}", connections=concurrency)

    @property
    def log(self) -> Records:
        """Where changes and incidents are recorded."""
        from .records import Records  # only deployments that record something need it

        return Records(self, Call, self._deadline, _path, self._concurrency)

    def read(self, service_ids: Sequence[str], *, among: int = 0, patience: float = 1.0) -> list[Service]:
        """Return the services with these ids, without those that don't exist, by as few requests as possible.

        That is one for each service, or one for each 100 of all services.

        Args:
            service_ids: at least one.
            among: how many services the organization had, 0 if that is unknown.
            patience: the share (0 to 1) of the time left that this may take.
        """
        deadline = self._deadline.part(patience)
        listing = self._listing(_SERVICES, read_service, deadline, length=among)
        while missing := [each for each in service_ids if each not in listing.items]:
            if len(missing) <= listing.pages_left:
                tasks = [partial(self._find, each, deadline) for each in missing]
                found = run_all(tasks, concurrency=self._concurrency, deadline=deadline)
                listing.items.update((each.id, each) for each in found if each)
                break
            if not listing.more:
                break
            listing.read_on()
        self.total = listing.length
        return [listing.items[each] for each in service_ids if each in listing.items]

    def list(self, *, status: str | None = None, patience: float = 1.0) -> list[Service]:
        """Return all services, or those with a status, a request per 100; takes at most a share of the time left."""
        query = {"status": status} if status else {}
        found = self._listing(_SERVICES, read_service, self._deadline.part(patience), query).read_all()
        self.total = len(found)
        return found

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the updates concurrently and yield each as it ends; no error is raised, each is yielded."""
        tasks = [lambda update=update: self._put(update) for update in updates]
        for each in run_concurrently(tasks, concurrency=self._concurrency, deadline=self._deadline):
            shown = each.error.shown if isinstance(each.error, UpdateIgnored) else each.value
            yield UpdateResult(updates[each.number], each.error, shown)

    def monitors(self, *, patience: float = 1.0) -> Sequence[Monitor]:
        """Return Alert24's monitors; takes at most a share of the time left."""
        return self._listing(_MONITORING, read_monitor, self._deadline.part(patience)).read_all()

    def status_pages(self) -> Sequence[StatusPageInfo]:
        """Return up to 100 status pages by one request, which is not repeated: nothing but a link depends on it."""
        call = Call("GET", _STATUS_PAGES, query={"limit": PAGE})

        def attempt() -> Sequence[StatusPageInfo]:
            read = partial(read_page, read=read_status_page)
            return self.attempt(call, self._deadline.left(), read).items

        return run_alone(attempt, self._deadline)

    def _find(self, service_id: str, deadline: Deadline) -> Service | None:
        try:
            return self.exchange(Call("GET", _path(service_id)), deadline, read_one)
        except NoSuchService:
            return None

    def _put(self, update: ServiceUpdate) -> Service:
        """Update a service and return it as Alert24 then shows it.

        The response is believed if it shows the service's id and status; one that lacks them is settled by one GET.

        Raises:
            Alert24DeployError: it was refused, or Alert24 shows another status.
        """
        path = _path(update.service.id)

        def read(document: Any) -> Service:
            shown = read_shown(document) or self._confirm(path)
            problem = _contradiction(update, shown)
            if problem and update.insist:
                raise Transient(problem, sent=False)
            if problem:
                raise UpdateIgnored(problem, shown)
            return shown

        return self.exchange(Call("PUT", path, body=update.fields), self._deadline, read)

    def _confirm(self, path: str) -> Service:
        """Read a service after an update whose response does not show it."""
        try:
            return self.exchange(Call("GET", path), self._deadline, read_one, within=True)
        except Alert24DeployError as error:
            raise CannotReachAlert24(
                f"the update was accepted, but could not be confirmed: {error.why}", remedy=error.remedy
            ) from None

    def _listing(
        self,
        path: str,
        read: Callable[[Any], ItemT],
        deadline: Deadline,
        query: Mapping[str, str] = {},
        length: int = 0,
    ) -> Listing[ItemT]:
        def fetch(offsets: Sequence[int]) -> Sequence[ListPage[ItemT]]:
            return run_all([partial(page, each) for each in offsets], concurrency=self._concurrency, deadline=deadline)

        def page(offset: int) -> ListPage[ItemT]:
            call = Call("GET", path, query={"limit": PAGE, "offset": offset, **query})
            return self.exchange(call, deadline, lambda document: read_page(document, read, offset))

        return Listing(fetch, length)

    def exchange(self, call: Call, deadline: Deadline, read: Callable[[Any], _T], *, within: bool = False) -> _T:
        """Send a request, again if that may help, and return what `read` makes of the response's JSON.

        `read` raises Transient for JSON that is not the documented kind. `within` says that it is called by a `read`.

        Raises:
            Alert24Refused: Alert24 said no.
            CannotReachAlert24: there was no usable response before the deadline.
            WrongSetting: the environment names certificates that are not there.
        """
        try:
            return self.retrier.call(lambda seconds: self.attempt(call, seconds, read), deadline, within=within)
        except CannotReachAlert24 as error:
            error.remedy = error.remedy or self._remedy()
            raise

    def attempt(self, call: Call, seconds: float, read: Callable[[Any], _T]) -> _T:
        """Send a request once, and return what `read` makes of the response; see `exchange`."""
        began = self._deadline.clock()
        try:
            response = self._transport.send(self._request(call), seconds)
        except CannotReachAlert24 as error:
            self._trace(f"{call.method} {sanitize(call.path)}: {error.why}")
            raise
        self._trace(_traced(call, response, self._deadline.clock() - began))
        self._read_clock(response)
        return read(check(response, call.method, self._display_name, self._key.reveal()))

    def _read_clock(self, response: Response) -> None:
        with contextlib.suppress(ValueError, TypeError, OverflowError):  # no date, or one that no calendar has
            self.skew = parsedate_to_datetime(response.headers.get("Date", "")).timestamp() - time.time()

    def _request(self, call: Call) -> Request:
        url = self._api_url + call.path + (f"?{urlencode(call.query)}" if call.query else "")
        headers = {"Accept": "application/json"}
        if call.body is None:
            return Request(call.method, url, headers)
        return Request(
            call.method, url, {**headers, "Content-Type": "application/json"}, json.dumps(call.body).encode()
        )

    def _remedy(self) -> str:
        host = sanitize(urlsplit(self._api_url).netloc)
        return (
            f"Is {host} up, and reachable from this machine? "
            f"Check {self._display_name('api-url')}, the proxy and the network. {SEE_DOCTOR}"
        )


def _traced(call: Call, response: Response, seconds: float) -> str:
    query = f" {json.dumps(dict(call.query))}" if call.query else ""
    line = f"{call.method} {call.path}{query}: {response.status} in {seconds * 1000:.0f} ms"
    return sanitize(f"{line}, request {response.request_id}" if response.request_id else line, 400)


def _contradiction(update: ServiceUpdate, shown: Service) -> str:
    """Return how a response contradicts the update, a clause; empty if it agrees."""
    if shown.id != update.service.id:
        return f"Alert24 accepted the update, but shows another service ({quote(shown.id)})"
    wanted = update.fields.get("status", shown.status)
    if shown.status != wanted:
        return f"Alert24 accepted {quote(wanted)}, but shows {quote(shown.status)}"
    return ""


def _path(service_id: str) -> str:
    if service_id in (".", ".."):  # special in a URL, even if encoded: they would name another path
        raise NoSuchService(f"{service_id!r} can't be a service's id")
    return f"{_SERVICES}/{percent_encode(service_id, safe='')}"
