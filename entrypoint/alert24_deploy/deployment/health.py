"""A health check's result on the page: `check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Alert24DeployError
from ..policy import MAINTENANCE
from . import references
from .ports import Service, StatusPage
from .report import Report, fails, worst_of
from .writing import Plan, apply


@dataclass(frozen=True)
class CheckRequest:
    """What the user asks of check: `status` is the one that the result deserves, `reason` a clause."""

    status: str
    reason: str
    references: Sequence[str]
    override_maintenance: bool = False
    fail_on_unreachable: str = "finish"
    dry_run: bool = False


def show_health(page: StatusPage, request: CheckRequest) -> Report:
    """Write the result to the services that do not show it yet; maintenance is left to whoever set it.

    Raises:
        Alert24DeployError: the services could not be looked up; nothing was changed.
    """
    try:
        services = references.resolve(page, request.references)
    except Alert24DeployError as error:
        raise error.with_context(what="Could not look up the services", left="Nothing was changed.") from None
    plans = [_plan(service, request) for service in services]
    report = Report("check", apply(page, plans, dry_run=request.dry_run), dry_run=request.dry_run)
    report.error = worst_of(report.services)
    report.failed = report.error is not None and fails(report.error, finishing=True, rule=request.fail_on_unreachable)
    return report


def _plan(service: Service, request: CheckRequest) -> Plan:
    if service.status == request.status:
        return Plan(service, service.status, f"{request.reason}; it says so already")
    if service.status == MAINTENANCE and not request.override_maintenance:
        return Plan(service, service.status, f"{request.reason}, but it is in maintenance")
    return Plan(service, service.status, request.reason, {"status": request.status})
