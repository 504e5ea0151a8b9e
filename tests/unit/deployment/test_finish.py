from __future__ import annotations

from typing import Any

import pytest

from alert24_deploy.errors import (
    Alert24DeployError,
    BrokenState,
    Interrupted,
    NoSuchService,
    UnknownService,
    WrongSetting,
)
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

from .fakes import NOW, Fakes, actions, outage, refusal, service

SUCCESS, FAILURE, CANCELLED, SKIPPED = Outcome
Saved = tuple[ServiceState, ...]
SIGNAL = "stopped by a signal"


def started(*statuses: str | None, **options: Any) -> Fakes:
    """A deployment of the services A, B ... that were found with these statuses."""
    fakes = Fakes(*(service(name, status) for name, status in zip("ABCDE", statuses, strict=False)))
    fakes.start(**options)
    fakes.page.sent.clear()
    fakes.journal.clear()
    return fakes


def left(stage: Stage, *statuses: str, services: Saved = (), unresolved: tuple[str, ...] = ()) -> Fakes:
    """The services A, B ... with these statuses now, and a state that some start has left."""
    fakes = Fakes(*(service(name, status) for name, status in zip("ABCDE", statuses, strict=False)))
    fakes.store.saved = [State("run-1", stage, NOW, services, unresolved=unresolved)]
    return fakes


@pytest.mark.parametrize(
    ("before", "outcome", "after"),
    [
        ("degraded", SUCCESS, "operational"),
        ("degraded", FAILURE, "down"),
        ("degraded", CANCELLED, "degraded"),
        ("degraded", SKIPPED, "degraded"),
        ("operational", SKIPPED, "operational"),
        ("down", SKIPPED, "down"),
    ],
    ids=str,
)
def test_finish__any_outcome__status_is_written_alone_and_remembered(before: str, outcome: Outcome, after: str) -> None:
    """The state knows that nothing is left to do, and the write that is this deployment's own."""
    fakes = started(before)
    fakes.finish(outcome)
    assert (fakes.page.statuses, fakes.page.sent) == ({"a": after}, [{"status": after}])
    kept, last = fakes.kept("a"), fakes.store.last
    assert (last.stage, last.outcome, last.finished_at, kept.done) == (Stage.FINISHED, outcome.value, NOW, True)
    assert (kept.after, kept.after_at) == (after, fakes.page.services["a"].updated_at)


def test_finish__failed_and_rolled_back__what_start_found() -> None:
    """After a rollback the service is as it was before the deployment."""
    fakes = started("degraded")
    fakes.finish(FAILURE, result=DeploymentResult(FAILURE, rolled_back=True))
    assert fakes.page.statuses == {"a": "degraded"}


@pytest.mark.parametrize(("policy", "after"), [({}, "degraded"), ({"on_failure": "previous"}, "operational")])
def test_finish__policy_given_to_start__remembered_but_finishs_own_wins(policy: dict[str, str], after: str) -> None:
    """Finish needs none of start's options again; what is known at the end is known better."""
    fakes = started("operational", policy={"on_failure": "degraded"})
    fakes.finish(FAILURE, policy=policy)
    assert fakes.page.statuses == {"a": after}


def test_finish__a_second_time__changes_nothing() -> None:
    """Nobody who finishes twice, with whatever outcome, changes the page; nothing is even read."""
    fakes = started("operational")
    fakes.finish(SUCCESS)
    reads, writes = fakes.page.reads, list(fakes.page.sent)
    report = fakes.finish(FAILURE)
    assert (report.exit_code, report.changed, fakes.page.reads, fakes.page.sent) == (0, False, reads, writes)
    assert "finished before (success)" in report.notes[0]


@pytest.mark.parametrize("outcome", [SUCCESS, FAILURE])
def test_finish__somebody_reported_down__stays_down_and_is_not_ours(outcome: Outcome) -> None:
    """The worse report stands, and a success says so; what another writer left is not this deployment's."""
    fakes = started("operational", "operational")
    fakes.page.set("a", "down")
    report = fakes.finish(outcome)
    assert (fakes.page.statuses["a"], actions(report)) == ("down", {"a": "kept", "b": "written"})
    assert (fakes.kept("a").after, fakes.kept("a").done) == (None, True)
    assert ["'A' stays 'down'" in each for each in report.warnings] == [True] * (outcome is SUCCESS)


def test_finish__maintenance_of_somebody_else__untouched_and_told() -> None:
    """A service that was left alone at start stays in its maintenance, and the report has it."""
    fakes = started("maintenance", "operational", respect_existing_maintenance=True)
    report = fakes.finish(FAILURE)
    assert fakes.page.statuses == {"a": "maintenance", "b": "down"}
    assert (actions(report)["a"], "is left alone" in report.services[-1].reason) == ("kept", True)


@pytest.mark.parametrize(("outcome", "notes"), [(FAILURE, 1), (SKIPPED, 0)])
@pytest.mark.parametrize("stage", [Stage.FAILED, Stage.STARTING])
def test_finish__never_began__restores_what_start_wrote(stage: Stage, outcome: Outcome, notes: int) -> None:
    """A failed job whose deployment never began doesn't turn the page down; one that is starting was killed.

    What start found in maintenance, and what it did not write, stays as it is.
    """
    services = (
        ServiceState("a", "A", "down", WriteStatus.YES),
        ServiceState("b", "B", "degraded", WriteStatus.MAYBE),
        ServiceState("c", "C", "operational"),
        ServiceState("d", "D", "maintenance", WriteStatus.YES),
    )
    fakes = left(stage, "maintenance", "degraded", "degraded", "maintenance", services=services)
    report = fakes.finish(outcome)
    assert fakes.page.statuses == {"a": "down", "b": "degraded", "c": "degraded", "d": "maintenance"}
    assert (actions(report), fakes.store.last.outcome) == ({"a": "written", "b": "kept"}, "skipped")
    assert ["never began" in each for each in report.notes] == [True] * notes


def test_finish__no_state__by_the_outcome_alone_and_leaves_none() -> None:
    """Where start left nothing, the references are enough; the next finish is not taken for a second one."""
    fakes = Fakes(service("A", "maintenance"), service("B", "down"))
    report = fakes.finish(SUCCESS, references=("A", "b"))
    assert fakes.page.statuses == {"a": "operational", "b": "down"}
    assert [each.before for each in report.services] == [None, None]
    assert (fakes.finish(FAILURE, references=("A",)).changed, fakes.store.saved) == (True, [])


def test_finish__no_state_and_unknown_service__nothing_changed() -> None:
    """A wrong reference stops finish before anything is written."""
    fakes = Fakes(service("A", "maintenance"))
    with pytest.raises(UnknownService, match=r"Could not look up the services: .*\nThe key's .* Nothing was changed\."):
        fakes.finish(SUCCESS, references=("A", "X"))
    assert not fakes.page.sent


def test_finish__broken_state__nothing_changed() -> None:
    """A state that can't be used is an error, not an empty one."""
    fakes = Fakes(service("A", "maintenance"))
    fakes.store.broken = BrokenState("the state file can't be used")
    with pytest.raises(BrokenState):
        fakes.finish(SUCCESS, references=("A",))
    assert fakes.page.reads == 0


def test_finish__state_cannot_be_saved__a_warning() -> None:
    """The page is right all the same, so the deployment does not fail for a full disk."""
    fakes = started("operational")
    fakes.store.full = WrongSetting("the state file can't be written")
    report = fakes.finish(SUCCESS)
    assert (report.exit_code, fakes.page.statuses) == (0, {"a": "operational"})
    assert "could not be recorded: the state file can't be written" in report.warnings[0]


def test_finish__dry_run__reads_and_writes_nothing() -> None:
    """A rehearsal of finish leaves page and state as they are."""
    fakes = started("operational")
    report = fakes.finish(FAILURE, dry_run=True)
    assert (fakes.journal, actions(report), report.services[0].after) == ([], {"a": "would-write"}, "down")


def test_finish__start_was_a_rehearsal__says_what_it_would_write() -> None:
    """After a dry run of start finish writes nothing either, and reckons with the maintenance that would be."""
    fakes = Fakes(service("A"), service("B", "down"))
    rehearsed = fakes.start(dry_run=True).state
    assert rehearsed
    fakes.store.saved = [rehearsed]
    assert actions(fakes.finish(SUCCESS)) == {"a": "would-write", "b": "would-write"}
    assert fakes.page.sent == []


@pytest.mark.parametrize(("hurried", "share"), [(False, 0.5), (True, 0.125)])
def test_finish__reading__leaves_the_time_to_writing(hurried: bool, share: float) -> None:
    """Half of it, and after a signal nearly all: a page stuck in maintenance is the worse fault."""
    fakes = started("operational", "operational")
    fakes.finish(SUCCESS, hurried=hurried)
    assert fakes.page.patience == share


def test_finish__references_that_start_could_not_resolve__resolved_now() -> None:
    """A deployment that went on while Alert24 was away ends with the status that fits; else they wait on."""
    fakes = Fakes(service("A"), service("B"))
    fakes.page.unreadable = outage()
    fakes.start("A")
    report = fakes.finish(FAILURE)
    assert (report.exit_code, fakes.store.last.unresolved, fakes.store.last.stage) == (4, ("A",), Stage.STARTED)
    assert "Nothing was changed." in str(report.error)
    fakes.page.unreadable = None
    fakes.finish(FAILURE)
    assert (fakes.page.statuses, fakes.store.last.unresolved) == ({"a": "down", "b": "operational"}, ())


def test_finish__late_reference_is_unknown__the_known_services_are_still_put_right() -> None:
    """One wrong reference doesn't keep the others in maintenance."""
    known = (ServiceState("a", "A", "operational", WriteStatus.YES),)
    fakes = left(Stage.STARTED, "maintenance", services=known, unresolved=("Nope",))
    report = fakes.finish(SUCCESS)
    assert (fakes.page.statuses, report.exit_code) == ({"a": "operational"}, 3)
    assert fakes.store.last.stage is Stage.STARTED
    assert "They are as they were before this finish." in str(report.error)


def test_finish__late_reference_is_known_already__once() -> None:
    """A service found twice keeps what start knew about it."""
    known = (ServiceState("a", "A", "degraded", WriteStatus.YES),)
    fakes = left(Stage.STARTED, "maintenance", services=known, unresolved=("A",))
    report = fakes.finish(SKIPPED)
    assert (len(report.services), fakes.page.statuses) == (1, {"a": "degraded"})


@pytest.mark.parametrize(("sent", "somebody", "action"), [(True, False, "written"), (False, True, "kept")])
def test_finish__start_could_not_write__a_conflict_only_if_somebody_else_has(
    sent: bool, somebody: bool, action: str
) -> None:
    """A service that nobody has touched since gets the target; a later `updated_at` shows that somebody has."""
    fakes = Fakes(service("A", "degraded"))
    fakes.page.refuse["a"] = outage(sent=sent)
    fakes.start()
    fakes.page.refuse.clear()
    if somebody:
        fakes.page.set("a", "degraded")
    assert actions(fakes.finish(SUCCESS)) == {"a": action}


@pytest.mark.parametrize(("error", "code", "after"), [(refusal, 0, "operational"), (outage, 4, "maintenance")])
def test_finish__alert24_refuses_its_own_undocumented_status__operational_instead(
    error: Any, code: int, after: str
) -> None:
    """A page stuck in maintenance is the worse fault; after an outage, trying again may work."""
    fakes = started("partial-outage")
    fakes.page.refuse_status["partial-outage"] = error()
    report = fakes.finish(SKIPPED)
    assert (fakes.page.statuses, report.exit_code) == ({"a": after}, code)
    assert ("refused its own 'partial-outage'" in report.services[0].reason) is (code == 0)


@pytest.mark.parametrize("names", ["A", "AB"])
def test_finish__unreadable__writes_the_target_and_warns(names: str) -> None:
    """A page stuck in maintenance is the worse fault, be it one service or several."""
    fakes = started(*["operational"] * len(names))
    fakes.page.unreadable = outage()
    report = fakes.finish(SUCCESS)
    assert set(fakes.page.statuses.values()) == {"operational"}
    assert (report.exit_code, len(report.warnings)) == (0, 1)
    assert "could not be read: no answer in time" in report.warnings[0]


def test_finish__service_missing_or_without_a_status__warns_and_writes() -> None:
    """What can't be compared is written by the outcome alone, and its refusal told."""
    fakes = started("operational", "operational", "operational")
    fakes.page.set("a", None)
    del fakes.page.services["b"]
    fakes.page.refuse["b"] = refusal()
    report = fakes.finish(SUCCESS)
    assert (actions(report), report.exit_code) == ({"a": "written", "b": "failed", "c": "written"}, 3)
    (warning,) = report.warnings
    assert "no current status of 'A' and 'B'" in warning


def test_finish__one_write_fails__the_others_are_done_and_the_next_finish_does_the_rest() -> None:
    """A partial failure is told service by service; a second try touches only what the first could not do."""
    fakes = started("operational", "operational")
    fakes.page.refuse["b"] = outage(sent=False)
    report = fakes.finish(SUCCESS)
    assert str(report.error) == (
        "Could not set 'B' to operational: no answer in time.\n"
        "Written: 'A'. Not written: 'B'. 'B' is still in maintenance.\n"
        "To end the maintenance by hand: alert24-deploy set operational -s b"
    )
    assert (fakes.store.last.stage, fakes.kept("a").done, fakes.kept("b").done) == (Stage.STARTED, True, False)
    fakes.page.refuse.clear()
    fakes.page.set("a", "maintenance")
    report = fakes.finish(SUCCESS)
    assert (actions(report), fakes.page.statuses) == ({"b": "written"}, {"a": "maintenance", "b": "operational"})
    assert fakes.store.last.stage is Stage.FINISHED


@pytest.mark.parametrize(
    ("error", "rule", "code"),
    [
        (outage(), "never", 0),
        (outage(), "finish", 4),
        (outage(), "always", 4),
        *((refusal(), rule, 3) for rule in ("never", "finish", "always")),
        (Interrupted(SIGNAL), "never", 4),
        (NoSuchService("Alert24 answered 404"), "never", 3),
    ],
    ids=str,
)
@pytest.mark.parametrize("beside", [True, False])
def test_finish__a_write_fails__by_the_rule(error: Alert24DeployError, rule: str, code: int, beside: bool) -> None:
    """A page left wrong fails finish, unless the user forgives an outage: no rule forgives a mistake or a signal.

    The worst of several errors decides, so that a forgiven outage beside it hides nothing.
    """
    fakes = started("operational", "operational")
    fakes.page.refuse = {"b": error, **({"a": outage()} if beside and code and rule == "never" else {})}
    report = fakes.finish(SUCCESS, fail_on_unreachable=rule)
    assert (report.exit_code, report.error, fakes.page.statuses["b"]) == (code, error, "maintenance")


def test_finish__maintenance_that_was_asked_for_is_refused__nothing_to_end_by_hand() -> None:
    """The page shows what somebody else set: no maintenance is left."""
    fakes = started("operational", policy={"on_failure": "maintenance", "on_conflict": "overwrite"})
    fakes.page.set("a", "degraded")
    fakes.page.refuse["a"] = refusal()
    error = fakes.finish(FAILURE).error
    assert error
    assert "alert24-deploy set" not in str(error)


def test_finish__stopped_while_reading__says_what_was_not_written() -> None:
    """A signal ends finish without a warning about reading; each write says that it did not happen."""
    fakes = started("operational", "operational")
    fakes.page.unreadable = Interrupted(SIGNAL, sent=False)
    fakes.page.refuse = {name: Interrupted(SIGNAL, sent=False) for name in "ab"}
    report = fakes.finish(SUCCESS)
    assert (report.warnings, actions(report)) == ([], {"a": "failed", "b": "failed"})
