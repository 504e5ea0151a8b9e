"""Which run deployed a service last, by the records in Alert24: `reconcile` by the clock knows it from nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ..errors import Alert24DeployError
from .changes import Recorded, Recording
from .interfaces import StatusPage
from .overlaps import read_services, recorded_in, unrecorded


class LastRuns(NamedTuple):
    """What the records say about services in maintenance."""

    by_service: Mapping[str, Recorded] = {}  # the last deployment that has not ended: the same one for all of a run
    overdue: Collection[str] = ()  # services whose deployments are all past the ends that they have declared
    warnings: Sequence[str] = ()


def read_last_runs(
    page: StatusPage, recording: Recording | None, service_ids: Sequence[str], time: datetime
) -> LastRuns:
    """Return what the records say; without `record-change`, or services, that is nothing."""
    log = recorded_in(page, recording)
    if log is None or recording is None or not service_ids:
        return LastRuns()
    try:
        recorded = read_services(log, recording, service_ids)
    except Alert24DeployError as error:
        left = "Only the time in maintenance decides."
        return LastRuns(warnings=[unrecorded("It could not be read which deployments are overdue", error, left)])
    now = time + timedelta(seconds=page.skew)
    by_run: dict[str, Recorded] = {}
    by_service: dict[str, Recorded] = {}
    overdue = []
    for service_id, every in recorded.items():
        going_on = [each for each in every if not each.ended and each.run]
        if not going_on:
            continue
        last = max(going_on, key=lambda each: each.began)
        by_service[service_id] = by_run.setdefault(last.run, last)
        if all(each.until <= now for each in going_on):
            overdue.append(service_id)
    return LastRuns(by_service, overdue)
