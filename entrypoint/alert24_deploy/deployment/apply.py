"""Carries out plans: what to write to each service, and the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..errors import Alert24Refused, explaining
from ..policy import OPERATIONAL, STATUSES
from ..text import quote
from .interfaces import Service, ServiceUpdate, StateStore, StatusPage, UpdateResult
from .report import Action, ServiceResult, failed_action, left_of

if TYPE_CHECKING:
    from ..state import State


@dataclass(frozen=True)
class Plan:
    """What to write to one service.

    Attributes:
        service: the service as it was read last.
        before: its status before the deployment.
        reason: why, a clause.
        fields: the fields to send; none to leave it as it is.
        insist: whether to send it again if Alert24 then shows another status.
    """

    service: Service
    before: str | None
    reason: str
    fields: Mapping[str, str] = field(default_factory=dict)
    insist: bool = False


def apply(page: StatusPage, plans: Sequence[Plan], *, dry_run: bool) -> list[ServiceResult]:
    """Carry the plans out concurrently, and return a result for each plan, in their order."""
    if dry_run:
        return [_planned(plan) for plan in plans]
    updates = [ServiceUpdate(plan.service, plan.fields, plan.insist) for plan in plans if plan.fields]
    ended = {each.update.service.id: each for each in page.update(updates)} if updates else {}
    return [_result(plan, ended[plan.service.id]) if plan.fields else _kept(plan) for plan in plans]


def replace_refused(page: StatusPage, plans: Sequence[Plan], results: Sequence[ServiceResult]) -> list[ServiceResult]:
    """Write operational if Alert24 refused an undocumented status that it had itself.

    It was what start found, so it is restored as it was; but a page stuck in maintenance is the worse fault.
    """
    refused = {
        result.id
        for result in results
        if isinstance(result.error, Alert24Refused) and result.wanted and result.wanted not in STATUSES
    }
    again = [_as_operational(plan) for plan in plans if plan.service.id in refused]
    return merge(results, apply(page, again, dry_run=False))


def merge(results: Sequence[ServiceResult], later: Sequence[ServiceResult]) -> list[ServiceResult]:
    """Return the results with those of a later attempt in the place of the earlier ones."""
    latest = {result.id: result for result in later}
    return [latest.get(result.id, result) for result in results]


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


def _result(plan: Plan, ended: UpdateResult) -> ServiceResult:
    if ended.error is None:
        return _outcome(plan, Action.WRITTEN, plan.fields.get("status", plan.service.status), ended)
    action = failed_action(ended.error)
    shown = ended.shown.status if ended.shown else plan.service.status
    return _outcome(plan, action, shown if action is Action.FAILED else None, ended)


def _outcome(plan: Plan, action: Action, after: str | None, ended: UpdateResult | None = None) -> ServiceResult:
    return ServiceResult(
        id=plan.service.id,
        name=plan.service.name,
        before=plan.before,
        after=after,
        action=action,
        reason=plan.reason,
        found=plan.service.status,
        wanted=plan.fields.get("status"),
        error=ended.error if ended else None,
        shown=ended.shown if ended else None,
        proof=_proof(plan.service, ended.shown) if ended and not ended.error else None,
    )


def _proof(read: Service, shown: Service | None) -> str | None:
    """Return the `updated_at` that proves, until it changes, that no one has written since.

    One that did not move when our write changed the status proves nothing.
    """
    return shown.updated_at if shown and shown.updated_at != read.updated_at else None
