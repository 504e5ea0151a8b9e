from __future__ import annotations

from dataclasses import replace

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.start import start
from alert24_deploy.errors import BrokenState, UnknownService, WrongSetting
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

from .fakes import NOW, Fakes, actions, service


def started(*statuses: str | None, **options: object) -> Fakes:
    """A deployment of the services A, B ... that were found with these statuses."""
    fakes = Fakes(*(service(name, status) for name, status in zip("ABCDE", statuses, strict=False)))
    start(fakes.page, fakes.store, fakes.order(**options))
    fakes.page.sent.clear()
    fakes.journal.clear()
    return fakes


OUTCOMES = [
    (Outcome.SUCCESS, "operational"),
    (Outcome.FAILURE, "down"),
    (Outcome.CANCELLED, "degraded"),
    (Outcome.SKIPPED, "degraded"),
]


@pytest.mark.parametrize(("outcome", "expected"), OUTCOMES, ids=str)
def test_finish__any_outcome__leaves_what_it_deserves(outcome: Outcome, expected: str) -> None:
    """The four outcomes, for a service that was degraded before."""
    fakes = started("degraded")
    finish(fakes.page, fakes.store, fakes.ending(outcome))
    assert fakes.page.statuses == {"a": expected}


def test_finish__failed_and_rolled_back__what_start_found() -> None:
    """After a rollback the service is as it was before the deployment."""
    fakes = started("degraded")
    finish(
        fakes.page, fakes.store, replace(fakes.ending(Outcome.FAILURE), result=DeploymentResult(Outcome.FAILURE, True))
    )
    assert fakes.page.statuses == {"a": "degraded"}


def test_finish__any__only_the_status_is_sent() -> None:
    """A description that nobody set is never touched."""
    fakes = started("operational")
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert fakes.page.sent == [{"status": "operational"}]


def test_finish__policy_given_to_start__remembered() -> None:
    """Finish needs none of start's options again."""
    fakes = started("operational", policy={"on_failure": "degraded"})
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert fakes.page.statuses == {"a": "degraded"}


def test_finish__policy_given_to_both__its_own_wins() -> None:
    """What is known at the end is known better."""
    fakes = started("operational", policy={"on_failure": "degraded"})
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, policy={"on_failure": "previous"}))
    assert fakes.page.statuses == {"a": "operational"}


def test_finish__all_done__state_is_finished() -> None:
    """The state knows the outcome, the time, and that nothing is left to do."""
    fakes = started("operational")
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    last = fakes.store.last
    assert (last.stage, last.outcome, last.finished_at, last.services[0].done) == (
        Stage.FINISHED,
        "success",
        NOW,
        True,
    )


def test_finish__a_second_time__changes_nothing() -> None:
    """Nobody who finishes twice, with whatever outcome, changes the page; nothing is even read."""
    fakes = started("operational")
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    reads, writes = fakes.page.reads, list(fakes.page.sent)
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert (report.exit_code, report.changed, fakes.page.reads, fakes.page.sent) == (0, False, reads, writes)
    assert "finished before (success)" in report.notes[0]


def test_finish__somebody_reported_down__stays_down() -> None:
    """The worse report stands."""
    fakes = started("operational", "operational")
    fakes.page.set("a", "down")
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (fakes.page.statuses, actions(report)) == (
        {"a": "down", "b": "operational"},
        {"a": "kept", "b": "written"},
    )


def test_finish__maintenance_of_somebody_else__untouched_and_told() -> None:
    """A service that was left alone at start stays in its maintenance, and the report has it."""
    fakes = started("maintenance", "operational", respect_existing_maintenance=True)
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert fakes.page.statuses == {"a": "maintenance", "b": "down"}
    assert (actions(report)["a"], "is left alone" in report.services[-1].reason) == ("kept", True)


def test_finish__skipped_after_a_dead_run__its_maintenance_stays() -> None:
    """`previous` is what start found, and nothing else; `reconcile` heals what a dead run left."""
    fakes = started("degraded")
    start(fakes.page, fakes.store, fakes.order(deployment="run-2"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SKIPPED))
    assert fakes.page.statuses == {"a": "maintenance"}


def test_finish__start_never_began__outcome_counts_as_skipped() -> None:
    """A failed job whose deployment never began doesn't turn the page down, and a note says why."""
    fakes = Fakes(service("A", "maintenance"))
    left = ServiceState("a", "A", "degraded", WriteStatus.YES)
    fakes.store.saved = [State("run-1", Stage.FAILED, NOW, (left,))]
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert (fakes.page.statuses, fakes.store.last.outcome) == ({"a": "degraded"}, "skipped")
    assert "never began" in report.notes[0]


def test_finish__start_was_killed_while_it_wrote__puts_everything_back() -> None:
    """A state that is still `starting` belongs to a start that was killed."""
    fakes = Fakes(service("A", "maintenance"), service("B", "degraded"))
    found = (ServiceState("a", "A", "down", WriteStatus.MAYBE), ServiceState("b", "B", "degraded", WriteStatus.MAYBE))
    fakes.store.saved = [State("run-1", Stage.STARTING, NOW, found)]
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert (fakes.page.statuses, actions(report)) == ({"a": "down", "b": "degraded"}, {"a": "written", "b": "kept"})


def test_finish__never_began_and_not_written__left_alone() -> None:
    """Only what start wrote is put back."""
    fakes = Fakes(service("A", "degraded"))
    fakes.store.saved = [State("run-1", Stage.FAILED, NOW, (ServiceState("a", "A", "operational"),))]
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert (fakes.page.statuses, fakes.page.sent, report.services) == ({"a": "degraded"}, [], [])


def test_finish__never_began_and_skipped__no_note() -> None:
    """Who says `skipped` is told nothing new."""
    fakes = Fakes()
    fakes.store.saved = [State("run-1", Stage.FAILED, NOW)]
    assert finish(fakes.page, fakes.store, fakes.ending(Outcome.SKIPPED)).notes == []


def test_finish__no_state__by_the_outcome_alone() -> None:
    """Where start left nothing, the references given to finish are enough."""
    fakes = Fakes(service("A", "maintenance"), service("B", "down"))
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS, references=("A", "b")))
    assert fakes.page.statuses == {"a": "operational", "b": "down"}
    assert [each.before for each in report.services] == [None, None]


def test_finish__no_state__leaves_none() -> None:
    """Without a deployment there is nothing to remember, and the next finish is not taken for a second one."""
    fakes = Fakes(service("A", "maintenance"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS, references=("A",)))
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, references=("A",)))
    assert (fakes.store.saved, fakes.page.statuses, report.changed) == ([], {"a": "down"}, True)


def test_finish__no_state_and_unknown_service__nothing_changed() -> None:
    """A wrong reference stops finish before anything is written."""
    fakes = Fakes(service("A", "maintenance"))
    with pytest.raises(UnknownService) as caught:
        finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS, references=("A", "X")))
    assert "Nothing was changed." in str(caught.value)
    assert not fakes.page.sent


def test_finish__broken_state__nothing_changed() -> None:
    """A state that can't be used is an error, not an empty one."""
    fakes = Fakes(service("A", "maintenance"))
    fakes.store.broken = BrokenState("the state file can't be used")
    with pytest.raises(BrokenState):
        finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS, references=("A",)))
    assert fakes.page.reads == 0


def test_finish__state_cannot_be_saved__a_warning() -> None:
    """The page is right all the same, so the deployment does not fail for a full disk."""
    fakes = started("operational")
    fakes.store.full = WrongSetting("the state file can't be written")
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (report.exit_code, fakes.page.statuses) == (0, {"a": "operational"})
    assert "could not be recorded: the state file can't be written" in report.warnings[0]


def test_finish__dry_run__reads_and_writes_nothing() -> None:
    """A rehearsal of finish leaves page and state as they are."""
    fakes = started("operational")
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, dry_run=True))
    assert (fakes.journal, actions(report), report.services[0].after) == ([], {"a": "would-write"}, "down")


def test_finish__start_was_a_rehearsal__says_what_it_would_write() -> None:
    """After a dry run of start finish writes nothing either, and reckons with the maintenance that would be."""
    fakes = Fakes(service("A"), service("B", "down"))
    rehearsed = start(fakes.page, fakes.store, fakes.order(dry_run=True)).state
    assert rehearsed is not None
    fakes.store.saved = [rehearsed]
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (actions(report), fakes.page.sent) == ({"a": "would-write", "b": "would-write"}, [])


def test_finish__one_service__asks_for_that_one_alone() -> None:
    """One service costs one GET, whatever the size of the organisation."""
    fakes = started("operational")
    fakes.page.list = lambda **_: pytest.fail("the whole list was asked for")  # type: ignore[method-assign]
    fakes.page.find = lambda service_id, **_: fakes.page.services[service_id]  # type: ignore[method-assign]
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert fakes.page.statuses == {"a": "operational"}


AFTERWARDS = [
    (Outcome.SUCCESS, "operational"),
    (Outcome.FAILURE, "down"),
    (Outcome.CANCELLED, "degraded"),
    (Outcome.SKIPPED, "operational"),
]


@pytest.mark.parametrize(("outcome", "after"), AFTERWARDS, ids=str)
def test_finish__any_outcome__state_remembers_the_status_that_it_left(outcome: Outcome, after: str | None) -> None:
    """A status that this deployment has written is its own, and no conflict for a later attempt."""
    fakes = started("operational")
    finish(fakes.page, fakes.store, fakes.ending(outcome))
    assert (fakes.kept("a").after, fakes.kept("a").after_at) == (after, fakes.page.services["a"].updated_at)


def test_finish__failed_and_kept__state_remembers_no_status_of_ours() -> None:
    """What another writer left is not this deployment's."""
    fakes = started("operational")
    fakes.page.set("a", "down")
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert fakes.kept("a").after is None
