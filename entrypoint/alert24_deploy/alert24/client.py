"""The verbs of Alert24's API: find, list and update services, list monitors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote as percent_encode

from ..deployment.interfaces import Monitor, Service, ServiceUpdate, UpdateIgnored, UpdateResult
from ..errors import Alert24DeployError, CannotReachAlert24, NoSuchService
from ..net.deadline import Deadline
from ..net.threads import run_concurrently
from ..net.transport import Transient
from ..text import quote
from .api import Api, Call
from .responses import read_monitor, read_one, read_page, read_service, read_shown

_T = TypeVar("_T")
_Item = TypeVar("_Item", Service, Monitor)
_PAGE = 100  # the documented maximum
_SERVICES = "/api/v1/services"
_MONITORING = "/api/v1/monitoring"


class Alert24:
    """The services of the organization that a key belongs to (a `deployment.interfaces.StatusPage`).

    Every request runs in a worker thread, so that nothing outlasts the deadline.
    """

    readable = True

    def __init__(self, api: Api, *, concurrency: int = 8) -> None:
        """Use an API, with so many updates at once."""
        self._api = api
        self._concurrency = concurrency

    @property
    def skew(self) -> float:
        """Seconds that Alert24's clock is ahead of this machine's, by its last response."""
        return self._api.skew

    def find(self, service_id: str, *, patience: float = 1.0) -> Service | None:
        """Return the service with an id, or None; takes at most a share (0 to 1) of the time left."""
        deadline = self._api.deadline.part(patience)
        try:
            call = Call("GET", _path(service_id))
            return self._alone(lambda: self._api.exchange(call, deadline, read_one), deadline)
        except NoSuchService:
            return None

    def list(self, *, status: str | None = None, patience: float = 1.0) -> list[Service]:
        """Return all services, or those with a status, a request per 100; takes at most a share of the time left."""
        deadline = self._api.deadline.part(patience)
        query = {"status": status} if status else {}
        return self._alone(lambda: list(self._pages(_SERVICES, read_service, query, deadline)), deadline)

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the updates concurrently and yield each as it ends; no error is raised, each is yielded."""
        deadline = self._api.deadline
        tasks = [lambda update=update: self._put(update, deadline) for update in updates]
        results = run_concurrently(
            tasks, concurrency=self._concurrency, deadline=deadline, cancellation=self._api.cancellation
        )
        for each in results:
            shown = each.error.shown if isinstance(each.error, UpdateIgnored) else each.value
            yield UpdateResult(updates[each.number], each.error, shown)

    def monitors(self, *, patience: float = 1.0) -> Sequence[Monitor]:
        """Return Alert24's monitors; takes at most a share of the time left."""
        deadline = self._api.deadline.part(patience)
        return self._alone(lambda: list(self._pages(_MONITORING, read_monitor, {}, deadline)), deadline)

    def _put(self, update: ServiceUpdate, deadline: Deadline) -> Service:
        """Update a service and return it as Alert24 then shows it.

        The response is believed if it shows the service's id and status; one that lacks them is settled by one GET.

        Raises:
            Alert24DeployError: it was refused, or Alert24 shows another status.
        """
        path = _path(update.service.id)

        def read(document: Any) -> Service:
            shown = read_shown(document) or self._confirm(path, deadline)
            problem = _contradiction(update, shown)
            if problem and update.insist:
                raise Transient(problem, sent=False)
            if problem:
                raise UpdateIgnored(problem, shown)
            return shown

        return self._api.exchange(Call("PUT", path, body=update.fields), deadline, read)

    def _confirm(self, path: str, deadline: Deadline) -> Service:
        """Read a service after an update whose response does not show it."""
        try:
            return self._api.exchange(Call("GET", path), deadline, read_one)
        except Alert24DeployError as error:
            raise CannotReachAlert24(
                f"the update was accepted, but could not be confirmed: {error.why}", remedy=error.remedy
            ) from None

    def _alone(self, task: Callable[[], _T], deadline: Deadline) -> _T:
        (result,) = run_concurrently([task], concurrency=1, deadline=deadline, cancellation=self._api.cancellation)
        if result.error:
            raise result.error
        return result.value  # type: ignore[return-value]  # without an error there is a value

    def _pages(
        self, path: str, read: Callable[[Any], _Item], query: Mapping[str, str], deadline: Deadline
    ) -> Iterator[_Item]:
        seen: set[str] = set()
        more = True
        while more:
            call = Call("GET", path, query={"limit": _PAGE, "offset": len(seen), **query})
            fresh, more = self._api.exchange(call, deadline, lambda document: read_page(document, read, seen))
            seen.update(item.id for item in fresh)
            yield from fresh


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
