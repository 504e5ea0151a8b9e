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
from .apply import apply, save_state
from .changes import Recording
from .finish import FinishRequest, finish
from .interfaces import Service, ServiceUpdate, StateStore, StatusPage
from .overlaps import record_start, taken_over
from .report import Action, Report, ServiceResult, is_fatal, left_of

_WRITTEN = {Action.WRITTEN: WriteStatus.YES, Action.UNKNOWN: WriteStatus.MAYBE}
_OWNERS_KEPT = 20


@dataclass(frozen=True)
class StartRequest:
    """What the user asks of start."""

    deployment: str  # its id
    references: Sequence[str]  # the services
    now: Callable[[], str]  # returns the time as ISO 8601 in UTC
    policy: Mapping[str, str] = field(default_factory=dict)  # remembered for finish
    respect_existing_maintenance: bool = False
    description: str | None = None  # replaces the services' own descriptions until finish
    fail_on_unreachable: str = "finish"
    dry_run: bool = False
    rolling_back: bool = False  # undo the deployment whose state is at hand: `before` is from before that one
    owner: str = ""  # the CI run or the process that starts the deployment
    same_run: Callable[[str], bool] = lambda _: False  # whether a deployment's id is of this run, in an earlier attempt
    cancelled: Callable[[], bool] = lambda: False  # whether a signal has arrived
    # Returns the page that restores what was written and ignores signals; None for the same page.
    restoring_page: Callable[[], StatusPage] | None = None
    recording: Recording | None = None  # what is recorded in Alert24, None for nothing


class _Earlier(NamedTuple):
    """What an earlier deployment left at the same place."""

    state: State | None
    pending: Mapping[str, ServiceState]  # by id: what it or its predecessors may have left in maintenance
    warnings: Sequence[str] = ()

    def service(self, service_id: str) -> ServiceState | None:
        services = self.state.services if self.state else ()
        return next((each for each in services if each.id == service_id), None)

    def owners(self, *, unfinished: bool) -> Sequence[str]:
        """Return the owners of deployments that have not finished, or of those that have nothing to finish."""
        if not self.state:
            return ()
        earlier = self.state.superseded if unfinished else self.state.settled
        last = [self.state.owner] if self.state.owner and unfinished is (self.state.stage is Stage.STARTED) else []
        return (*earlier, *last)[-_OWNERS_KEPT:]


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
        services = lookup.resolve(page, request.references)
    except Alert24DeployError as error:
        return _unresolved(store, request, state, error)
    updates = [_update(request, service, earlier.pending.get(service.id)) for service in services]
    state = replace(state, total=page.total, services=tuple(_found(request, update, earlier) for update in updates))
    warnings = [*earlier.warnings, *_forgotten(earlier, services)]
    if request.dry_run:
        rehearsed = replace(state, stage=Stage.REHEARSED)
        return Report("start", apply(page, updates, dry_run=True), warnings, state=rehearsed, dry_run=True)
    save_state(store, state)
    warnings += record_start(page, request.recording, state)
    report = Report("start", apply(page, updates, dry_run=False), warnings)
    report.notices += _taken_over(request, earlier, report.services)
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
        inherited=tuple(earlier.pending.values()),
        superseded=earlier.owners(unfinished=True),
        settled=earlier.owners(unfinished=False),
        records=request.recording.kinds if request.recording else (),
        lane=request.recording.lane if request.recording else "",
    )


def _unresolved(store: StateStore, request: StartRequest, state: State, error: Alert24DeployError) -> Report:
    """Handle services that could not be looked up: fail, or go on and leave the lookup to finish."""
    error.with_context(what=lookup.FAILED, left=NOTHING_CHANGED)
    if is_fatal(error, finishing=False, rule=request.fail_on_unreachable):
        if not request.dry_run:
            save_state(store, replace(state, stage=Stage.FAILED))
        raise error
    state = replace(state, stage=Stage.STARTED, unresolved=tuple(request.references))
    report = Report("start", error=error, state=state, dry_run=request.dry_run)
    if not request.dry_run:
        save_state(store, state)
    _stop_if_cancelled(request, report)
    if isinstance(report.error, Interrupted):
        save_state(store, replace(state, stage=Stage.FAILED))
        raise report.error
    return report


def _forgotten(earlier: _Earlier, services: Sequence[Service]) -> list[str]:
    """Return a warning for services that an earlier deployment left and this one does not take over."""
    now = {service.id for service in services}
    names = [quote(each.name) for each in earlier.pending.values() if each.id not in now]
    if not names:
        return []
    left = f"An earlier deployment, started here and never finished, may have left {join_words(names)} in maintenance."
    return [f"{left} If that deployment is gone, `alert24-deploy reconcile --service ...` ends it."]


def _taken_over(request: StartRequest, earlier: _Earlier, results: Sequence[ServiceResult]) -> list[str]:
    """Return a notice about maintenance that was there already, if no changes show whose it is."""
    found = [each for each in results if each.found == MAINTENANCE and each.action is Action.WRITTEN]
    names = [each.name for each in found if each.id not in earlier.pending]
    return [] if request.recording and request.recording.changes else taken_over(names)


def _update(request: StartRequest, service: Service, left: ServiceState | None) -> ServiceUpdate:
    update = ServiceUpdate(service, insist=True, before=service.status)
    if service.status == MAINTENANCE and request.respect_existing_maintenance and not left:
        return update._replace(reason="already in maintenance, which is left alone")
    fields = {"status": MAINTENANCE}
    if request.description:
        fields["description"] = request.description
    taken_over = "; it was in maintenance already and is taken over" if service.status == MAINTENANCE else ""
    return update._replace(fields=fields, reason=f"a deployment starts{taken_over}")


def _found(request: StartRequest, update: ServiceUpdate, earlier: _Earlier) -> ServiceState:
    service = update.service
    found = ServiceState(service.id, service.name, service.status, found_at=service.updated_at)
    if not update.fields:
        return replace(found, left_alone=True)
    return replace(
        found,
        written=WriteStatus.MAYBE,
        description=_description(request, service.description, earlier.pending.get(service.id)),
        rollback_to=_rollback_to(request, service, earlier),
    )


def _rollback_to(request: StartRequest, service: Service, earlier: _Earlier) -> str | None:
    """Return the status that a rollback leaves, None for the one that start found."""
    previous = _proven_previous(service, earlier)
    if request.rolling_back:  # what start found is the failure that is undone
        return previous or policy.OPERATIONAL
    return previous if earlier.state and request.same_run(earlier.state.deployment) else None


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
    _stop_if_cancelled(request, report)
    report.conclude(finishing=False, rule=request.fail_on_unreachable)
    report.state = replace(state, stage=Stage.FAILED if report.failed else Stage.STARTED)
    save_state(store, report.state, report.services)
    if not report.failed and request.cancelled():  # meanwhile
        return _conclude(page, store, request, state, report)
    if report.failed and report.changed:
        _restore(request.restoring_page() if request.restoring_page else page, store, request, report)
    return report


def _stop_if_cancelled(request: StartRequest, report: Report) -> None:
    """Fail start if a signal has arrived: whoever sent it wants no deployment, however far start has come."""
    if request.cancelled() and not isinstance(report.error, Interrupted):
        stopped = Interrupted("a signal arrived during start", sent=False)
        report.error = stopped.with_context(what="The deployment was not started", left=left_of(report.services))


def _restore(page: StatusPage, store: StateStore, request: StartRequest, report: Report) -> None:
    """Finish the deployment that never began at once; what can't be restored is left to finish."""
    skipped = policy.DeploymentResult(policy.Outcome.SKIPPED)
    undone = finish(page, store, FinishRequest(skipped, request.now, recording=request.recording))
    report.state = undone.state
    report.warnings.extend(undone.warnings)
    restored = {result.id: result for result in undone.services if result.action is Action.WRITTEN}
    report.services = [
        each._replace(after=restored[each.id].after, reason=f"{each.reason}, and was restored")
        if each.id in restored
        else each
        for each in report.services
    ]
    if undone.error:
        report.warnings.append(f"The page could not be restored. {undone.error}")
    elif report.error and restored:
        count = pluralize(len(restored), "service")
        report.error.left = f"{report.error.left} What was written has been restored ({count}).".strip()
