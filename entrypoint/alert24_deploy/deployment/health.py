"""A health check's result on the page: `check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Alert24DeployError
from ..policy import MAINTENANCE
from . import references
from .ports import Page, Service
from .report import Report, fails, worst_of
from .writing import Plan, carry_out


@dataclass(frozen=True)
class Health:
    """What the user asks of check: `status` is the one that the result deserves, `reason` a clause."""

    status: str
    reason: str
    references: Sequence[str]
    override_maintenance: bool = False
    fail_on_error: str = "finish"
    dry_run: bool = False


def show_health(page: Page, order: Health) -> Report:
    """Write the result to the services that do not show it yet; maintenance is left to whoever set it.

    Raises:
        Alert24DeployError: the services could not be looked up; nothing was changed.
    """
    try:
        services = references.resolve(page, order.references)
    except Alert24DeployError as error:
        raise error.told(what="Could not look up the services", left="Nothing was changed.") from None
    plans = [_plan(service, order) for service in services]
    report = Report("check", carry_out(page, plans, dry_run=order.dry_run), dry_run=order.dry_run)
    report.error = worst_of(report.services)
    report.failed = report.error is not None and fails(report.error, finishing=True, rule=order.fail_on_error)
    return report


def _plan(service: Service, order: Health) -> Plan:
    if service.status == order.status:
        return Plan(service, service.status, f"{order.reason}; it says so already")
    if service.status == MAINTENANCE and not order.override_maintenance:
        return Plan(service, service.status, f"{order.reason}, but it is in maintenance")
    return Plan(service, service.status, order.reason, {"status": order.status})
