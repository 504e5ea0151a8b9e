"""What reconcile does to services in maintenance, by what is known of their run: tables over fakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from alert24_deploy.deployment.ci_run import OtherRuns, Run, RunState
from alert24_deploy.deployment.finish import FinishRequest
from alert24_deploy.deployment.interfaces import Service
from alert24_deploy.deployment.reconcile import ReconcileRequest, reconcile
from alert24_deploy.deployment.report import Report
from alert24_deploy.errors import CannotReachAlert24
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import Stage

from .fakes import NOW, Fakes, outage, refusal, service

T = datetime(2026, 1, 2, 3, 0, tzinfo=timezone.utc)
UNKNOWN = Run(RunState.UNKNOWN, reason="nobody can be asked")
GOES_ON = Run(RunState.IN_PROGRESS)
SUCCESS, FAILURE, CANCELLED, SKIPPED = Outcome


def minutes(number: float) -> datetime:
    """A time, so many minutes after the beginning."""
    return T + timedelta(minutes=number)


def stamp(number: float) -> str:
    """The same as Alert24 writes it."""
    return minutes(number).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def ended(outcome: Outcome | None = None, *, began: bool | None = None, first: float = 0, last: float = 20) -> Run:
    """A run that has ended."""
    return Run(RunState.ENDED, outcome, began, minutes(first), minutes(last))


def stuck(at: float = 5, name: str = "A") -> Service:
    """A service in maintenance since some minute."""
    return replace(service(name, "maintenance"), updated_at=stamp(at))


class Story(Fakes):
    """Fakes whose CI knows one run."""

    def __init__(self, *services: Service) -> None:
        super().__init__(*services)
        self.runs: dict[str, Run] = {}
        self.others = OtherRuns(None, "nobody can be asked")
        self.asked: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def find(self, run_id: str) -> Run:
        """What the CI shows; something may happen while it is asked."""
        self.asked.append(run_id)
        happens, self.meanwhile = self.meanwhile, lambda: None
        happens()
        return self.runs.get(run_id, UNKNOWN)

    def rewrite(self, **changes: Any) -> None:
        """Change the state that start has left."""
        self.store.saved.append(replace(self.store.last, **changes))

    def reconcile(self, run: Run = UNKNOWN, said: Outcome | None = None, **options: object) -> Report:
        """Reconcile run 42, of which this is known and said, three hours after the beginning."""
        self.runs["42"] = run
        references, dry_run = list(self.page.services), bool(options.pop("dry_run", False))
        finish = FinishRequest(DeploymentResult(said or CANCELLED), lambda: NOW, references, dry_run=dry_run)
        request = ReconcileRequest(
            finish, self.find, lambda: self.others, lambda: minutes(180), run_id="42", outcome=said
        )
        return reconcile(self.page, self.store, replace(request, **options))  # type: ignore[arg-type]


def started(*names: str, before: str = "degraded") -> Story:
    """A deployment that started and was lost."""
    story = Story(*(service(name, before) for name in names))
    story.start()
    return story


@pytest.mark.parametrize(
    ("shown", "began", "said", "after"),
    [
        (SUCCESS, None, None, "operational"),
        (FAILURE, True, None, "down"),
        (CANCELLED, None, None, "degraded"),
        (None, None, None, "degraded"),
        (None, True, None, "degraded"),
        (None, None, SUCCESS, "operational"),
        (None, None, CANCELLED, "degraded"),
        (None, None, FAILURE, "degraded"),
        (None, True, FAILURE, "down"),
        (SUCCESS, True, FAILURE, "operational"),
        (FAILURE, True, SUCCESS, "operational"),
        (SKIPPED, False, None, "maintenance"),
        (SKIPPED, False, FAILURE, "maintenance"),
        (SKIPPED, False, SUCCESS, "maintenance"),
        (None, None, SKIPPED, "maintenance"),
    ],
)
def test_outcome__shown_and_said__decide(
    shown: Outcome | None, began: bool | None, said: Outcome | None, after: str
) -> None:
    """Without a state: only a proven failure, or one that is said of a deployment that began, takes the page down."""
    story = Story(stuck())
    assert story.reconcile(ended(shown, began=began), said).exit_code == 0
    assert story.page.statuses == {"a": after}


def test_outcome__that_only_a_deployment_can_have__is_believed() -> None:
    """Where no job's result can be meant, a failure that is said is one."""
    story = Story(stuck())
    story.reconcile(ended(), FAILURE, outcome_proves=True)
    assert story.page.statuses == {"a": "down"}


@pytest.mark.parametrize(
    ("said", "began", "after"),
    [(FAILURE, None, "down"), (FAILURE, False, "degraded"), (SUCCESS, None, "operational"), (None, None, "degraded")],
)
def test_outcome__with_the_state_of_a_start__as_finish_would(
    said: Outcome | None, began: bool | None, after: str
) -> None:
    """The state shows that the deployment started; a run that never began restores what was before (degraded)."""
    story = started("A")
    story.reconcile(replace(ended(SKIPPED if began is False else None, began=began)), said)
    assert (story.page.statuses, story.store.last.stage) == ({"a": after}, Stage.FINISHED)


@pytest.mark.parametrize("known_by_the_run", [True, False])
def test_outcome__success_that_finish_could_not_verify_nor_write__as_unverified(known_by_the_run: bool) -> None:
    """The state remembers what only finish knew; the run's outcome is a success in either case."""
    story = started("A")
    story.page.set("a", "maintenance")
    kept = replace(story.store.last.services[0], before="operational", wrote_at=story.page.services["a"].updated_at)
    story.rewrite(services=(kept,))
    story.page.refuse["a"] = refusal()
    story.finish(SUCCESS, result=DeploymentResult(SUCCESS, unverified=True))
    story.page.refuse.clear()
    story.reconcile(*((ended(SUCCESS),) if known_by_the_run else (ended(), SUCCESS)))
    assert story.page.statuses == {"a": "degraded"}


@pytest.mark.parametrize(
    ("at", "ended_by_us"),
    [(-0.1, False), (0, True), (-0.02, True), (10, True), (20, True), (20.02, True), (20.1, False), (90, False)],
)
def test_time__within_the_run__ended(at: float, ended_by_us: bool) -> None:
    """Maintenance that began before the run or after it isn't the run's; two seconds don't matter."""
    story = Story(stuck(at))
    report = story.reconcile(ended(SUCCESS))
    assert (story.page.statuses["a"] == "operational") is ended_by_us
    assert (report.exit_code, report.changed, report.warnings) == (0, ended_by_us, [])


@pytest.mark.parametrize(("skew", "at"), [(3600.0, 65), (-3600.0, -55)])
def test_time__on_a_clock_that_differs__corrected(skew: float, at: float) -> None:
    """What Alert24's clock is ahead is taken off."""
    story = Story(stuck(at))
    story.page.skew = skew
    story.reconcile(ended(SUCCESS))
    assert story.page.statuses == {"a": "operational"}


def test_time__of_the_job_that_deploys__counts() -> None:
    """A run may go on after its deployment, while a newer one takes over."""
    story = Story(stuck(15))
    job = Run(RunState.ENDED, SUCCESS, ended_at=minutes(10))
    assert not story.reconcile(replace(ended(SUCCESS), job=job)).changed


@pytest.mark.parametrize("at", [None, "yesterday", "2026-01-02T03:04:05"])
def test_time__unknown__ended_with_a_warning(at: str | None) -> None:
    """Without a time that makes sense it can't be checked, and that is said."""
    story = Story(replace(stuck(), updated_at=at))
    report = story.reconcile(ended(SUCCESS))
    assert story.page.statuses == {"a": "operational"}
    assert "could not be checked" in report.warnings[0]


def test_run__goes_on__left() -> None:
    """A run that goes on is asked about nothing else."""
    story = Story(stuck())
    report = story.reconcile(GOES_ON, SUCCESS)
    assert (report.changed, report.exit_code, report.services[0].after) == (False, 0, "maintenance")


@pytest.mark.parametrize(("state", "changed"), [(RunState.IN_PROGRESS, False), (RunState.ENDED, True)])
def test_run__own__only_its_job_counts(state: RunState, changed: bool) -> None:
    """The run that reconcile belongs to goes on in any case."""
    story = Story(stuck())
    run = replace(GOES_ON, started_at=minutes(0), job=Run(state, ended_at=minutes(20)))
    assert story.reconcile(run, own_run=True).changed is changed


def test_not_in_maintenance__nobody_is_asked() -> None:
    """A finish that worked leaves nothing to do, and no question."""
    story = Story(service("A", "down"), service("B"))
    assert not story.reconcile(ended(FAILURE)).changed
    assert (story.asked, story.page.sent) == ([], [])


@pytest.mark.parametrize(
    ("run", "others", "to", "unhealthy", "code", "after"),
    [
        (GOES_ON, None, "operational", "", 0, "maintenance"),
        (ended(SUCCESS, last=170), None, "", "", 0, "operational"),
        (ended(None, last=170), None, "operational", "", 0, "degraded"),
        (UNKNOWN, None, "", "", 2, "maintenance"),
        (UNKNOWN, False, "", "", 2, "maintenance"),
        (UNKNOWN, True, "", "", 0, "maintenance"),
        (UNKNOWN, True, "operational", "", 0, "maintenance"),
        (UNKNOWN, None, "operational", "", 0, "operational"),
        (UNKNOWN, False, "down", "", 0, "down"),
        (UNKNOWN, False, "maintenance", "", 0, "maintenance"),
        (UNKNOWN, False, "operational", "it answered 503", 6, "maintenance"),
    ],
)
def test_clock__old_enough__by_what_is_known(
    run: Run, others: bool | None, to: str, unhealthy: str, code: int, after: str
) -> None:
    """Age alone ends nothing: the run decides, then other runs, then what is given for an unknown one."""
    story = Story(stuck())
    story.others = OtherRuns(others, "run 43 is queued")
    report = story.reconcile(run, max_age=7200.0, to=to, unhealthy=lambda: unhealthy)
    assert (report.exit_code, story.page.statuses) == (code, {"a": after})


@pytest.mark.parametrize(
    ("at", "skew", "changed"),
    [(59, 0, True), (61, 0, False), (200, 0, False), (None, 0, False), (59, -120, False), (61, 120, True)],
)
def test_clock__younger_or_unknown__left(at: float | None, skew: float, changed: bool) -> None:
    """Two hours are two hours, on Alert24's clock; where no time is shown nothing is ended."""
    story = Story(stuck(at) if at is not None else replace(stuck(), updated_at=None))
    story.page.skew = skew
    assert story.reconcile(to="operational", max_age=7200.0).changed is changed


def test_state__some_services_left__wait_in_the_state() -> None:
    """What was left stays on record for the next reconcile; what was ended is done."""
    story = started("A", "B")
    story.page.set("b", "operational")
    story.page.set("b", "maintenance")
    story.reconcile(ended(SUCCESS))
    assert story.page.statuses == {"a": "operational", "b": "maintenance"}
    assert (story.kept("a").done, story.kept("b").pending, story.store.last.stage) == (True, True, Stage.STARTED)


def test_state__start_refused_half_way__restored() -> None:
    """The deployment never began: what start wrote is restored, and what it found in maintenance stays."""
    story = started("A", "B")
    wrote, found = story.store.last.services
    story.rewrite(stage=Stage.FAILED, services=(wrote, replace(found, before="maintenance")))
    story.reconcile(ended(FAILURE, began=True), FAILURE)
    assert story.page.statuses == {"a": "degraded", "b": "maintenance"}


@pytest.mark.parametrize(
    ("stage", "after"),
    [(Stage.STARTED, "operational"), (Stage.FAILED, "degraded"), (Stage.FINISHED, "maintenance")],
)
@pytest.mark.parametrize("goes_on", [False, True])
def test_state__inherited__ended_unless_its_run_goes_on(stage: Stage, after: str, goes_on: bool) -> None:
    """Maintenance of a dead run whose state was replaced ends as interrupted; the other deployment's end is its own.

    A deployment that has finished has ended its own: only what the dead run before it had left is ended, once.
    """
    story = started("A", "B")
    old, new = story.store.last.services
    new = replace(new, done=stage is Stage.FINISHED)
    story.rewrite(services=(new,), inherited=(old,), superseded=("github-41",), stage=stage)
    if goes_on:
        story.runs["41"] = GOES_ON
    story.reconcile(ended(SUCCESS), FAILURE if stage is Stage.FINISHED else None)
    assert story.page.statuses == {"a": "maintenance" if goes_on else "degraded", "b": after}
    assert bool(story.store.last.inherited) is goes_on
    story.page.sent.clear()
    story.reconcile(ended(SUCCESS), FAILURE)
    assert story.page.sent == []


@pytest.mark.parametrize("stage", [Stage.STARTED, Stage.FINISHED])
def test_state__dry_run__page_and_state_as_they_were(stage: Stage) -> None:
    """It says what it would do, to its own services or to those that it has inherited."""
    story = started("A")
    if stage is Stage.FINISHED:
        story.rewrite(stage=stage, services=(), inherited=story.store.last.services, superseded=("github-41",))
    before = story.store.last
    story.page.sent.clear()
    report = story.reconcile(ended(FAILURE), dry_run=True)
    assert (report.services[0].action.value, story.page.sent, story.store.last) == ("would-write", [], before)


@pytest.mark.parametrize("stage", [Stage.FINISHED, Stage.REHEARSED])
def test_state__finished__not_even_read(stage: Stage) -> None:
    """What is finished is nobody's to end, whatever the page shows."""
    story = started("A")
    story.rewrite(stage=stage)
    reads = story.page.reads
    report = story.reconcile(ended(SUCCESS))
    assert (report.changed, story.page.reads, report.exit_code) == (False, reads, 0)


def test_reading__fails__nothing_changed() -> None:
    """A page that can't be read is not written to."""
    story = Story(stuck())
    story.page.unreadable = outage()
    with pytest.raises(CannotReachAlert24, match="Nothing was changed"):
        story.reconcile(ended(SUCCESS))


@pytest.mark.parametrize("with_state", [True, False])
def test_writing__fails__says_what_is_still_in_maintenance(with_state: bool) -> None:
    """The error names the service and the command."""
    story = started("A") if with_state else Story(stuck())
    story.page.refuse["a"] = refusal()
    report = story.reconcile(ended(SUCCESS))
    assert report.exit_code == 3
    assert "'A' is still in maintenance" in str(report.error)
    assert "alert24-deploy set operational" in str(report.error)


@pytest.mark.parametrize("status", ["operational", "down", "maintenance"])
def test_race__somebody_writes_while_it_asks__that_stays(status: str) -> None:
    """A person, a monitor or a newer run has written: it is no longer the maintenance that was left."""
    story = started("A")
    story.meanwhile = lambda: story.page.set("a", status)
    report = story.reconcile(Run(RunState.ENDED))
    assert story.page.statuses == {"a": status}
    assert "somebody else has written since" in report.services[0].reason


def test_race__the_start_ends_while_it_asks__takes_the_state_that_it_left() -> None:
    """By the older state the deployment never began, and the page would show what start found."""
    story = started("A", before="operational")
    later = story.store.saved.pop()
    assert story.store.last.stage is Stage.STARTING
    story.meanwhile = lambda: story.store.saved.append(later)
    story.reconcile(Run(RunState.ENDED))
    assert story.page.statuses == {"a": "degraded"}
