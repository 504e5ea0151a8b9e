"""One status, now: `set`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import Alert24DeployError, Alert24Refused
from . import references
from .ports import Service, StatusPage
from .report import Report, fails, forgiven, worst_of
from .writing import Plan, apply


class SetRequest(NamedTuple):
    """What the user asks of set."""

    status: str
    references: Sequence[str]
    description: str | None = None
    fail_on_unreachable: str = "finish"
    dry_run: bool = False


def set_status(page: StatusPage, request: SetRequest) -> Report:
    """Write one status to the services; one that looks like an id is written without being read first.

    Raises:
        Alert24DeployError: the services could not be looked up; nothing was changed.
    """
    report = _directly(page, request) or _looked_up(page, request)
    report.error = report.error or worst_of(report.services)
    report.failed = report.error is not None and fails(report.error, finishing=True, rule=request.fail_on_unreachable)
    return report


def _directly(page: StatusPage, request: SetRequest) -> Report | None:
    """Write to the one reference that looks like an id; None where it turns out to be none."""
    if request.dry_run or len(request.references) != 1 or not references.like_an_id(request.references[0]):
        return None
    reference = request.references[0]
    report = _write(page, request, [Service(reference, reference, None, "")])
    return None if _no_such_id(report.services[0].error) else report


def _no_such_id(error: Alert24DeployError | None) -> bool:
    return isinstance(error, Alert24Refused) and error.not_found


def _looked_up(page: StatusPage, request: SetRequest) -> Report:
    try:
        services = references.resolve(page, request.references)
    except Alert24DeployError as error:
        error.with_context(what="Could not look up the services", left="Nothing was changed.")
        return forgiven("set", error, request.fail_on_unreachable, dry_run=request.dry_run)
    return _write(page, request, services)


def _write(page: StatusPage, request: SetRequest, services: Sequence[Service]) -> Report:
    fields = {"status": request.status}
    if request.description:
        fields["description"] = request.description
    plans = [Plan(service, service.status, "set on request", fields) for service in services]
    return Report("set", apply(page, plans, dry_run=request.dry_run), dry_run=request.dry_run)
