"""Changes and incidents in Alert24: recent ones are listed, and new ones are created once, although POST is no PUT."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote as percent_encode

from ..deployment.interfaces import Change, Incident
from ..errors import CannotReachAlert24, worst
from ..net.deadline import Deadline
from ..net.threads import run_all, run_alone, run_concurrently
from ..net.transport import Transient
from .listing import PAGE
from .responses import read_change, read_incident, read_page

if TYPE_CHECKING:
    from .client import Alert24, Call

_Item = TypeVar("_Item", Change, Incident)
_INCIDENTS = "/api/v1/incidents"
_SHARE = 0.25  # of the time left, for each thing that is recorded or listed: the page matters more
_MOST_PAGES = 50


class Records:
    """The changes and incidents of an organization (a `deployment.interfaces.ChangeLog`)."""

    def __init__(
        self, api: Alert24, call: type[Call], deadline: Deadline, path: Callable[[str], str], concurrency: int
    ) -> None:
        """Keep the API, its kind of calls, the deadline of the phase, and what makes a service's path."""
        self._api = api
        self._call = call
        self._deadline = deadline
        self._path = path
        self._concurrency = concurrency

    def record(self, changes: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Add changes concurrently; raise the worst error if some could not be added."""
        deadline = self._deadline.part(_SHARE)

        def add(service_id: str, body: Mapping[str, object]) -> None:
            path = f"{self._path(service_id)}/changes"
            wanted = (body["external_id"], set(body["tags"]))  # type: ignore[call-overload]

            def is_there() -> bool:
                return any(
                    wanted == (each.external_id, set(each.tags))
                    for each in self._recent(path, read_change, deadline, _lately(), within=True)
                )

            self._create(path, body, is_there, deadline)

        tasks = [lambda service_id=key, body=body: add(service_id, body) for key, body in changes]
        errors = [each.error for each in self._run(tasks, deadline) if each.error]
        if errors:
            raise worst(errors)

    def changes(self, service_ids: Sequence[str], since: datetime) -> Mapping[str, Sequence[Change]]:
        """Return the changes of services, at least those since a time, by service."""
        deadline = self._deadline.part(_SHARE)
        paths = [f"{self._path(key)}/changes" for key in service_ids]
        tasks = [lambda path=path: list(self._recent(path, read_change, deadline, since)) for path in paths]
        return dict(zip(service_ids, run_all(tasks, concurrency=self._concurrency, deadline=deadline), strict=True))

    def incidents(self, since: datetime) -> Sequence[Incident]:
        """Return the incidents, at least those since a time."""
        deadline = self._deadline.part(_SHARE)
        return run_alone(lambda: list(self._recent(_INCIDENTS, read_incident, deadline, since)), deadline)

    def open_incident(self, incident: Mapping[str, object]) -> None:
        """Open an incident; before a second try, look for one with the same tags."""
        deadline = self._deadline.part(_SHARE)
        tags = set(incident["tags"])  # type: ignore[call-overload]

        def is_there() -> bool:
            return any(
                tags == set(each.tags)
                for each in self._recent(_INCIDENTS, read_incident, deadline, _lately(), within=True)
            )

        run_alone(lambda: self._create(_INCIDENTS, incident, is_there, deadline), deadline)

    def update_incident(self, incident_id: str, fields: Mapping[str, object]) -> None:
        """Change fields of an incident."""
        deadline = self._deadline.part(_SHARE)
        call = self._call("PUT", f"{_INCIDENTS}/{percent_encode(incident_id, safe='')}", body=fields)
        run_alone(lambda: self._api.exchange(call, deadline, lambda document: document), deadline)

    def _run(self, tasks: Sequence[Callable[[], Any]], deadline: Deadline) -> Iterator[Any]:
        return run_concurrently(tasks, concurrency=self._concurrency, deadline=deadline)

    def _create(self, path: str, body: Mapping[str, object], is_there: Callable[[], bool], deadline: Deadline) -> None:
        """Create a record. If the answer to a try is lost or is no JSON, look whether the record is there."""
        doubt = False

        def read(document: Any) -> None:
            if not isinstance(document, Mapping) and not is_there():  # a sign-in page in between answers 200, too
                raise Transient("Alert24 accepted the record, but does not show it", sent=True)

        def attempt(seconds: float) -> None:
            nonlocal doubt
            if doubt and is_there():
                return
            doubt = False
            try:
                self._api.attempt(self._call("POST", path, body=body), seconds, read)
            except CannotReachAlert24 as error:
                doubt = error.sent
                raise

        self._api.retrier.call(attempt, deadline)

    def _recent(
        self,
        path: str,
        read: Callable[[Any], _Item],
        deadline: Deadline,
        since: datetime | None = None,
        *,
        within: bool = False,
    ) -> Iterator[_Item]:
        """Yield the items of a list, at least those since a time, whichever end the list begins with.

        The order is not documented, and a list holds all that was ever recorded. If its first page begins with the
        oldest, the others are read from its end. `within` says that this is asked in another call's attempt, whose turn
        to send it shares.
        """
        first, total = self._page(path, 0, read, deadline, within=within)
        yield from first
        oldest_first = len(first) > 1 and _time(first[0]) <= _time(first[-1])
        last = -(-total // PAGE) - 1
        numbers = range(last, 0, -1) if oldest_first else range(1, last + 1)
        if since and not oldest_first and _before(first, since):
            return
        for number in numbers[:_MOST_PAGES]:
            items, _ = self._page(path, number * PAGE, read, deadline, within=within)
            yield from items
            if since and _before(items, since):
                return

    def _page(
        self, path: str, offset: int, read: Callable[[Any], _Item], deadline: Deadline, *, within: bool
    ) -> tuple[list[_Item], int]:
        call = self._call("GET", path, query={"limit": PAGE, "offset": offset})
        page = self._api.exchange(call, deadline, lambda document: read_page(document, read, offset), within=within)
        return list(page.items), page.total


def _lately() -> datetime:
    """Return a time before any request of this process, even if clocks differ."""
    return datetime.now(timezone.utc) - timedelta(days=1)


def _time(item: Change | Incident) -> str:
    return item.created_at or ""


def _before(items: Sequence[Change | Incident], since: datetime) -> bool:
    """Tell whether a page goes back past a time; ISO 8601 in UTC sorts as text."""
    oldest = min((_time(each) for each in items), default="")
    return bool(items) and "" < oldest < since.strftime("%Y-%m-%dT%H:%M:%S")
