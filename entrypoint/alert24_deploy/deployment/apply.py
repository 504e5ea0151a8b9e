"""Carries updates out, and returns what became of each service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import Alert24Refused, explaining
from ..policy import OPERATIONAL, STATUSES
from ..text import quote
from .interfaces import Service, ServiceUpdate, StateStore, StatusPage, UpdateResult
from .report import Action, ServiceResult, failed_action, left_of

if TYPE_CHECKING:
    from ..state import State


def apply(page: StatusPage, updates: Sequence[ServiceUpdate], *, dry_run: bool) -> list[ServiceResult]:
    """Send the updates that have fields concurrently, and return a result for each update, in their order."""
    sent = [] if dry_run else [each for each in updates if each.fields]
    ended = {each.update.service.id: each for each in page.update(sent)} if sent else {}
    return [_result(each, ended.get(each.service.id)) if each.fields else _kept(each) for each in updates]


def replace_refused(
    page: StatusPage, updates: Sequence[ServiceUpdate], results: Sequence[ServiceResult]
) -> list[ServiceResult]:
    """Write operational if Alert24 refused an undocumented status that it had itself.

    It was what start found, so it is restored as it was; but a page stuck in maintenance is the worse fault.
    """
    refused = {
        result.id
        for result in results
        if isinstance(result.error, Alert24Refused) and result.wanted and result.wanted not in STATUSES
    }
    again = [_as_operational(each) for each in updates if each.service.id in refused]
    return merge(results, apply(page, again, dry_run=False))


def merge(results: Sequence[ServiceResult], later: Sequence[ServiceResult]) -> list[ServiceResult]:
    """Return the results with those of a later attempt in the place of the earlier ones."""
    latest = {result.id: result for result in later}
    return [latest.get(result.id, result) for result in results]


def save_state(store: StateStore, state: State, results: Sequence[ServiceResult] = ()) -> None:
    """Save the state; if that fails, the error says how the page is left by what has been written so far."""
    with explaining(left=left_of(results)):
        store.save(state)


def _as_operational(update: ServiceUpdate) -> ServiceUpdate:
    reason = f"{update.reason}; Alert24 refused its own {quote(update.fields['status'])}"
    return update._replace(fields={**update.fields, "status": OPERATIONAL}, reason=reason)


def _kept(update: ServiceUpdate) -> ServiceResult:
    service = update.service
    result = ServiceResult(service.id, service.name, update.before, service.status, Action.KEPT, update.reason)
    return result._replace(page_id=service.page_id)


def _result(update: ServiceUpdate, ended: UpdateResult | None) -> ServiceResult:
    """Return what became of an update that has fields, None if it was not sent because of a dry run."""
    service, wanted = update.service, update.fields.get("status")
    error, shown = (ended.error, ended.shown) if ended else (None, None)
    action, after = Action.WOULD_WRITE, wanted
    if ended and not error:
        action, after = Action.WRITTEN, wanted or service.status
    elif error:
        action = failed_action(error)
        after = (shown or service).status if action is Action.FAILED else None
    return ServiceResult(
        id=service.id,
        name=service.name,
        before=update.before,
        after=after,
        action=action,
        reason=update.reason,
        found=service.status,
        wanted=wanted,
        error=error,
        proof=None if error else _proof(service, shown),
        page_id=service.page_id,
    )


def _proof(read: Service, shown: Service | None) -> str | None:
    """Return the `updated_at` that proves, until it changes, that no one has written since.

    One that did not move when our write changed the status proves nothing.
    """
    return shown.updated_at if shown and shown.updated_at != read.updated_at else None
