"""After the deployment: give every service the status that the outcome deserves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .. import policy
from ..errors import Alert24DeployError, CannotReachAlert24, Stopped
from ..policy import MAINTENANCE, Decision, DeploymentResult, Outcome, Policy
from ..state import ServiceState, Stage, State, WriteStatus
from ..text import join_words, quote
from . import references
from .handover import RollbackRequest
from .ports import Service, StateStore, StatusPage
from .report import Action, Report, ServiceResult, fails, forgiven, worst_of
from .writing import Plan, apply, replace_refused, save_state

# Reading may take half of the time: writing matters more, because a page stuck in maintenance is the worse fault.
_READING_SHARE = 0.5
_HURRIED_SHARE = 0.125
_DONE = (Action.WRITTEN, Action.KEPT)


@dataclass(frozen=True)
class FinishRequest:
    """What the user asks of finish. `now` returns ISO 8601 in UTC.

    `references` serve where there is no state. `hurried` leaves nearly all of the time to writing, as a signal has
    come; `again` puts right what this very process has put right before, now that more is known. `handover` is
    asked to roll a failed deployment back.
    """

    ending: DeploymentResult
    now: Callable[[], str]
    references: Sequence[str] = ()
    policy: Mapping[str, str] = field(default_factory=dict)
    fail_on_unreachable: str = "finish"
    dry_run: bool = False
    hurried: bool = False
    again: bool = False
    handover: RollbackRequest | None = None


def finish(page: StatusPage, store: StateStore, request: FinishRequest) -> Report:
    """Write the statuses that the outcome deserves, and record in the state what is done.

    Raises:
        BrokenState: what start left can't be used; nothing was changed.
        Alert24DeployError: the references given here could not be looked up; nothing was changed.
    """
    seen: dict[str, Service] = {}  # what is read while looking up need not be read again
    try:
        state = store.load() or _from_references(page, request, seen)
    except CannotReachAlert24 as error:
        return forgiven("finish", error, request.fail_on_unreachable, dry_run=request.dry_run)
    if request.again:
        state = replace(state, services=tuple(replace(each, done=False) for each in state.services))
    elif state.stage is Stage.FINISHED:
        return _finished_before(state, request)
    rehearsed = state.stage is Stage.REHEARSED
    report = Report("finish", state=state, dry_run=request.dry_run or rehearsed)
    ending = _ending(state, request, report)
    state = _resolve_late(page, state, report, seen)
    services = [service for service in state.services if _concerns(state, service)]
    unseen = [service for service in services if service.id not in seen]
    found = {**seen, **_read(page, unseen, report, _HURRIED_SHARE if request.hurried else _READING_SHARE)}
    if rehearsed:
        found = {service_id: replace(service, status=MAINTENANCE) for service_id, service in found.items()}
    chosen = _chosen(state, request)
    if services and request.handover and request.handover.accepts(state, ending, report):
        chosen = chosen._replace(on_failure=MAINTENANCE)
    plans = [_plan(service, found.get(service.id), chosen, ending) for service in services]
    results = replace_refused(page, plans, apply(page, plans, dry_run=report.dry_run))
    report.services = [*results, *_left_alone(state)]
    return _conclude(store, request, replace(state, outcome=ending.outcome.value), report)


def _from_references(page: StatusPage, request: FinishRequest, seen: dict[str, Service]) -> State:
    """Return a state as if start had not been able to read anything: only the references are known."""
    try:
        services = references.resolve(page, request.references)
    except Alert24DeployError as error:
        raise error.with_context(what="Could not look up the services", left="Nothing was changed.") from None
    return _known_by_name(State("", Stage.STARTED, request.now()), services, seen)


def _known_by_name(state: State, services: Sequence[Service], seen: dict[str, Service]) -> State:
    """Add services whose status from before the deployment nobody knows."""
    seen.update({service.id: service for service in services if service.status})
    added = tuple(ServiceState(service.id, service.name, None) for service in services)
    known = {service.id for service in state.services}
    return replace(state, services=(*state.services, *(each for each in added if each.id not in known)), unresolved=())


def _chosen(state: State, request: FinishRequest) -> Policy:
    chosen = Policy.given(state.policy, request.policy)
    # What stands there since the first time is our own word: no conflict.
    return chosen._replace(on_conflict="overwrite") if request.again else chosen


def _finished_before(state: State, request: FinishRequest) -> Report:
    report = Report("finish", state=state, dry_run=request.dry_run)
    report.notes.append(
        f"This deployment was finished before ({state.outcome or 'unknown outcome'}); nothing was changed."
    )
    return report


def _ending(state: State, request: FinishRequest, report: Report) -> DeploymentResult:
    """Return the ending that counts: a deployment that never began is skipped, whatever the job says."""
    if not state.never_began:
        return request.ending
    if request.ending.outcome is not Outcome.SKIPPED:
        report.notes.append(
            f"Start had failed, so the deployment never began: its outcome '{request.ending.outcome.value}' counts as "
            "skipped, and only what start wrote is put back."
        )
    return DeploymentResult(Outcome.SKIPPED)


def _resolve_late(page: StatusPage, state: State, report: Report, seen: dict[str, Service]) -> State:
    """Look up the references that start could not look up."""
    if not state.unresolved:
        return state
    try:
        return _known_by_name(state, references.resolve(page, state.unresolved), seen)
    except Alert24DeployError as error:
        report.error = error.with_context(
            what="Could not look up the services", left="They are as they were before this finish."
        )
        return state


def _concerns(state: State, service: ServiceState) -> bool:
    if service.done or service.left_alone:
        return False
    return not (state.never_began and service.written is WriteStatus.NO)


def _read(page: StatusPage, services: Sequence[ServiceState], report: Report, patience: float) -> Mapping[str, Service]:
    """Return the services as they are now, by id; what can't be read is missing, with a warning."""
    if not services or not page.readable:
        return {}
    try:
        found = _found(page, services, patience)
    except Stopped:
        return {}
    except Alert24DeployError as error:
        report.warnings.append(
            f"The present statuses could not be read: {error.why}. They are written by the outcome alone."
        )
        return {}
    unread = [quote(each.name) for each in services if each.id not in found or found[each.id].status is None]
    if unread:
        report.warnings.append(
            f"Alert24 shows no present status of {join_words(unread)}: what is written goes by the outcome alone."
        )
    return found


def _found(page: StatusPage, services: Sequence[ServiceState], patience: float) -> Mapping[str, Service]:
    if len(services) == 1:
        one = page.find(services[0].id, patience=patience)
        return {one.id: one} if one else {}
    return {service.id: service for service in page.list(patience=patience)}


def _plan(service: ServiceState, now: Service | None, chosen: Policy, ending: DeploymentResult) -> Plan:
    current = now or Service(service.id, service.name, None, "")
    decision: Decision = policy.decide(chosen, ending, service.before, current.status)
    fields = {"status": decision.status} if decision.status else {}
    if service.description and (now is None or now.description == service.description.ours):
        fields["description"] = service.description.original
    return Plan(current, service.before, decision.reason, fields)


def _left_alone(state: State) -> list[ServiceResult]:
    reason = "it was in maintenance before the deployment and is left to whoever set it"
    return [
        ServiceResult(service.id, service.name, service.before, service.before, Action.KEPT, reason)
        for service in state.services
        if service.left_alone
    ]


def _conclude(store: StateStore, request: FinishRequest, state: State, report: Report) -> Report:
    """Record what is done; the deployment is finished when every service is."""
    report.error = report.error or worst_of(report.services)
    report.failed = report.error is not None and fails(report.error, finishing=True, rule=request.fail_on_unreachable)
    done = {result.id for result in report.services if result.action in _DONE}
    failed = state.outcome not in (Outcome.SUCCESS.value, Outcome.SKIPPED.value)
    after = {result.id: result.after for result in report.services if result.action is Action.WRITTEN and failed}
    state = replace(
        state,
        services=tuple(
            replace(each, done=each.done or each.id in done, after=after.get(each.id, each.after))
            for each in state.services
        ),
        stage=state.stage if report.error else Stage.FINISHED,
        finished_at=request.now(),
    )
    report.state = state
    if state.deployment and not report.dry_run:  # without a start there is nothing to remember, and nothing twice
        save_state(store, state, report.services)
    return report
