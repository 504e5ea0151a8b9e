"""A status without a deployment: `set`, and a health check's result (`check`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import NOTHING_CHANGED, Alert24DeployError, Alert24Refused, explaining
from ..policy import MAINTENANCE
from . import lookup
from .apply import apply
from .interfaces import Service, ServiceUpdate, StatusPage
from .report import Report, forgiven


class SetRequest(NamedTuple):
    """What the user asks of `set`."""

    status: str
    references: Sequence[str]
    description: str | None = None
    fail_on_unreachable: str = "finish"
    dry_run: bool = False


def set_status(page: StatusPage, request: SetRequest) -> Report:
    """Write one status to the services; a single reference that looks like an id is written without being read.

    Raises:
        Alert24DeployError: the services could not be looked up; nothing was changed.
    """
    report = _directly(page, request) or _after_lookup(page, request)
    report.conclude(finishing=True, rule=request.fail_on_unreachable)
    return report


def _directly(page: StatusPage, request: SetRequest) -> Report | None:
    """Write to the one reference that looks like an id; None if it turns out to be none."""
    if request.dry_run or len(request.references) != 1 or not lookup.like_an_id(request.references[0]):
        return None
    reference = request.references[0]
    report = _write(page, request, [Service(reference, reference, None, "")])
    return None if _no_such_id(report.services[0].error) else report


def _no_such_id(error: Alert24DeployError | None) -> bool:
    return isinstance(error, Alert24Refused) and error.not_found


def _after_lookup(page: StatusPage, request: SetRequest) -> Report:
    try:
        with explaining(what=lookup.FAILED, left=NOTHING_CHANGED):
            services = lookup.resolve(page, request.references)
    except Alert24DeployError as error:
        return forgiven("set", error, request.fail_on_unreachable, dry_run=request.dry_run)
    return _write(page, request, services)


def _write(page: StatusPage, request: SetRequest, services: Sequence[Service]) -> Report:
    fields = {"status": request.status}
    if request.description:
        fields["description"] = request.description
    updates = [ServiceUpdate(each, fields, before=each.status, reason="set on request") for each in services]
    return Report("set", apply(page, updates, dry_run=request.dry_run), dry_run=request.dry_run)


class CheckRequest(NamedTuple):
    """What the user asks of `check`: `status` is the one that the check's result means, `reason` a clause."""

    status: str
    reason: str
    references: Sequence[str]
    override_maintenance: bool = False
    fail_on_unreachable: str = "finish"
    dry_run: bool = False


def set_check_result(page: StatusPage, request: CheckRequest) -> Report:
    """Write a check's result to the services that don't show it yet; leave those in maintenance alone.

    Raises:
        Alert24DeployError: the services could not be looked up; nothing was changed.
    """
    with explaining(what=lookup.FAILED, left=NOTHING_CHANGED):
        services = lookup.resolve(page, request.references)
    updates = [_checked(service, request) for service in services]
    report = Report("check", apply(page, updates, dry_run=request.dry_run), dry_run=request.dry_run)
    report.conclude(finishing=True, rule=request.fail_on_unreachable)
    return report


def _checked(service: Service, request: CheckRequest) -> ServiceUpdate:
    update = ServiceUpdate(service, before=service.status, reason=request.reason)
    if service.status == request.status:
        return update._replace(reason=f"{request.reason}; the page shows that already")
    if service.status == MAINTENANCE and not request.override_maintenance:
        return update._replace(reason=f"{request.reason}, but it is in maintenance")
    return update._replace(fields={"status": request.status})
