"""The verbs: find, list and write services, each in worker threads so that nothing outlasts the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar
from urllib.parse import quote

from ..deployment.ports import Monitor, Service, ServiceUpdate, UpdateResult
from ..errors import NoSuchService
from .answers import Transient
from .budget import Deadline
from .connection import Connection, Request
from .workers import run_concurrently

_T = TypeVar("_T")
_Item = TypeVar("_Item", Service, Monitor)
_PAGE = 100  # the documented maximum
_SERVICES = "/api/v1/services"
_MONITORING = "/api/v1/monitoring"


class Alert24:
    """The services of the organisation that a key belongs to (a `deployment.ports.Page`)."""

    readable = True

    def __init__(self, connection: Connection, *, concurrency: int = 8) -> None:
        """Use a connection, with so many writes side by side."""
        self._connection = connection
        self._concurrency = concurrency

    def find(self, service_id: str, *, patience: float = 1.0) -> Service | None:
        """Return the service with an id, None where there is none; takes at most a share of the time left."""
        deadline = self._connection.deadline.part(patience)
        try:
            request = Request("GET", _path(service_id))
            return self._alone(lambda: self._connection.exchange(request, deadline, _read_one), deadline)
        except NoSuchService:
            return None

    def list(self, *, status: str | None = None, patience: float = 1.0) -> list[Service]:
        """Return all services, or those with a status, a request per 100; takes at most a share of the time left."""
        deadline = self._connection.deadline.part(patience)
        query = {"status": status} if status else {}
        return self._alone(lambda: list(self._pages(_SERVICES, _service, query, deadline)), deadline)

    def write(self, writes: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the writes side by side and yield each as it ends; no error is raised, each is yielded."""
        deadline = self._connection.deadline
        tasks = [lambda write=write: self._put(write, deadline) for write in writes]
        done = run_concurrently(
            tasks, concurrency=self._concurrency, deadline=deadline, cancellation=self._connection.cancellation
        )
        yield from (UpdateResult(writes[each.number], each.error) for each in done)

    def checks(self, *, patience: float = 1.0) -> Sequence[Monitor]:
        """Return Alert24's own monitors that are linked to a service; takes at most a share of the time left."""
        deadline = self._connection.deadline.part(patience)
        return self._alone(lambda: list(self._pages(_MONITORING, _check, {}, deadline)), deadline)

    def _put(self, write: ServiceUpdate, deadline: Deadline) -> None:
        request = Request("PUT", _path(write.service.id), body=write.fields)
        self._connection.exchange(request, deadline, lambda _: None)

    def _alone(self, task: Callable[[], _T], deadline: Deadline) -> _T:
        (done,) = run_concurrently([task], concurrency=1, deadline=deadline, cancellation=self._connection.cancellation)
        if done.error:
            raise done.error
        return done.value  # type: ignore[return-value]  # without an error there is a value

    def _pages(
        self, path: str, read: Callable[[Any], _Item], query: Mapping[str, str], deadline: Deadline
    ) -> Iterator[_Item]:
        seen: set[str] = set()
        more = True
        while more:
            request = Request("GET", path, query={"limit": _PAGE, "offset": len(seen), **query})
            fresh, more = self._connection.exchange(request, deadline, lambda answer: _read_page(answer, read, seen))
            seen.update(item.id for item in fresh)
            yield from fresh


def _path(service_id: str) -> str:
    if service_id in (".", ".."):  # a URL's own words: they would name another path, however they are encoded
        raise NoSuchService(f"{service_id!r} can't be a service's id")
    return f"{_SERVICES}/{quote(service_id, safe='')}"


def _read_one(answer: Any) -> Service:
    """Read one service, in `data` or bare: the documentation shows the first by analogy only."""
    return _service(answer.get("data", answer) if isinstance(answer, dict) else answer)


def _read_page(answer: Any, read: Callable[[Any], _Item], seen: AbstractSet[str]) -> tuple[list[_Item], bool]:
    """Return the items of a page that no earlier page had, and whether another page follows."""
    listed = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(listed, list):
        raise _undocumented()
    items = [read(item) for item in listed]
    fresh = list({item.id: item for item in items if item.id not in seen}.values())
    more = _has_more(answer, len(seen) + len(items))
    if more and not fresh:
        raise _undocumented()
    return fresh, more


def _service(item: Any) -> Service:
    """Read a service tolerantly: only the id must be there, and a status we don't know is carried through."""
    identity = _identity(item)
    name, status, description = item.get("name"), item.get("status"), item.get("description")
    return Service(
        id=identity,
        name=name if isinstance(name, str) and name else identity,
        status=status if isinstance(status, str) and status else None,
        description=description if isinstance(description, str) else "",
    )


def _check(item: Any) -> Monitor:
    """Read a monitor tolerantly: one that does not say it is up, isn't."""
    identity = _identity(item)
    name, last_run = item.get("name"), item.get("last_check_at")
    return Monitor(
        id=identity,
        name=name if isinstance(name, str) and name else identity,
        service_id=str(item.get("linked_service_id") or ""),
        up=item.get("current_status") == "up",
        last_run=last_run if isinstance(last_run, str) else None,
    )


def _identity(item: Any) -> str:
    identity = str(item.get("id") or "") if isinstance(item, Mapping) else ""
    if not identity or not identity.isprintable():
        raise _undocumented()
    return identity


def _has_more(answer: Any, reached: int) -> bool:
    """Tell from `meta` whether another page follows where so many were seen; without it, there is none."""
    meta = answer.get("meta") if isinstance(answer, dict) else None
    if not isinstance(meta, dict):
        return False
    if isinstance(meta.get("has_more"), bool):
        return bool(meta["has_more"])
    total = meta.get("total")
    return isinstance(total, int) and reached < total


def _undocumented() -> Transient:
    return Transient("Alert24 answered, but not with the JSON that it documents")
