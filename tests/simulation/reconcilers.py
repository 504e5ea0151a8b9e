"""`reconcile` as an actor: the last job of a run, or a schedule, with the state that the deployment left."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, NamedTuple

from alert24_deploy.deployment.ci_run import OtherRuns, Run, RunState
from alert24_deploy.deployment.reconcile import ReconcileRequest, reconcile
from alert24_deploy.errors import Alert24DeployError

from .actors import Actor, Io, SimulatedPage, SimulatedStore, finish_request, result_of
from .world import Call

# Later than anything on the page by more than any age that is asked for: a schedule that never finds itself too early.
_NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
RECONCILE = "reconcile"


class Asked(NamedTuple):
    """What the CI shows of a run: whether it goes on, how its deployment ended if that is known, whether it began."""

    goes_on: bool
    ending: str = ""
    began: bool | None = None


def last_job(actor: Actor, io: Io, phase: tuple[Any, ...], services: int) -> tuple[Any, ...]:
    """Reconcile once, with the state that the deployment left, and with what the CI says about its run."""
    assert phase
    assert services
    return _reconcile(actor, io, max_age=None)


def schedule(actor: Actor, io: Io, phase: tuple[Any, ...], services: int) -> tuple[Any, ...]:
    """Reconcile once by the clock."""
    assert phase
    assert services
    return _reconcile(actor, io, max_age=60.0)


def _reconcile(actor: Actor, io: Io, max_age: float | None) -> tuple[Any, ...]:
    store = SimulatedStore(io, actor.store, actor.finishes_at)

    def find(run: str) -> Run:
        if not run:
            return Run(RunState.UNKNOWN)
        asked: Asked = io.ask(Call("run", value=run))
        result = result_of(asked.ending) if asked.ending else None
        state = RunState.IN_PROGRESS if asked.goes_on else RunState.ENDED
        return Run(state, result.outcome if result else None, asked.began)

    state = store.load()
    request = ReconcileRequest(
        finish=finish_request(actor, io, "cancelled"),
        find=find,
        others=lambda: OtherRuns(io.ask(Call("run")).goes_on),
        time=lambda: _NOW,
        run_id=state.owner if state else "",
        max_age=max_age,
        to="degraded",
    )
    try:
        report = reconcile(SimulatedPage(io, silent=actor.silent, records=actor.records), store, request)
    except Alert24DeployError:
        return ("ended", "failed", RECONCILE, None)
    unsaved = any("could not be recorded" in each for each in report.warnings)
    return ("ended", "failed" if report.error else "unsaved" if unsaved else "finished", RECONCILE, None)
