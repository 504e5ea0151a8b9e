"""Before the deployment: look up the services, save their statuses, set maintenance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .. import policy
from ..errors import NOTHING_CHANGED, Alert24DeployError, BrokenState, Interrupted
from ..policy import MAINTENANCE
from ..state import Description, ServiceState, Stage, State, WriteStatus
from ..text import join_words, pluralize, quote
from . import lookup
from .apply import Plan, apply, merge, save_state
from .finish import FinishRequest, finish
from .interfaces import Service, StateStore, StatusPage
from .report import Action, Report, ServiceResult, is_fatal

_WRITTEN = {Action.WRITTEN: WriteStatus.YES, Action.UNKNOWN: WriteStatus.MAYBE}
_OWNERS_KEPT = 20


@dataclass(frozen=True)
class StartRequest:
    """What the user asks of start.

    Attributes:
        deployment: the deployment's id.
        references: the services.
        now: returns the time as ISO 8601 in UTC.
        policy: policy options to remember for finish.
        respect_existing_maintenance: leave services alone that are in maintenance already.
        description: replaces the services' own descriptions until finish.
        fail_on_unreachable: the setting.
        dry_run: whether to write nothing.
        rolling_back: undo the deployment whose state is at hand: the status before is the one from before that.
        owner: the CI run or the process that starts the deployment.
        same_run: tells whether a deployment's id is of this very run, in an earlier attempt.
        cancelled: tells whether a signal has arrived.
        restoring_page: returns the page that restores what was written and ignores signals; None for the same page.
    """

    deployment: str
    references: Sequence[str]
    now: Callable[[], str]
    policy: Mapping[str, str] = field(default_factory=dict)
    respect_existing_maintenance: bool = False
    description: str | None = None
    fail_on_unreachable: str = "finish"
    dry_run: bool = False
    rolling_back: bool = False
    owner: str = ""
    same_run: Callable[[str], bool] = lambda _: False
    cancelled: Callable[[], bool] = lambda: False
    restoring_page: Callable[[], StatusPage] | None = None


class _Earlier(NamedTuple):
    """What an earlier deployment left at the same place.

    Attributes:
        state: its state, None if there is none.
        pending: services, by id, that it or its predecessors may have left in maintenance.
        warnings: what the user should know about it.
    """

    state: State | None
    pending: Mapping[str, ServiceState]
    warnings: Sequence[str] = ()

    def service(self, service_id: str) -> ServiceState | None:
        services = self.state.services if self.state else ()
        return next((each for each in services if each.id == service_id), None)

    @property
    def superseded(self) -> Sequence[str]:
        """The owners of deployments that have not finished."""
        if not self.state:
            return ()
        unfinished = [self.state.owner] if self.state.owner and self.state.stage is Stage.STARTED else []
        return (*self.state.superseded, *unfinished)[-_OWNERS_KEPT:]

    @property
    def settled(self) -> Sequence[str]:
        """The owners of deployments that have nothing to finish: never begun, or finished."""
        if not self.state:
            return ()
        settled = [self.state.owner] if self.state.owner and self.state.stage is not Stage.STARTED else []
        return (*self.state.settled, *settled)[-_OWNERS_KEPT:]


def start(page: StatusPage, store: StateStore, request: StartRequest) -> Report:
    """Save the services' statuses, then set the services to maintenance.

    A start that fails restores what it wrote as far as it can, and the state says that the deployment never began.
    Whether an unreachable Alert24 fails it depends on `fail_on_unreachable`.

    Raises:
        Alert24DeployError: stopped before anything was written.
    """
    earlier = _load_earlier(store)
    state = _new_state(request, earlier)
    try:
        services = lookup.resolve(page, _references(request, earlier))
    except Alert24DeployError as error:
        return _unresolved(store, request, state, error)
    plans = [_plan(request, service, earlier.pending.get(service.id)) for service in services]
    state = replace(state, services=tuple(_found(request, plan, earlier) for plan in plans))
    warnings = [*earlier.warnings, *_forgotten(earlier, services)]
    if request.dry_run:
        rehearsed = replace(state, stage=Stage.REHEARSED)
        return Report("start", apply(page, plans, dry_run=True), warnings, state=rehearsed, dry_run=True)
    save_state(store, state)
    report = Report("start", apply(page, plans, dry_run=False), warnings)
    return _conclude(page, store, request, _after_writing(state, report.services), report)


def record_never_began(store: StateStore, deployment: str, started_at: str, owner: str = "") -> State:
    """Save that a deployment did not even begin, and return the state.

    What an earlier deployment may have left in maintenance stays on record.
    """
    request = StartRequest(deployment, (), lambda: started_at, owner=owner)
    state = replace(_new_state(request, _load_earlier(store)), stage=Stage.FAILED)
    save_state(store, state)
    return state


def _load_earlier(store: StateStore) -> _Earlier:
    try:
        state = store.load()
    except BrokenState as error:
        return _Earlier(None, {}, [f"{error.headline()} It is replaced by this deployment's."])
    if state is None:
        return _Earlier(None, {})
    left = [*state.still_inherited, *(each for each in state.services if each.pending)]
    return _Earlier(state, {each.id: each for each in left})


def _new_state(request: StartRequest, earlier: _Earlier) -> State:
    return State(
        request.deployment,
        Stage.STARTING,
        request.now(),
        policy=request.policy,
        owner=request.owner,
        superseded=earlier.superseded,
        settled=earlier.settled,
        inherited=tuple(earlier.pending.values()),
    )


def _references(request: StartRequest, earlier: _Earlier) -> Sequence[str]:
    """Return the services to look up; a rollback without any takes those of the deployment that it undoes."""
    if request.references or not earlier.state:
        return request.references
    return [each.id for each in earlier.state.services if not each.left_alone]


def _unresolved(store: StateStore, request: StartRequest, state: State, error: Alert24DeployError) -> Report:
    """Handle services that could not be looked up: fail, or go on and leave the lookup to finish."""
    error.with_context(what=lookup.FAILED, left=NOTHING_CHANGED)
    if is_fatal(error, finishing=False, rule=request.fail_on_unreachable):
        if not request.dry_run:
            save_state(store, replace(state, stage=Stage.FAILED))
        raise error
    state = replace(state, stage=Stage.STARTED, unresolved=tuple(request.references))
    if not request.dry_run:
        save_state(store, state)
    return Report("start", error=error, state=state, dry_run=request.dry_run)


def _forgotten(earlier: _Earlier, services: Sequence[Service]) -> list[str]:
    """Return a warning for services that an earlier deployment left and this one does not take over."""
    now = {service.id for service in services}
    names = [quote(each.name) for each in earlier.pending.values() if each.id not in now]
    if not names:
        return []
    left = f"An earlier deployment, started here and never finished, may have left {join_words(names)} in maintenance."
    return [f"{left} If that deployment is gone, `alert24-deploy reconcile --service ...` ends it."]


def _plan(request: StartRequest, service: Service, left: ServiceState | None) -> Plan:
    if service.status == MAINTENANCE and request.respect_existing_maintenance and not left:
        return Plan(service, service.status, "already in maintenance, which is left alone")
    fields = {"status": MAINTENANCE}
    if request.description:
        fields["description"] = request.description
    taken_over = "; it was in maintenance already and is taken over" if service.status == MAINTENANCE else ""
    return Plan(service, service.status, f"a deployment starts{taken_over}", fields, insist=True)


def _found(request: StartRequest, plan: Plan, earlier: _Earlier) -> ServiceState:
    service = plan.service
    found = ServiceState(service.id, service.name, service.status, found_at=service.updated_at)
    if not plan.fields:
        return replace(found, left_alone=True)
    previous = _proven_previous(service, earlier)
    return replace(
        found,
        before=previous if request.rolling_back else service.status,
        written=WriteStatus.MAYBE,
        description=_description(request, service.description, earlier.pending.get(service.id)),
        rollback_to=previous if earlier.state and request.same_run(earlier.state.deployment) else None,
    )


def _proven_previous(service: Service, earlier: _Earlier) -> str | None:
    """Return the status from before the earlier deployment, or None if someone else may have written since."""
    left = earlier.service(service.id)
    if left is None or not left.last_written(service.status, service.updated_at):
        return None
    return left.rollback_to or left.before


def _description(request: StartRequest, shown: str, left: ServiceState | None) -> Description | None:
    """Return what finish restores: if an earlier deployment's text is still shown, the one from before it."""
    if left and left.description and left.description.ours == shown:
        return Description(left.description.original, request.description or shown)
    return Description(shown, request.description) if request.description else None


def _after_writing(state: State, results: Sequence[ServiceResult]) -> State:
    by_id = {result.id: result for result in results}
    services = tuple(
        replace(each, written=_WRITTEN.get(by_id[each.id].action, WriteStatus.NO), wrote_at=by_id[each.id].proof)
        for each in state.services
    )
    return replace(state, services=services)


def _conclude(page: StatusPage, store: StateStore, request: StartRequest, state: State, report: Report) -> Report:
    """Record how start ended, and restore the page if the deployment will not happen."""
    if request.cancelled() and not isinstance(report.error, Interrupted):
        stopped = Interrupted("a signal arrived while start was writing", sent=False)
        report.error = stopped.with_context(what="The deployment was not started")
    report.conclude(finishing=False, rule=request.fail_on_unreachable)
    report.state = replace(state, stage=Stage.FAILED if report.failed else Stage.STARTED)
    save_state(store, report.state, report.services)
    if report.failed and report.changed:
        _restore(request.restoring_page() if request.restoring_page else page, store, request, report)
    return report


def _restore(page: StatusPage, store: StateStore, request: StartRequest, report: Report) -> None:
    """Finish the deployment that never began at once; what can't be restored is left to finish."""
    undone = finish(page, store, FinishRequest(policy.DeploymentResult(policy.Outcome.SKIPPED), request.now))
    report.state = undone.state
    report.warnings.extend(undone.warnings)
    restored = {result.id: result for result in undone.services if result.action is Action.WRITTEN}
    report.services = merge(
        report.services,
        [_restored(result, restored[result.id]) for result in report.services if result.id in restored],
    )
    if undone.error:
        report.warnings.append(f"The page could not be restored. {undone.error}")
    elif report.error and restored:
        count = pluralize(len(restored), "service")
        report.error.left = f"{report.error.left} What was written has been restored ({count}).".strip()


def _restored(result: ServiceResult, restored: ServiceResult) -> ServiceResult:
    return result._replace(after=restored.after, reason=f"{result.reason}, and was restored")
