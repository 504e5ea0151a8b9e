"""Changes, incidents and status pages: records that the API creates, lists and updates by their documented fields."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from .model import timestamp
from .parsing import Field, Name


@dataclass(frozen=True)
class Kind:
    """A kind of record, as Alert24 documents it.

    Attributes:
        resource: Its name in paths and scopes.
        id_prefix: What the id of a record begins with.
        fields: The fields that can be written.
        required: The fields without which there is no new record.
        defaults: The values of fields that a new record doesn't give; the other fields are null.
        filters: The fields by which a list can be filtered.
        services: The field that names one service or several by their ids.
        fixed: The fields that only a new record can give.
        shown: The fields that nobody writes, from a new record's number and time.
        newest_first: Whether a list begins with the newest record; the others' order is not documented.
    """

    resource: str
    id_prefix: str
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    defaults: Mapping[str, object]
    filters: tuple[str, ...] = ()
    services: str = ""
    fixed: tuple[str, ...] = ()
    shown: Callable[[int, datetime], Mapping[str, object]] = lambda *_: {}
    newest_first: bool = False

    @property
    def updatable(self) -> Mapping[str, Field]:
        """The fields that can be changed."""
        return {name: field for name, field in self.fields.items() if name not in self.fixed}


CHANGE_TYPES = "deployment config_change infrastructure code database_migration feature_flag rollback scaling"
CHANGE_TEXTS = (
    "description source commit_sha commit_message branch pr_number pr_url pipeline_url environment changed_by "
    "external_id"
)
INCIDENT_STATUSES = "new acknowledged open investigating identified monitoring resolved postmortem"
INCIDENT_TEXTS = "description impact_description assigned_to source alias resolved_at"

CHANGE = Kind(
    resource="changes",
    id_prefix="chg_",
    fields={
        "service_id": str,
        "summary": Name,
        "change_type": (*CHANGE_TYPES.split(), "security_patch", "other"),
        "risk_level": ("low", "medium", "high", "critical"),
        "tags": list,
        **dict.fromkeys(CHANGE_TEXTS.split(), str),
    },
    required=("summary",),
    defaults={
        "change_type": "deployment",
        "source": "api",
        "environment": "production",
        "risk_level": "low",
        "tags": [],
    },
    services="service_id",
)
INCIDENT = Kind(
    resource="incidents",
    id_prefix="inc_",
    fields={
        "title": Name,
        "severity": ("critical", "high", "medium", "low", "maintenance"),
        "status": tuple(INCIDENT_STATUSES.split()),
        "affected_services": list,
        "tags": list,
        **dict.fromkeys(INCIDENT_TEXTS.split(), str),
    },
    required=("title",),
    defaults={"severity": "medium", "status": "open", "affected_services": [], "tags": [], "source": "api"},
    filters=("status", "severity"),
    services="affected_services",
    shown=lambda number, now: {
        "incident_number": number,
        "created_by": None,
        "started_at": timestamp(now),
        "acknowledged_at": None,
    },
    newest_first=True,
)
STATUS_PAGE = Kind(
    resource="status-pages",
    id_prefix="sp-",
    fields={"name": Name, "slug": str, "description": str, "is_public": bool, "custom_domain": str},
    required=("name", "slug"),
    defaults={"is_public": True},
    fixed=("slug",),
)


@dataclass(frozen=True)
class Record:
    """A record as it was at one moment."""

    id: str
    fields: Mapping[str, object] = field(repr=False)
    created_at: datetime
    updated_at: datetime

    def to_json(self) -> dict[str, object]:
        """Return the record as the API shows it."""
        times = {"created_at": timestamp(self.created_at), "updated_at": timestamp(self.updated_at)}
        return {"id": self.id, **self.fields, **times}


class Records:
    """The records of one kind."""

    def __init__(self, kind: Kind, lock: threading.Condition, now: Callable[[], datetime]) -> None:
        self.kind = kind
        self._lock = lock
        self._now = now
        self._records: dict[str, Record] = {}
        self.revision = 0  # how often a record was added or changed

    def add(self, fields: Mapping[str, object]) -> Record:
        """Add a record."""
        with self._lock:
            number, now = len(self._records) + 1, self._now()
            values = {**dict.fromkeys(self.kind.fields), **self.kind.defaults, **fields}
            record_id = f"{self.kind.id_prefix}{number:06d}"
            record = Record(record_id, {**values, **self.kind.shown(number, now)}, now, now)
            self._keep(record)
            return record

    def _keep(self, record: Record) -> None:
        self._records[record.id] = record
        self.revision += 1
        self._lock.notify_all()

    def find(self, filters: Mapping[str, object]) -> list[Record]:
        """Return the records whose fields have these values, oldest first."""
        with self._lock:
            return [r for r in self._records.values() if all(r.fields[name] == filters[name] for name in filters)]

    def get(self, record_id: str) -> Record:
        """Return a record as it is now.

        Raises:
            LookupError: If there is none with this id.
        """
        with self._lock:
            return self._records[record_id]

    def update(self, record_id: str, fields: Mapping[str, object]) -> Record:
        """Change fields of a record.

        Raises:
            LookupError: If there is none with this id.
        """
        with self._lock:
            before = self._records[record_id]
            after = replace(before, fields={**before.fields, **fields}, updated_at=self._now())
            self._keep(after)
            return after
