"""After the deployment: set every service to the status that fits how the deployment ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .. import policy
from ..errors import NOTHING_CHANGED, Alert24DeployError, CannotReachAlert24, Interrupted
from ..policy import MAINTENANCE, DeploymentResult, Outcome, Policy
from ..state import ServiceState, Stage, State, WriteStatus
from ..text import join_words, quote
from . import earlier_attempt, lookup, superseded
from .apply import apply, merge, replace_refused
from .interfaces import Monitor, Service, ServiceUpdate, StateStore, StatusPage, UpdateIgnored
from .report import Action, Report, ServiceResult, explain_failure, forgiven

if TYPE_CHECKING:
    from .rollback_request import RollbackRequest

# Reading may take half of the time: writing matters more, because a page stuck in maintenance is the worse fault.
_READING_SHARE = 0.5
_HURRIED_SHARE = 0.125
_DONE = (Action.WRITTEN, Action.KEPT)


@dataclass(frozen=True)
class FinishRequest:
    """What the user asks of finish."""

    result: DeploymentResult
    now: Callable[[], str]  # returns the time as ISO 8601 in UTC
    references: Sequence[str] = ()  # the services, if there is no state
    policy: Mapping[str, str] = field(default_factory=dict)  # wins over what was given to start
    fail_on_unreachable: str = "finish"
    dry_run: bool = False
    hurried: bool = False  # leave nearly all of the time to writing, because a signal has come
    again: bool = False  # set the final status once more in this process, because more is known now
    rollback: RollbackRequest | None = None
    owner: str = ""  # the CI run or the process that finishes
    later_attempt: bool = False  # whether this may be a later attempt of the run that started the deployment
    attempts_counted: bool = True  # whether the CI counts attempts, so that `later_attempt` is certain
    monitors: Callable[[], Sequence[Monitor]] | None = None  # reads Alert24's monitors, None if that is impossible
    unchanged: Mapping[str, Service] | None = None  # by id: services are written only if they still are as here


class _Read(NamedTuple):
    """Services as they are now, by id, and what went wrong in reading them."""

    services: Mapping[str, Service] = {}
    warnings: Sequence[str] = ()
    error: Alert24DeployError | None = None


def finish(page: StatusPage, store: StateStore, request: FinishRequest) -> Report:
    """Write the statuses that the policy gives for the result, and record in the state what is done.

    Raises:
        BrokenState: what start left can't be used; nothing was changed.
        Alert24DeployError: the references given here could not be looked up; nothing was changed.
    """
    state = store.load() or State("", Stage.STARTED, request.now(), unresolved=request.references)
    save: Callable[[State], None] = partial(_save, store)
    if request.owner in (*state.superseded, *state.settled):
        if superseded.goes_on(state, request.owner):
            return superseded.leave_page(store, state, request.owner, dry_run=request.dry_run)
        if superseded.never_began(state, request.owner):
            state, save = superseded.inherited_part(store, state, request.owner)
    if request.again or superseded.has_finished(state, request.owner):
        state = superseded.reopen(state, request.owner)
    elif state.stage is Stage.FINISHED:
        note = f"This deployment was finished before ({state.outcome or 'unknown outcome'}); nothing was changed."
        return Report("finish", state=state, dry_run=request.dry_run, notes=[note])
    return finish_state(page, state, save, request)


def finish_state(page: StatusPage, state: State, save: Callable[[State], None], request: FinishRequest) -> Report:
    """Finish the deployment of a state as `finish` does; `save` saves the state with what is done."""
    try:
        state, read = _resolve(page, state)
    except CannotReachAlert24 as error:
        return forgiven("finish", error, request.fail_on_unreachable, dry_run=request.dry_run)
    read = _read(page, state, read, _HURRIED_SHARE if request.hurried else _READING_SHARE)
    return _Finishing(page, save, request, state, read).run()


def _save(store: StateStore, state: State) -> None:
    latest = store.load()
    if latest is None or latest.deployment == state.deployment:  # else another deployment has started here
        store.save(state)


def _resolve(page: StatusPage, state: State) -> tuple[State, _Read]:
    """Look up the references that start could not look up, or all of them if there was no start.

    Raises:
        Alert24DeployError: that failed, and nothing else is to be finished.
    """
    if not state.unresolved:
        return state, _Read()
    try:
        return _with_services(state, lookup.resolve(page, state.unresolved))
    except Alert24DeployError as error:
        if not state.deployment:
            error.with_context(what=lookup.FAILED, left=NOTHING_CHANGED)
            raise
        error.with_context(what=lookup.FAILED, left="They are as they were before this finish.")
        return state, _Read(error=error)


def _with_services(state: State, services: Sequence[Service]) -> tuple[State, _Read]:
    """Add services whose status before the deployment is unknown; what was read need not be read again."""
    known = {service.id for service in state.services}
    texts = {each.id: each.description for each in state.inherited}  # a dead run's, which would stay for ever
    added = [
        ServiceState(service.id, service.name, None, description=texts.get(service.id))
        for service in services
        if service.id not in known
    ]
    read = _Read({service.id: service for service in services if service.status})
    return replace(state, services=(*state.services, *added), unresolved=()), read


def _concerned(state: State) -> list[ServiceState]:
    """Return the services that this finish may write; of a deployment that never began, those that start wrote."""
    services = [each for each in state.services if not (each.done or each.left_alone)]
    if not state.never_began:
        return services
    return [each for each in services if each.written is not WriteStatus.NO and each.before != MAINTENANCE]


def _read(page: StatusPage, state: State, read: _Read, patience: float) -> _Read:
    """Read the services that have not been read yet; what can't be read is missing, with a warning."""
    unread = [service for service in _concerned(state) if service.id not in read.services]
    if not unread or not page.readable:
        return read
    try:
        services = _read_now(page, unread, patience)
    except Interrupted:
        return read
    except Alert24DeployError as error:
        warning = f"The current statuses could not be read: {error.why}. They are written by the outcome alone."
        return read._replace(warnings=[warning])
    missing = [quote(each.name) for each in unread if each.id not in services or services[each.id].status is None]
    warnings = [f"Alert24 shows no current status of {join_words(missing)}: the outcome alone decides."]
    return read._replace(services={**read.services, **services}, warnings=warnings if missing else ())


def _read_now(page: StatusPage, services: Sequence[ServiceState], patience: float) -> Mapping[str, Service]:
    if len(services) == 1:
        one = page.find(services[0].id, patience=patience)
        return {one.id: one} if one else {}
    return {service.id: service for service in page.list(patience=patience)}


class _Finishing:
    """One finish after everything is read: plans, writes, and what is recorded."""

    def __init__(
        self, page: StatusPage, save: Callable[[State], None], request: FinishRequest, state: State, read: _Read
    ) -> None:
        self._page = page
        self._save = save
        self._request = request
        self._state = state
        self._read = read
        self._services = {each.id: each for each in _concerned(state)}
        self._result = DeploymentResult(Outcome.SKIPPED) if state.never_began else request.result
        self._rehearsed = state.stage is Stage.REHEARSED
        self._report = Report("finish", state=state, dry_run=request.dry_run or self._rehearsed, error=read.error)
        self._rules = Policy.given(state.policy, request.policy)
        if request.again:  # what the page shows since the first time is our own status: no conflict
            self._rules = self._rules._replace(on_conflict="overwrite")

    def run(self) -> Report:
        report = self._report
        report.warnings.extend(self._read.warnings)
        if self._state.never_began and self._request.result.outcome is not Outcome.SKIPPED:
            report.notes.append(
                f"Start failed, so the deployment never began: its outcome '{self._request.result.outcome.value}' "
                "counts as skipped, and only what start wrote is restored."
            )
        rollback = self._request.rollback
        if self._services and rollback and rollback.send(self._state, self._result, report):
            self._rules = self._rules._replace(on_failure=MAINTENANCE)
        own, unhealthy = self._earlier_attempt()
        updates = [self._first_update(each, each.id in own) for each in self._services.values()]
        written = apply(self._page, updates, dry_run=report.dry_run)
        written = self._again_if_ignored(replace_refused(self._page, updates, written))
        report.services = [*written, *_left_alone(self._state)]
        report.warnings += self._worse_than_success([each for each in written if each.id not in unhealthy])
        report.conclude(finishing=True, rule=self._request.fail_on_unreachable)
        if report.error and not report.dry_run:
            explain_failure(report.error, written, self._services, by_command=self._page.readable)
        self._record()
        return report

    def _current(self, service: ServiceState) -> Service | None:
        current = self._read.services.get(service.id)
        return replace(current, status=MAINTENANCE) if current and self._rehearsed else current

    def _earlier_attempt(self) -> tuple[Collection[str], Collection[str]]:
        """Return the services that show an earlier attempt's status, and those that might but that a monitor keeps."""
        if not self._request.later_attempt:
            return (), ()
        current = {each.id: service for each in self._services.values() if (service := self._current(each))}
        return earlier_attempt.find_own(
            self._report,
            self._rules,
            self._result,
            self._services,
            current,
            self._request.monitors,
            certain=self._request.attempts_counted,
        )

    def _first_update(self, service: ServiceState, own: bool) -> ServiceUpdate:
        current, unchanged = self._current(service), self._request.unchanged
        update = self._update(service, current, own)
        if unchanged is not None and current and current != unchanged.get(service.id):
            return update._replace(fields={}, reason="somebody else has written since its maintenance was looked at")
        return update

    def _update(self, service: ServiceState, current: Service | None, own: bool) -> ServiceUpdate:
        status, at = (current.status, current.updated_at) if current else (None, None)
        own = own or service.untouched(status, at) or (status == service.after and service.last_written(status, at))
        decision = policy.decide(
            self._rules, self._result, service.before, status, own=own, rollback_to=service.rollback_to
        )
        if self._result.outcome is Outcome.SKIPPED and (kept := _not_restored(service, status, at)):
            decision = policy.Decision(None, f"{self._result.describe()}; {kept}")
        fields = {"status": decision.status} if decision.status else {}
        if service.description and (current is None or current.description == service.description.ours):
            fields["description"] = service.description.original
        read = current or Service(service.id, service.name, None, "")
        return ServiceUpdate(read, fields, before=service.before, reason=decision.reason)

    def _again_if_ignored(self, written: Sequence[ServiceResult]) -> list[ServiceResult]:
        """Decide once more about services that show another status than the one just written.

        Somebody else may have been faster, so that it is a conflict; or Alert24 took no notice.
        """
        ignored = {each.id: each.error.shown for each in written if isinstance(each.error, UpdateIgnored)}
        updates = [self._update(self._services[key], shown, own=False) for key, shown in ignored.items()]
        return merge(written, apply(self._page, updates, dry_run=False))

    def _worse_than_success(self, written: Sequence[ServiceResult]) -> list[str]:
        """Return a warning if a success leaves a service in a worse status than its target."""
        if self._result.outcome is not Outcome.SUCCESS:
            return []
        kept = [each for each in written if each.action is Action.KEPT and each.after not in (None, MAINTENANCE)]
        worse = [
            f"{quote(each.name)} stays {quote(each.after)}"
            for each in kept
            if policy.severity(str(each.after)) > policy.severity(policy.target(self._rules, self._result, each.before))
        ]
        if not worse:
            return []
        why = "someone else, such as a monitor, set that during the deployment"
        return [f"The deployment succeeded, but {join_words(worse)}: {why}."]

    def _record(self) -> None:
        """Save what is done; the deployment is finished when every service is."""
        report, state = self._report, self._state
        ended = replace(state, outcome=self._result.outcome.value, unverified=self._result.unverified)
        report.state = _finished(ended, report, self._request.now())
        if not state.deployment or report.dry_run:  # without a start there is nothing to remember
            return
        try:
            self._save(report.state)
        except Alert24DeployError as error:
            report.warnings.append(
                f"The page is right, but that could not be recorded: {error.why}. A second finish would write again."
            )


def _not_restored(service: ServiceState, status: str | None, updated_at: str | None) -> str:
    """Return why a service of a deployment that did not run is left as it is, empty if it is restored."""
    if service.written is WriteStatus.NO:
        return "start wrote nothing"
    if status == MAINTENANCE and service.wrote_at is not None and updated_at != service.wrote_at:
        return "someone else has set maintenance since"
    return ""


def _left_alone(state: State) -> list[ServiceResult]:
    reason = "it was in maintenance before the deployment and is left alone"
    return [
        ServiceResult(service.id, service.name, service.before, service.before, Action.KEPT, reason)
        for service in state.services
        if service.left_alone
    ]


def _finished(state: State, report: Report, now: str) -> State:
    """Return the state with what is done."""
    results = {result.id: result for result in report.services}
    return replace(
        state,
        services=tuple(_finished_service(each, results.get(each.id)) for each in state.services),
        stage=state.stage if report.error else Stage.FINISHED,
        finished_at=now,
    )


def _finished_service(service: ServiceState, result: ServiceResult | None) -> ServiceState:
    if result is None or result.action not in _DONE:
        return service
    if result.action is Action.WRITTEN:
        return replace(service, done=True, after=result.after, after_at=result.proof)
    return replace(service, done=True)
