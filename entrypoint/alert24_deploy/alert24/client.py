"""The verbs of Alert24's API: find, list and update services, list monitors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote as percent_encode

from ..deployment.interfaces import Monitor, Service, ServiceUpdate, UpdateResult
from ..errors import NoSuchService
from ..net.deadline import Deadline
from ..net.threads import run_concurrently
from .api import Api, Call
from .responses import read_monitor, read_one, read_page, read_service

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
        yield from (UpdateResult(updates[each.number], each.error) for each in results)

    def monitors(self, *, patience: float = 1.0) -> Sequence[Monitor]:
        """Return Alert24's monitors; takes at most a share of the time left."""
        deadline = self._api.deadline.part(patience)
        return self._alone(lambda: list(self._pages(_MONITORING, read_monitor, {}, deadline)), deadline)

    def _put(self, update: ServiceUpdate, deadline: Deadline) -> None:
        call = Call("PUT", _path(update.service.id), body=update.fields)
        self._api.exchange(call, deadline, lambda _: None)

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


def _path(service_id: str) -> str:
    if service_id in (".", ".."):  # a URL's own words: they would name another path, however they are encoded
        raise NoSuchService(f"{service_id!r} can't be a service's id")
    return f"{_SERVICES}/{percent_encode(service_id, safe='')}"
