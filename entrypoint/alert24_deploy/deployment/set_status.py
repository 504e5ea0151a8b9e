"""A status without a deployment: `set`, and a health check's result (`check`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import NOTHING_CHANGED, Alert24DeployError, NoSuchService, explaining
from ..policy import MAINTENANCE
from . import lookup
from .apply import apply
from .interfaces import Service, ServiceUpdate, StatusPage
from .report import Report, forgiven


class SetRequest(NamedTuple):
    """What the user asks of `set`, or of `check` by a health check's result."""

    status: str
    references: Sequence[str]
    reason: str = "set on request"  # a clause
    description: str | None = None
    override_maintenance: bool = False  # of `check`: `set` always does
    fail_on_unreachable: str = "finish"
    dry_run: bool = False


def set_status(page: StatusPage, request: SetRequest) -> Report:
    """Write one status to the services; a single reference that looks like an id is written without being read.

    Raises:
        Alert24DeployError: the services could not be looked up; nothing was changed.
    """
    if not request.dry_run and len(request.references) == 1 and lookup.like_an_id(request.references[0]):
        reference = request.references[0]
        report = _write("set", page, request, [_update(Service(reference, reference, None, ""), request)])
        if not isinstance(report.services[0].error, NoSuchService):  # else it is no id, but perhaps a name
            return report
    try:
        services = _resolve(page, request)
    except Alert24DeployError as error:
        return forgiven("set", error, request.fail_on_unreachable, dry_run=request.dry_run)
    return _write("set", page, request, [_update(each, request) for each in services])


def set_check_result(page: StatusPage, request: SetRequest) -> Report:
    """Write a check's result to the services that don't show it yet; leave those in maintenance alone.

    Raises:
        Alert24DeployError: the services could not be looked up; nothing was changed.
    """
    updates = [_update(each, request) for each in _resolve(page, request)]
    return _write("check", page, request, [_unless_kept(each, request) for each in updates])


def _resolve(page: StatusPage, request: SetRequest) -> Sequence[Service]:
    with explaining(what=lookup.FAILED, left=NOTHING_CHANGED):
        return lookup.resolve(page, request.references)


def _update(service: Service, request: SetRequest) -> ServiceUpdate:
    fields = {"status": request.status}
    if request.description:
        fields["description"] = request.description
    return ServiceUpdate(service, fields, before=service.status, reason=request.reason)


def _unless_kept(update: ServiceUpdate, request: SetRequest) -> ServiceUpdate:
    if update.before == request.status:
        return update._replace(fields={}, reason=f"{request.reason}; the page shows that already")
    if update.before == MAINTENANCE and not request.override_maintenance:
        return update._replace(fields={}, reason=f"{request.reason}, but it is in maintenance")
    return update


def _write(command: str, page: StatusPage, request: SetRequest, updates: Sequence[ServiceUpdate]) -> Report:
    report = Report(command, apply(page, updates, dry_run=request.dry_run), dry_run=request.dry_run)
    report.conclude(finishing=True, rule=request.fail_on_unreachable)
    return report
