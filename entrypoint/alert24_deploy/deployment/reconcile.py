"""Ends maintenance that a deployment has left because its run is gone; writes to nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..errors import (
    NOT_VERIFIED,
    NOTHING_CHANGED,
    CannotReachAlert24,
    WrongSetting,
    explaining,
)
from ..policy import MAINTENANCE, DeploymentResult, Outcome
from ..state import ServiceState, Stage, State
from . import lookup
from .changes import Recorded, Recording, read_time
from .ci_run import OtherRuns, Run, RunState
from .finish import FinishRequest, finish_state
from .interfaces import StateStore, StatusPage
from .left_maintenance import Stuck, in_maintenance, own_services, whose
from .recorded_runs import read_last_runs
from .report import Action, Report, ServiceResult, forgiven, names_of

_UNKNOWN = DeploymentResult(Outcome.CANCELLED, clause="it is not known how the deployment ended")


@dataclass(frozen=True)
class ReconcileRequest:
    """What the user asks of reconcile."""

    finish: FinishRequest  # its policy above all; its result is replaced
    find: Callable[[str], Run]  # returns a run by its id; unknown if there is no such, or nobody to ask
    others: Callable[[], OtherRuns]  # returns whether a run of the deploying workflow is in progress
    time: Callable[[], datetime]  # returns this machine's time
    run_id: str = ""  # the run that deployed, empty if unknown
    run_named_by: Callable[[str], str] = lambda _: ""  # returns the run in a deployment's id, empty if there is none
    recording_of: Callable[[str], Recording | None] = lambda _: None  # returns what is recorded about a run
    own_run: bool = False  # whether this process belongs to that run, so that it goes on in any case
    outcome: Outcome | None = None  # the outcome that was given
    outcome_proves: bool = False  # whether it can't be a job's result, and so comes from a deployment that ran
    max_age: float | None = None  # seconds of maintenance after which it is ended; None to end it whatever its age
    to: str = ""  # the status if the run is unknown, with `max_age`; empty for none
    unhealthy: Callable[[], str] = lambda: ""  # checks whether `to` may be written: why not, a clause; empty if it may
    display_name: Callable[[str], str] = str  # returns how the user calls a setting


def reconcile(page: StatusPage, store: StateStore, request: ReconcileRequest) -> Report:
    """End the maintenance that is left, and return what was done; a second time there is nothing left to do.

    Raises:
        Alert24DeployError: the services could not be read; nothing was changed.
    """
    state = store.load()
    if state and (state.stage is Stage.REHEARSED or (state.stage is Stage.FINISHED and not state.still_inherited)):
        return _nothing(request, f"the deployment was finished before ({state.outcome or 'a dry run'})", state)
    try:
        with explaining(what=lookup.FAILED, left=NOTHING_CHANGED):
            stuck = in_maintenance(page, state, request.finish)
    except CannotReachAlert24 as error:
        return forgiven("reconcile", error, request.finish.fail_on_unreachable, dry_run=request.finish.dry_run)
    if not stuck:
        return _nothing(request, "none of its services is in maintenance", state)
    by_the_clock = [each.service.id for each in stuck] if request.max_age is not None else []
    last = read_last_runs(page, request.finish.recording, by_the_clock, request.time())
    groups: dict[Recorded | None, list[Stuck]] = {}
    for each in stuck:  # a state or a run that the user names say more than the records
        known = last.by_service.get(each.service.id) if state is None and not request.run_id else None
        groups.setdefault(known, []).append(each)
    parts = [
        _Reconciling(page, store, _about(request, deployment), state, services, last.overdue).run()
        for deployment, services in groups.items()
    ]
    report = parts[0] if len(parts) == 1 else Report("reconcile", dry_run=request.finish.dry_run).join(parts)
    report.warnings[:0] = last.warnings
    return report


def _about(request: ReconcileRequest, last: Recorded | None) -> ReconcileRequest:
    """Return the request for the run of a recorded deployment."""
    if last is None:
        return request
    run = request.run_named_by(last.id)
    finish = replace(request.finish, recording=request.recording_of(run), ends_runs=(last.run,))
    return replace(request, finish=finish, run_id=run)


def _nothing(request: ReconcileRequest, why: str, state: State | None) -> Report:
    note = f"There is nothing to reconcile: {why}."
    return Report("reconcile", state=state, notes=[note], dry_run=request.finish.dry_run)


class _Reconciling:
    """One reconcile that has found services in maintenance: rule by rule it leaves some, and ends the rest."""

    def __init__(
        self,
        page: StatusPage,
        store: StateStore,
        request: ReconcileRequest,
        state: State | None,
        stuck: Sequence[Stuck],
        overdue: Collection[str],
    ) -> None:
        self._page = page
        self._store = store
        self._request = request
        self._state = state
        self._stuck = stuck
        self._overdue = overdue
        self._skew = timedelta(seconds=page.skew)
        self._doubtful: set[str] = set()  # services whose maintenance is another one's, or was left to the deployment
        self._left: dict[str, str] = {}  # why a service is left in maintenance, a clause, by its id
        self._ended: list[Report] = []  # by finish
        self._policy = request.finish.policy
        self._report = Report("reconcile", state=state, dry_run=request.finish.dry_run)

    def run(self) -> Report:
        self._leave_young()
        if self._ending and self._state and self._state.stage is Stage.FINISHED:
            self._leave_others(Run(RunState.UNKNOWN))
            self._end(_UNKNOWN)
        elif self._ending:
            run = self._request.find(self._request.run_id)
            result = self._result(run)
            if result and self._store.load() != self._state:  # the run went on after its state was read, and has ended
                return reconcile(self._page, self._store, self._request)
            if result:
                self._leave_others(run)
                self._end(result)
        return self._whole_report()

    @property
    def _ending(self) -> list[Stuck]:
        """The services that no rule has left in maintenance."""
        return [each for each in self._stuck if each.service.id not in self._left]

    @property
    def _names(self) -> str:
        return names_of([each.service.name for each in self._ending])

    def _keep_all(self, reason: str) -> None:
        self._left.update({each.service.id: reason for each in self._ending})

    def _leave_young(self) -> None:
        """Leave what is in maintenance for less than `max_age`, on Alert24's clock, if its end was not declared."""
        if self._request.max_age is None:
            return
        now = self._request.time() + self._skew
        for service, _ in self._stuck:
            since = read_time(service.updated_at)
            if service.id in self._overdue:
                continue
            if since is None:
                self._left[service.id] = "Alert24 does not show since when it is in maintenance"
            elif (now - since).total_seconds() < self._request.max_age:
                minutes = max(0, int((now - since).total_seconds() // 60))
                self._left[service.id] = f"it has been in maintenance for {minutes} min only"

    def _leave_others(self, run: Run) -> None:
        """Leave maintenance that is not of the deployment's own run."""
        unchecked = []
        for each in self._ending:
            reason = whose(each, run, self._skew)
            if reason is None:
                unchecked.append(each.service.name)
            elif reason and self._state and self._request.finish.records_changes:
                self._doubtful.add(each.service.id)  # the records know
            elif reason:
                self._left[each.service.id] = reason
        if unchecked and self._request.max_age is None and not self._state:
            why = f" ({run.reason})" if run.reason else ""
            self._report.warnings.append(
                f"It could not be checked whether the maintenance of {names_of(unchecked)} is of this deployment, "
                f"because the times of its run are not known{why}. It is ended all the same."
            )

    def _result(self, run: Run) -> DeploymentResult | None:
        """Return how the deployment ended, None if it goes on or nothing may be written.

        It is a failure only if that is proven, or said of a deployment that began.
        """
        request, state = self._request, self._state
        if _goes_on(run, own_run=request.own_run):
            self._keep_all(f"run {request.run_id}, which deploys, still goes on and ends it itself")
            return None
        if request.max_age is not None and run.state is RunState.UNKNOWN:
            return self._result_by_the_clock(run)
        if run.began is False:
            return DeploymentResult(Outcome.SKIPPED)
        result = request.finish.result._replace(unverified=state is not None and state.unverified)
        if request.outcome not in (None, Outcome.FAILURE):
            return result._replace(outcome=request.outcome)
        if run.outcome:
            return result._replace(outcome=run.outcome)
        began = run.began or request.outcome_proves or (state is not None and state.stage is Stage.STARTED)
        return result if request.outcome is Outcome.FAILURE and began else _UNKNOWN

    def _result_by_the_clock(self, run: Run) -> DeploymentResult | None:
        """Decide about maintenance of a run that nobody can be asked about."""
        others, name, report = self._request.others(), self._request.display_name, self._report
        if others.in_progress:
            self._keep_all(f"{others.reason}, and may be the one that deploys")
            return None
        if not self._request.to:
            report.error = WrongSetting(
                f"it is not known whether the run that deployed still goes on ({run.reason})",
                remedy=f"Name its run with {name('run')}, or say with {name('to')} which status the services get.",
            ).with_context(what=f"The maintenance of {self._names} was not ended", left=NOTHING_CHANGED)
            report.failed = True
            self._keep_all("it is not known whether its run still goes on")
            return None
        if why := self._request.unhealthy():
            report.warnings.append(
                f"{self._names} can't be set to {self._request.to}: {name('verify-url')} is not healthy, {why}."
            )
            report.other_code = NOT_VERIFIED
            self._keep_all(f"{name('verify-url')} is not healthy")
            return None
        self._policy = {**self._policy, "on_cancelled": self._request.to}
        return _UNKNOWN

    def _end(self, result: DeploymentResult) -> None:
        """Finish the deployment with the services that are left to it."""
        state = self._state
        if state is None and result.outcome is Outcome.SKIPPED and self._ending:
            self._report.warnings.append(
                f"The deployment never began, so {self._names} should be as before it, which only its state knows. "
                "Give reconcile that state, or end the maintenance by hand with `alert24-deploy set`."
            )
            self._keep_all("the deployment did not run, and without its state nothing can be restored")
        if not self._ending:
            return
        if state is None:
            services = tuple(ServiceState(each.service.id, each.service.name, None) for each in self._ending)
            state = State("", Stage.STARTED, self._request.finish.now(), services)
        ending = {each.service.id for each in self._ending}
        if self._end_inherited(state):
            state = replace(state, inherited=tuple(each for each in state.inherited if each.id not in ending))
        if state.stage is not Stage.FINISHED:
            self._end_own(state, result)
        elif state != self._state and not self._report.dry_run:
            self._store.save(state)

    def _end_inherited(self, state: State) -> bool:
        """End maintenance of earlier deployments whose state this one replaced; tell whether that is done."""
        own = {each.id for each in own_services(state, recorded=self._request.finish.records_changes)}
        inherited = [each.kept for each in self._ending if each.kept and each.service.id not in own]
        if not inherited:
            return False
        owners = [owner.partition("-")[2] for owner in state.superseded]
        if any(self._request.find(owner).state is RunState.IN_PROGRESS for owner in owners):
            reason = "an earlier deployment, which started here, still goes on"
            self._left.update({each.id: reason for each in inherited})
            return False
        earlier = State("", Stage.STARTED, state.started_at, inherited, policy=state.policy)
        return not self._finish(earlier, lambda _: None, _UNKNOWN, ends_runs=state.superseded).error

    def _end_own(self, state: State, result: DeploymentResult) -> None:
        """Finish the deployment; services that are left in maintenance wait in its state for the next reconcile."""
        ending = {each.service.id for each in self._ending}
        services = tuple(each if each.id in ending else replace(each, done=True) for each in state.services)

        def save(ended: State) -> None:
            waiting = {each.id: each for each in state.services if each.id in self._left}
            services = tuple(waiting.get(each.id, each) for each in ended.services)
            self._store.save(replace(ended, services=services, stage=state.stage if waiting else ended.stage))

        self._report.state = self._finish(replace(state, services=services, unresolved=()), save, result).state

    def _finish(
        self,
        state: State,
        save: Callable[[State], None],
        result: DeploymentResult,
        *,
        ends_runs: Collection[str] = (),
    ) -> Report:
        """Finish a deployment on the page as it is now: asking about the run has taken its time."""
        seen = {each.service.id: each.service for each in self._stuck}
        request = replace(
            self._request.finish, result=result, policy=self._policy, unchanged=seen, doubtful=self._doubtful
        )
        request = replace(request, ends_runs=ends_runs or request.ends_runs)
        report = finish_state(self._page, state, save, request)
        self._ended.insert(0, report)  # the deployment itself comes first in the report, and last in time
        return report

    def _whole_report(self) -> Report:
        """Return one report of what was ended and what was left."""
        report = self._report.join(self._ended)
        left = [self._left_as_it_is(each) for each in self._stuck if each.service.id in self._left]
        report.services = [*report.services, *left]
        return report

    def _left_as_it_is(self, stuck: Stuck) -> ServiceResult:
        service, before = stuck.service, stuck.kept.before if stuck.kept else None
        reason = self._left[service.id]
        return ServiceResult(service.id, service.name, before, MAINTENANCE, Action.KEPT, reason, found=MAINTENANCE)


def _goes_on(run: Run, *, own_run: bool) -> bool:
    """Tell whether a deployment goes on; in this process's own run, only the job that deploys counts."""
    counts = run.job if own_run else run
    return counts is not None and counts.state is RunState.IN_PROGRESS
