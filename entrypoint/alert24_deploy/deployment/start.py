"""Before the deployment: find the services, remember how they are, set maintenance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .. import policy
from ..errors import NOTHING_CHANGED, Alert24DeployError, BrokenState, Interrupted
from ..policy import MAINTENANCE
from ..state import Description, ServiceState, Stage, State, WriteStatus
from ..text import join_words, pluralize, quote
from . import lookup
from .apply import Plan, apply, save_state
from .finish import FinishRequest, finish
from .interfaces import Service, StateStore, StatusPage
from .report import Action, Report, ServiceResult, is_fatal

_WRITTEN = {Action.WRITTEN: WriteStatus.YES, Action.UNKNOWN: WriteStatus.MAYBE}


@dataclass(frozen=True)
class StartRequest:
    """What the user asks of start. `now` returns the time as ISO 8601 in UTC.

    `rolling_back` undoes the deployment whose state lies at the same place: what counts as the status from before
    is the one from before that deployment, and without a state nothing does.
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


def start(page: StatusPage, store: StateStore, request: StartRequest) -> Report:
    """Set the services to maintenance, having saved what was found.

    A start that fails has put back what it wrote as far as it could, and the state says that the deployment
    never began. One that can't reach Alert24 fails or not by `fail_on_unreachable`.

    Raises:
        Alert24DeployError: stopped before anything was written.
    """
    state = State(request.deployment, Stage.STARTING, request.now(), policy=request.policy)
    earlier, warnings = earlier_services(store, also_finished=request.rolling_back)
    try:
        services = lookup.resolve(page, request.references or list(earlier))
    except Alert24DeployError as error:
        return _unresolved(store, request, replace(state, services=tuple(earlier.values())), error)
    plans = [_plan(request, service, earlier) for service in services]
    failed = _failed_services(store)
    state = replace(state, services=tuple(_found(request, plan, earlier, failed) for plan in plans))
    warnings += _forgotten(earlier, services)
    if request.dry_run:
        rehearsed = replace(state, stage=Stage.REHEARSED)
        return Report("start", apply(page, plans, dry_run=True), warnings, state=rehearsed, dry_run=True)
    save_state(store, state)
    report = Report("start", apply(page, plans, dry_run=False), warnings)
    return _conclude(page, store, request, _after_writing(state, report.services), report)


def record_never_began(store: StateStore, deployment: str, started_at: str) -> State:
    """Save that a deployment did not even begin, and return the state.

    Services that an earlier, dead run left in maintenance stay in it, so that finish puts them back.
    """
    earlier, _ = earlier_services(store)
    state = State(deployment, Stage.FAILED, started_at, services=tuple(earlier.values()))
    save_state(store, state)
    return state


def earlier_services(store: StateStore, *, also_finished: bool = False) -> tuple[Mapping[str, ServiceState], list[str]]:
    """Return the services of an unfinished deployment whose state lies at the same place, by id, and warnings.

    Its runner is gone; what it found is the truth about the services that it left in maintenance.
    """
    try:
        state = store.load()
    except BrokenState as error:
        return {}, [f"{error.headline()} It is replaced by this deployment's."]
    if state is None or (state.stage is Stage.FINISHED and not also_finished):
        return {}, []
    return {service.id: service for service in state.services if also_finished or not service.done}, []


def _failed_services(store: StateStore) -> Mapping[str, ServiceState]:
    """Return the services to which a failed deployment, finished at the same place, gave a status, by id."""
    try:
        state = store.load()
    except BrokenState:
        return {}
    return {service.id: service for service in state.services if service.after} if state else {}


def _unresolved(store: StateStore, request: StartRequest, state: State, error: Alert24DeployError) -> Report:
    """The services could not even be looked up: fail, or go on and leave the looking up to finish."""
    error.with_context(what=lookup.FAILED, left=NOTHING_CHANGED)
    if is_fatal(error, finishing=False, rule=request.fail_on_unreachable):
        if not request.dry_run:
            record_never_began(store, request.deployment, state.started_at)
        raise error
    state = replace(state, stage=Stage.STARTED, unresolved=tuple(request.references))
    if not request.dry_run:
        save_state(store, state)
    return Report("start", error=error, state=state, dry_run=request.dry_run)


def _forgotten(earlier: Mapping[str, ServiceState], services: Sequence[Service]) -> list[str]:
    """Return a warning for services of a dead run that are none of this deployment's: nobody will heal them."""
    now = {service.id for service in services}
    names = [quote(each.name) for each in earlier.values() if each.id not in now and not each.done]
    if not names:
        return []
    told = f"An earlier deployment, started here and never finished, may have left {join_words(names)} in maintenance."
    return [f"{told} Look at the page; `alert24-deploy set operational --service ...` puts it right."]


def _plan(request: StartRequest, service: Service, earlier: Mapping[str, ServiceState]) -> Plan:
    left = earlier.get(service.id)
    ours = left is not None and left.written is not WriteStatus.NO
    if service.status == MAINTENANCE and request.respect_existing_maintenance and not ours:
        return Plan(service, service.status, "already in maintenance, which is left to whoever set it")
    fields = {"status": MAINTENANCE}
    if request.description:
        fields["description"] = request.description
    taken_over = "; it was in maintenance already and is taken over" if service.status == MAINTENANCE else ""
    return Plan(service, service.status, f"a deployment starts{taken_over}", fields)


def _found(
    request: StartRequest, plan: Plan, earlier: Mapping[str, ServiceState], failed: Mapping[str, ServiceState]
) -> ServiceState:
    service = plan.service
    if not plan.fields:
        return ServiceState(service.id, service.name, service.status, left_alone=True)
    left = earlier.get(service.id)
    description = _description(request, service.description, left)
    return ServiceState(
        service.id,
        service.name,
        _before(request, service, left, failed.get(service.id)),
        WriteStatus.MAYBE,
        description=description,
    )


def _before(
    request: StartRequest, service: Service, left: ServiceState | None, failed: ServiceState | None
) -> str | None:
    """Return the status from before: a dead run's maintenance, or a failed deployment's `down`, was never that."""
    if request.rolling_back:
        return left.before if left else None
    if left and service.status == MAINTENANCE:
        return left.before
    return failed.before if failed and service.status == failed.after else service.status


def _description(request: StartRequest, shown: str, left: ServiceState | None) -> Description | None:
    """Return what finish puts back: a dead run's text that is still shown was never the service's own."""
    if left and left.description and left.description.ours == shown:
        return Description(left.description.original, request.description or shown)
    return Description(shown, request.description) if request.description else None


def _after_writing(state: State, results: Sequence[ServiceResult]) -> State:
    written = {result.id: _WRITTEN.get(result.action, WriteStatus.NO) for result in results}
    return replace(
        state,
        services=tuple(replace(service, written=written[service.id]) for service in state.services),
    )


def _conclude(page: StatusPage, store: StateStore, request: StartRequest, state: State, report: Report) -> Report:
    """Record how start ended, and put the page back where the deployment will not happen."""
    report.conclude(finishing=False, rule=request.fail_on_unreachable)
    stage = Stage.FAILED if report.failed else Stage.STARTED
    report.state = replace(state, stage=stage)
    save_state(store, report.state, report.services)
    if report.failed and report.changed and not isinstance(report.error, Interrupted):
        _put_back(page, store, request, report)
    return report


def _put_back(page: StatusPage, store: StateStore, request: StartRequest, report: Report) -> None:
    """Finish the deployment that never began, there and then; what can't be put back is left to finish."""
    undone = finish(page, store, FinishRequest(policy.DeploymentResult(policy.Outcome.SKIPPED), request.now))
    report.state = undone.state
    report.warnings.extend(undone.warnings)
    back = {result.id: result for result in undone.services if result.action is Action.WRITTEN}
    report.services = [_put_back_result(result, back.get(result.id)) for result in report.services]
    if undone.error:
        report.warnings.append(f"Putting the page back did not succeed. {undone.error.headline()}")
    elif report.error and back:
        report.error.left = (
            f"{report.error.left} What was written has been put back ({pluralize(len(back), 'service')})."
        )


def _put_back_result(result: ServiceResult, back: ServiceResult | None) -> ServiceResult:
    return result._replace(after=back.after, reason=f"{result.reason}, and was put back") if back else result
