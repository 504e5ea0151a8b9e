"""After the deployment: set every service to the status that fits how the deployment ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .. import policy
from ..errors import NOTHING_CHANGED, Alert24DeployError, CannotReachAlert24, Interrupted, explaining
from ..policy import MAINTENANCE, DeploymentResult, Outcome, Policy
from ..state import ServiceState, Stage, State, WriteStatus
from ..text import join_words, quote
from . import lookup
from .apply import Plan, apply, replace_refused, save_state
from .interfaces import Service, StateStore, StatusPage
from .report import Action, Report, ServiceResult, forgiven
from .rollback_request import RequestResult, RollbackRequest

# Reading may take half of the time: writing matters more, because a page stuck in maintenance is the worse fault.
_READING_SHARE = 0.5
_HURRIED_SHARE = 0.125
_DONE = (Action.WRITTEN, Action.KEPT)


@dataclass(frozen=True)
class FinishRequest:
    """What the user asks of finish.

    Attributes:
        result: how the deployment ended.
        now: returns the time as ISO 8601 in UTC.
        references: the services, if there is no state.
        policy: policy options given to finish; they win over those given to start.
        fail_on_unreachable: the setting.
        dry_run: whether to write nothing.
        hurried: leave nearly all of the time to writing, because a signal has come.
        again: put right once more what this process has put right before, because more is known now.
        rollback: requests a rollback of a failed deployment.
    """

    result: DeploymentResult
    now: Callable[[], str]
    references: Sequence[str] = ()
    policy: Mapping[str, str] = field(default_factory=dict)
    fail_on_unreachable: str = "finish"
    dry_run: bool = False
    hurried: bool = False
    again: bool = False
    rollback: RollbackRequest | None = None


class _Found(NamedTuple):
    """Services as they are now, by id, and what went wrong in finding them."""

    services: Mapping[str, Service] = {}
    warnings: Sequence[str] = ()
    error: Alert24DeployError | None = None


def finish(page: StatusPage, store: StateStore, request: FinishRequest) -> Report:
    """Write the statuses that the policy gives for the result, and record in the state what is done.

    Raises:
        BrokenState: what start left can't be used; nothing was changed.
        Alert24DeployError: the references given here could not be looked up; nothing was changed.
    """
    try:
        state, found = _load(page, store, request)
    except CannotReachAlert24 as error:
        return forgiven("finish", error, request.fail_on_unreachable, dry_run=request.dry_run)
    if request.again:
        state = replace(state, services=tuple(replace(each, done=False) for each in state.services))
    elif state.stage is Stage.FINISHED:
        return _finished_before(state, request)
    state, found = _resolve_late(page, state, found)
    found = _read(page, state, found, _HURRIED_SHARE if request.hurried else _READING_SHARE)
    return _write(page, store, request, state, found)


def _load(page: StatusPage, store: StateStore, request: FinishRequest) -> tuple[State, _Found]:
    """Return the saved state, or one as if start had not been able to read anything: only the references are known."""
    state = store.load()
    if state:
        return state, _Found()
    with explaining(what=lookup.FAILED, left=NOTHING_CHANGED):
        services = lookup.resolve(page, request.references)
    return _with_services(State("", Stage.STARTED, request.now()), services)


def _resolve_late(page: StatusPage, state: State, found: _Found) -> tuple[State, _Found]:
    """Look up the references that start could not look up."""
    if not state.unresolved:
        return state, found
    try:
        return _with_services(state, lookup.resolve(page, state.unresolved))
    except Alert24DeployError as error:
        error.with_context(what=lookup.FAILED, left="They are as they were before this finish.")
        return state, found._replace(error=error)


def _with_services(state: State, services: Sequence[Service]) -> tuple[State, _Found]:
    """Add services whose status before the deployment is unknown; what was read need not be read again."""
    known = {service.id for service in state.services}
    added = [ServiceState(service.id, service.name, None) for service in services if service.id not in known]
    found = _Found({service.id: service for service in services if service.status})
    return replace(state, services=(*state.services, *added), unresolved=()), found


def _finished_before(state: State, request: FinishRequest) -> Report:
    note = f"This deployment was finished before ({state.outcome or 'unknown outcome'}); nothing was changed."
    return Report("finish", state=state, dry_run=request.dry_run, notes=[note])


def _concerned(state: State) -> list[ServiceState]:
    """Return the services that this finish may write."""
    return [
        service
        for service in state.services
        if not (service.done or service.left_alone or (state.never_began and service.written is WriteStatus.NO))
    ]


def _read(page: StatusPage, state: State, found: _Found, patience: float) -> _Found:
    """Read the services that are not found yet; what can't be read is missing, with a warning."""
    unread = [service for service in _concerned(state) if service.id not in found.services]
    if not unread or not page.readable:
        return found
    try:
        services = _read_now(page, unread, patience)
    except Interrupted:
        return found
    except Alert24DeployError as error:
        warning = f"The current statuses could not be read: {error.why}. They are written by the outcome alone."
        return found._replace(warnings=[warning])
    missing = [quote(each.name) for each in unread if each.id not in services or services[each.id].status is None]
    warnings = [f"Alert24 shows no current status of {join_words(missing)}: the outcome alone decides."]
    return found._replace(services={**found.services, **services}, warnings=warnings if missing else ())


def _read_now(page: StatusPage, services: Sequence[ServiceState], patience: float) -> Mapping[str, Service]:
    if len(services) == 1:
        one = page.find(services[0].id, patience=patience)
        return {one.id: one} if one else {}
    return {service.id: service for service in page.list(patience=patience)}


def _write(page: StatusPage, store: StateStore, request: FinishRequest, state: State, found: _Found) -> Report:
    result = DeploymentResult(Outcome.SKIPPED) if state.never_began else request.result
    rehearsed = state.stage is Stage.REHEARSED
    report = Report("finish", state=state, dry_run=request.dry_run or rehearsed, error=found.error)
    report.warnings.extend(found.warnings)
    if state.never_began and request.result.outcome is not Outcome.SKIPPED:
        report.notes.append(
            f"Start failed, so the deployment never began: its outcome '{request.result.outcome.value}' counts as "
            "skipped, and only what start wrote is restored."
        )
    services = _concerned(state)
    requested = RequestResult()
    if services and request.rollback:
        requested = request.rollback.send(state, result, dry_run=report.dry_run)
        report.notes.extend(filter(None, [requested.note]))
        report.warnings.extend(filter(None, [requested.warning]))
    rules = _rules(state, request, requested)
    plans = [_plan(each, _current(each, found, rehearsed=rehearsed), rules, result) for each in services]
    written = replace_refused(page, plans, apply(page, plans, dry_run=report.dry_run))
    report.services = [*written, *_left_alone(state)]
    report.conclude(finishing=True, rule=request.fail_on_unreachable)
    report.state = _finished(replace(state, outcome=result.outcome.value), report, request.now())
    if state.deployment and not report.dry_run:  # without a start there is nothing to remember, and nothing twice
        save_state(store, report.state, report.services)
    return report


def _rules(state: State, request: FinishRequest, requested: RequestResult) -> Policy:
    rules = Policy.given(state.policy, request.policy)
    if request.again:  # what the page shows since the first time is our own status: no conflict
        rules = rules._replace(on_conflict="overwrite")
    return rules._replace(on_failure=MAINTENANCE) if requested.accepted else rules


def _current(service: ServiceState, found: _Found, *, rehearsed: bool) -> Service | None:
    current = found.services.get(service.id)
    return replace(current, status=MAINTENANCE) if current and rehearsed else current


def _plan(service: ServiceState, current: Service | None, rules: Policy, result: DeploymentResult) -> Plan:
    decision = policy.decide(rules, result, service.before, current.status if current else None)
    fields = {"status": decision.status} if decision.status else {}
    if service.description and (current is None or current.description == service.description.ours):
        fields["description"] = service.description.original
    unread = Service(service.id, service.name, None, "")
    return Plan(current or unread, service.before, decision.reason, fields)


def _left_alone(state: State) -> list[ServiceResult]:
    reason = "it was in maintenance before the deployment and is left alone"
    return [
        ServiceResult(service.id, service.name, service.before, service.before, Action.KEPT, reason)
        for service in state.services
        if service.left_alone
    ]


def _finished(state: State, report: Report, now: str) -> State:
    """Return the state with what is done; the deployment is finished when every service is."""
    done = {result.id for result in report.services if result.action in _DONE}
    failed = state.outcome not in (Outcome.SUCCESS.value, Outcome.SKIPPED.value)
    after = {result.id: result.after for result in report.services if result.action is Action.WRITTEN and failed}
    return replace(
        state,
        services=tuple(
            replace(each, done=each.done or each.id in done, after=after.get(each.id, each.after))
            for each in state.services
        ),
        stage=state.stage if report.error else Stage.FINISHED,
        finished_at=now,
    )
