"""One status, now: `set`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import Alert24DeployError, Alert24Refused
from . import references
from .ports import Page, Service
from .report import Report, fails, forgiven, worst_of
from .writing import Plan, carry_out


class Setting(NamedTuple):
    """What the user asks of set."""

    status: str
    references: Sequence[str]
    description: str | None = None
    fail_on_error: str = "finish"
    dry_run: bool = False


def set_status(page: Page, order: Setting) -> Report:
    """Write one status to the services; one that looks like an id is written without being read first.

    Raises:
        Alert24DeployError: the services could not be looked up; nothing was changed.
    """
    report = _directly(page, order) or _looked_up(page, order)
    report.error = report.error or worst_of(report.services)
    report.failed = report.error is not None and fails(report.error, finishing=True, rule=order.fail_on_error)
    return report


def _directly(page: Page, order: Setting) -> Report | None:
    """Write to the one reference that looks like an id; None where it turns out to be none."""
    if order.dry_run or len(order.references) != 1 or not references.like_an_id(order.references[0]):
        return None
    reference = order.references[0]
    report = _write(page, order, [Service(reference, reference, None, "")])
    return None if _no_such_id(report.services[0].error) else report


def _no_such_id(error: Alert24DeployError | None) -> bool:
    return isinstance(error, Alert24Refused) and error.not_found


def _looked_up(page: Page, order: Setting) -> Report:
    try:
        services = references.resolve(page, order.references)
    except Alert24DeployError as error:
        error.told(what="Could not look up the services", left="Nothing was changed.")
        return forgiven("set", error, order.fail_on_error, dry_run=order.dry_run)
    return _write(page, order, services)


def _write(page: Page, order: Setting, services: Sequence[Service]) -> Report:
    fields = {"status": order.status}
    if order.description:
        fields["description"] = order.description
    plans = [Plan(service, service.status, "set on request", fields) for service in services]
    return Report("set", carry_out(page, plans, dry_run=order.dry_run), dry_run=order.dry_run)
