"""Ends maintenance that a deployment has left because its run is gone; writes to nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from ..errors import (
    NOT_VERIFIED,
    NOTHING_CHANGED,
    Alert24DeployError,
    CannotReachAlert24,
    WrongSetting,
    explaining,
    worst,
)
from ..policy import MAINTENANCE, DeploymentResult, Outcome
from ..state import ServiceState, Stage, State
from . import lookup
from .finish import FinishRequest, finish
from .interfaces import OtherRuns, Run, RunState, Service, StateStore, StatusPage
from .narrowed_store import NarrowedStore
from .report import Action, Report, ServiceResult, forgiven, names_of
from .run_times import began_within, goes_on, moment

_UNKNOWN = "it is not known how the deployment ended"


@dataclass(frozen=True)
class ReconcileRequest:
    """What the user asks of reconcile.

    Attributes:
        finish: what is asked of finish, its policy above all; its result is replaced.
        find: returns a run by its id, as the CI shows it; unknown if there is no such, or nobody to ask.
        others: returns whether a run of the deploying workflow is in progress.
        time: returns this machine's time.
        run_id: the run that deployed, empty if unknown.
        own_run: whether that run is the one that this process belongs to, so that it goes on in any case.
        outcome: the outcome that was given, None for none.
        outcome_proves: whether it can come from a deployment that ran only, and not from a job's result.
        max_age: seconds of maintenance after which it is ended; None to end it whatever its age.
        to: the status if the run is unknown, with `max_age`; empty for none.
        unhealthy: checks whether `to` may be written: why not, a clause; empty if it may.
        display_name: returns how the user calls a setting.
    """

    finish: FinishRequest
    find: Callable[[str], Run]
    others: Callable[[], OtherRuns]
    time: Callable[[], datetime]
    run_id: str = ""
    own_run: bool = False
    outcome: Outcome | None = None
    outcome_proves: bool = False
    max_age: float | None = None
    to: str = ""
    unhealthy: Callable[[], str] = lambda: ""
    display_name: Callable[[str], str] = str


class _Stuck(NamedTuple):
    """A service in maintenance, and what its deployment's state says about it, None without a state."""

    service: Service
    kept: ServiceState | None


class _Decision(NamedTuple):
    """How the maintenance is ended, or why it is not.

    Attributes:
        result: how the deployment ended; None to leave the maintenance.
        reason: why it is left, a clause.
        to: replaces the policy.
        error: fails the command.
        code: the exit code of what else is wrong, such as an unhealthy service.
    """

    result: DeploymentResult | None
    reason: str = ""
    to: str = ""
    error: Alert24DeployError | None = None
    code: int = 0


def reconcile(page: StatusPage, store: StateStore, request: ReconcileRequest) -> Report:
    """End the maintenance that is left, and return what was done; a second time there is nothing left to do.

    Raises:
        Alert24DeployError: the services could not be read; nothing was changed.
    """
    state = store.load()
    if state and _is_over(state):
        return _nothing(request, f"the deployment was finished before ({state.outcome or 'a dry run'})", state)
    try:
        with explaining(what=lookup.FAILED, left=NOTHING_CHANGED):
            stuck = _in_maintenance(page, state, request)
    except CannotReachAlert24 as error:
        return forgiven("reconcile", error, request.finish.fail_on_unreachable, dry_run=request.finish.dry_run)
    if not stuck:
        return _nothing(request, "none of its services is in maintenance", state)
    return _Reconciling(page, store, request, state, stuck).run()


def _nothing(request: ReconcileRequest, why: str, state: State | None) -> Report:
    note = f"There is nothing to reconcile: {why}."
    return Report("reconcile", state=state, notes=[note], dry_run=request.finish.dry_run)


def _in_maintenance(page: StatusPage, state: State | None, request: ReconcileRequest) -> list[_Stuck]:
    if state is None:
        found = lookup.resolve(page, request.finish.references)
        return [_Stuck(each, None) for each in found if each.status == MAINTENANCE]
    kept = {each.id: each for each in (*state.still_inherited, *_own(state)) if each.pending}
    if not kept:
        return []
    return [_Stuck(each, kept[each.id]) for each in page.list() if each.id in kept and each.status == MAINTENANCE]


def _is_over(state: State) -> bool:
    return state.stage is Stage.REHEARSED or (state.stage is Stage.FINISHED and not state.still_inherited)


def _own(state: State) -> list[ServiceState]:
    """Return the services whose maintenance is the deployment's to end; one that never began took none over."""
    if state.stage is Stage.FINISHED:
        return []
    return [each for each in state.services if not (state.never_began and each.before == MAINTENANCE)]


class _Reconciling:
    """One reconcile that has found services in maintenance."""

    def __init__(
        self,
        page: StatusPage,
        store: StateStore,
        request: ReconcileRequest,
        state: State | None,
        stuck: Sequence[_Stuck],
    ) -> None:
        self._page = page
        self._store = store
        self._request = request
        self._state = state
        self._stuck = stuck
        self._skew = timedelta(seconds=page.skew)
        self._left: dict[str, ServiceResult] = {}
        self._warnings: list[str] = []

    def run(self) -> Report:
        self._keep_young()
        if not self._ending():
            return self._report()
        if self._state and self._state.stage is Stage.FINISHED:
            return self._end_inherited_alone(self._state)
        request = self._request
        run = request.find(request.run_id)
        decision = self._decide(run)
        if decision.result is None:
            for each in self._ending():
                self._keep(each, decision.reason)
            return self._report(decision)
        if self._store.load() != self._state:  # the run went on after its state was read, and has ended since
            return reconcile(self._page, self._store, request)
        self._keep_others(run)
        if self._state is None and decision.result.outcome is Outcome.SKIPPED:
            self._keep_unknown()
        return self._end(decision, decision.result) if self._ending() else self._report()

    def _ending(self) -> list[_Stuck]:
        return [each for each in self._stuck if each.service.id not in self._left]

    def _keep(self, stuck: _Stuck, reason: str) -> None:
        service = stuck.service
        before = stuck.kept.before if stuck.kept else None
        self._left[service.id] = ServiceResult(
            service.id, service.name, before, MAINTENANCE, Action.KEPT, reason, found=MAINTENANCE
        )

    def _keep_young(self) -> None:
        """Leave what is in maintenance for less than `max_age`, on Alert24's clock."""
        if self._request.max_age is None:
            return
        now = self._request.time() + self._skew
        for each in self._stuck:
            since = moment(each.service.updated_at)
            if since is None:
                self._keep(each, "Alert24 does not show since when it is in maintenance")
            elif (now - since).total_seconds() < self._request.max_age:
                minutes = max(0, int((now - since).total_seconds() // 60))
                self._keep(each, f"it has been in maintenance for {minutes} min only")

    def _decide(self, run: Run) -> _Decision:
        request = self._request
        if goes_on(run, own_run=request.own_run):
            return _Decision(None, f"run {request.run_id}, which deploys, still goes on and ends it itself")
        if request.max_age is not None and run.state is RunState.UNKNOWN:
            return self._by_the_clock(run)
        return _Decision(self._result(run))

    def _by_the_clock(self, run: Run) -> _Decision:
        """Decide about maintenance of a run that nobody can be asked about."""
        others, name = self._request.others(), self._request.display_name
        if others.in_progress:
            return _Decision(None, f"{others.reason}, and may be the one that deploys")
        names = names_of([each.service.name for each in self._ending()])
        if not self._request.to:
            error = WrongSetting(
                f"it is not known whether the run that deployed still goes on ({run.reason})",
                remedy=f"Name its run with {name('run')}, or say with {name('to')} which status the services get.",
            )
            error.with_context(what=f"The maintenance of {names} was not ended", left=NOTHING_CHANGED)
            return _Decision(None, "it is not known whether its run still goes on", error=error)
        if why := self._request.unhealthy():
            self._warnings.append(
                f"{names} can't be set to {self._request.to}: {name('verify-url')} is not healthy, {why}."
            )
            return _Decision(None, f"{name('verify-url')} is not healthy", code=NOT_VERIFIED)
        return _Decision(DeploymentResult(Outcome.CANCELLED, clause=_UNKNOWN), to=self._request.to)

    def _result(self, run: Run) -> DeploymentResult:
        """Return how the deployment ended: a failure only if it is proven, or said of a deployment that began."""
        request, unknown = self._request, DeploymentResult(Outcome.CANCELLED, clause=_UNKNOWN)
        if run.began is False:
            return DeploymentResult(Outcome.SKIPPED)
        if request.outcome not in (None, Outcome.FAILURE):
            return request.finish.result._replace(outcome=request.outcome)
        if run.outcome:
            return request.finish.result._replace(outcome=run.outcome)
        started = self._state is not None and self._state.stage is Stage.STARTED
        if request.outcome is Outcome.FAILURE and (run.began or started or request.outcome_proves):
            return request.finish.result
        return unknown

    def _keep_others(self, run: Run) -> None:
        """Leave maintenance that is not of the deployment's own run, by `updated_at` and the run's time."""
        unchecked = []
        for each in self._ending():
            own = _whose(each, run, self._skew)
            if own is None:
                unchecked.append(each.service.name)
            elif own:
                self._keep(each, own)
        if unchecked and self._request.max_age is None and not self._state:
            why = f" ({run.reason})" if run.reason else ""
            self._warnings.append(
                f"It could not be checked whether the maintenance of {names_of(unchecked)} is of this deployment, "
                f"because the times of its run are not known{why}. It is ended all the same."
            )

    def _keep_unknown(self) -> None:
        names = names_of([each.service.name for each in self._ending()])
        for each in self._ending():
            self._keep(each, "the deployment did not run, and without its state nothing can be restored")
        self._warnings.append(
            f"The deployment never began, so {names} should be as before it, which only its state knows. "
            "Give reconcile that state, or end the maintenance by hand with `alert24-deploy set`."
        )

    def _end(self, decision: _Decision, result: DeploymentResult) -> Report:
        """Finish the deployment with the services that are left to it."""
        request, state = self._request, self._state
        policy = dict(request.finish.policy)
        if decision.to:
            policy["on_cancelled"] = decision.to
        if state is None:
            services = tuple(ServiceState(each.service.id, each.service.name, None) for each in self._ending())
            state = State("", Stage.STARTED, request.finish.now(), services)
        inherited = self._inherited(state, policy)
        ids = {each.service.id for each in self._ending()}
        if inherited and not inherited.error:
            state = replace(state, inherited=tuple(each for each in state.inherited if each.id not in ids))
        store = NarrowedStore(self._store, state, ids, self._left)
        ended = finish(self._page, store, self._finish_request(result, policy))
        return self._report(decision, ended, inherited)

    def _end_inherited_alone(self, state: State) -> Report:
        """End what earlier deployments have left; the one that replaced their state has finished."""
        self._keep_others(Run(RunState.UNKNOWN))
        report = self._inherited(state, self._request.finish.policy)
        if report and not report.error and not report.dry_run:
            self._forget_inherited(state)
        return self._report(None, report)

    def _forget_inherited(self, state: State) -> None:
        ids = {each.service.id for each in self._ending()}
        self._store.save(replace(state, inherited=tuple(each for each in state.inherited if each.id not in ids)))

    def _inherited(self, state: State, policy: Mapping[str, str]) -> Report | None:
        """End maintenance of earlier deployments whose state this one replaced, unless one of them goes on."""
        own = {each.id for each in _own(state)}
        stuck = [each for each in self._ending() if each.service.id not in own]
        if not stuck:
            return None
        owners = [owner.partition("-")[2] for owner in state.superseded]
        if any(self._request.find(owner).state is RunState.IN_PROGRESS for owner in owners):
            for each in stuck:
                self._keep(each, "an earlier deployment, which started here, still goes on")
            return None
        services = [each.kept for each in stuck if each.kept]
        earlier = State("", Stage.STARTED, state.started_at, services, policy=state.policy)
        store = NarrowedStore(self._store, earlier, {each.id for each in services}, {})
        unknown = DeploymentResult(Outcome.CANCELLED, clause=_UNKNOWN)
        return finish(self._page, store, self._finish_request(unknown, policy))

    def _finish_request(self, result: DeploymentResult, policy: Mapping[str, str]) -> FinishRequest:
        """Return what is asked of finish, which reads the page again: asking about the run has taken its time."""
        seen = {each.service.id: each.service for each in self._stuck}
        return replace(self._request.finish, result=result, policy=policy, unchanged=seen)

    def _report(self, decision: _Decision | None = None, *ended: Report | None) -> Report:
        """Return one report of everything."""
        reports = [each for each in ended if each]
        report = Report("reconcile", state=self._state, dry_run=self._request.finish.dry_run)
        report.services = [*(each for one in reports for each in one.services), *self._left.values()]
        report.notes = [note for one in reports for note in one.notes]
        report.warnings = [*self._warnings, *(warning for one in reports for warning in one.warnings)]
        errors = [one.error for one in reports if one.error]
        report.error = worst(errors) if errors else decision.error if decision else None
        report.failed = any(one.failed for one in reports) or bool(decision and decision.error)
        report.other_code = decision.code if decision else 0
        if reports:
            report.state = reports[0].state
        return report


def _whose(stuck: _Stuck, run: Run, skew: timedelta) -> str | None:
    """Return why maintenance is not the deployment's, a clause; empty if it is, None if that can't be found out."""
    if stuck.kept is None or stuck.kept.wrote_at is None:
        return began_within(run, stuck.service, skew)
    if stuck.service.updated_at == stuck.kept.wrote_at:
        return ""
    return "somebody else, such as a newer deployment, has set maintenance since"
