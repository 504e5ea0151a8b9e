"""From plans to results: what is to be written to each service, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..errors import Alert24DeployError, Alert24Refused, explaining
from ..policy import OPERATIONAL, STATUSES
from ..text import quote
from .interfaces import Service, ServiceUpdate, StateStore, StatusPage
from .report import Action, ServiceResult, failed_action, left_of

if TYPE_CHECKING:
    from ..state import State


@dataclass(frozen=True)
class Plan:
    """What one service is to get: the fields to send (none: leave it) and the reason, a clause.

    `before` is the status from before the deployment, `service.status` the one read last.
    """

    service: Service
    before: str | None
    reason: str
    fields: Mapping[str, str] = field(default_factory=dict)


def apply(page: StatusPage, plans: Sequence[Plan], *, dry_run: bool) -> list[ServiceResult]:
    """Write what the plans say, side by side, and return a result for each plan, in their order."""
    if dry_run:
        return [_planned(plan) for plan in plans]
    updates = [ServiceUpdate(plan.service, plan.fields) for plan in plans if plan.fields]
    ended = {each.update.service.id: each.error for each in page.update(updates)} if updates else {}
    return [_result(plan, ended) if plan.fields else _kept(plan) for plan in plans]


def replace_refused(page: StatusPage, plans: Sequence[Plan], results: Sequence[ServiceResult]) -> list[ServiceResult]:
    """Write operational where Alert24 refused a status of its own that its documentation does not name.

    It was what start found, so it is put back as it was; but a page stuck in maintenance is the worse fault.
    """
    refused = {
        result.id
        for result in results
        if isinstance(result.error, Alert24Refused) and result.wanted and result.wanted not in STATUSES
    }
    again = [_as_operational(plan) for plan in plans if plan.service.id in refused]
    second = {result.id: result for result in apply(page, again, dry_run=False)}
    return [second.get(result.id, result) for result in results]


def _as_operational(plan: Plan) -> Plan:
    reason = f"{plan.reason}; Alert24 refused its own {quote(plan.fields['status'])}"
    return replace(plan, fields={**plan.fields, "status": OPERATIONAL}, reason=reason)


def save_state(store: StateStore, state: State, results: Sequence[ServiceResult] = ()) -> None:
    """Save the state; if that fails, the error says how the page is left by what has been written so far."""
    with explaining(left=left_of(results)):
        store.save(state)


def _planned(plan: Plan) -> ServiceResult:
    return _outcome(plan, Action.WOULD_WRITE, plan.fields.get("status")) if plan.fields else _kept(plan)


def _kept(plan: Plan) -> ServiceResult:
    return ServiceResult(plan.service.id, plan.service.name, plan.before, plan.service.status, Action.KEPT, plan.reason)


def _result(plan: Plan, ended: Mapping[str, Alert24DeployError | None]) -> ServiceResult:
    error = ended[plan.service.id]
    if error is None:
        return _outcome(plan, Action.WRITTEN, plan.fields.get("status", plan.service.status))
    action = failed_action(error)
    after = plan.service.status if action is Action.FAILED else None
    return _outcome(plan, action, after, error)


def _outcome(plan: Plan, action: Action, after: str | None, error: Alert24DeployError | None = None) -> ServiceResult:
    return ServiceResult(
        id=plan.service.id,
        name=plan.service.name,
        before=plan.before,
        after=after,
        action=action,
        reason=plan.reason,
        found=plan.service.status,
        wanted=plan.fields.get("status"),
        error=error,
    )
