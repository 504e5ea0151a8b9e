from __future__ import annotations

from typing import Any

import pytest

from alert24_deploy.deployment.start import record_never_began
from alert24_deploy.errors import Alert24DeployError, BrokenState, Interrupted, UnknownService, WrongSetting
from alert24_deploy.policy import Outcome
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

from .fakes import NOW, FakePage, Fakes, actions, outage, refusal, service


def stopped(*, sent: bool = False) -> Interrupted:
    """A signal."""
    return Interrupted("stopped by a signal", sent=sent)


def test_start__several_services__in_maintenance_and_nothing_else_is_sent() -> None:
    """Every service that is named; a description that nobody set is never touched. The report is in their order."""
    fakes = Fakes(service("API", "degraded", "Main entry point"), service("Web"), service("Other"))
    report = fakes.start("Web", "API")
    assert fakes.page.statuses == {"api": "maintenance", "web": "maintenance", "other": "operational"}
    assert fakes.page.sent == [{"status": "maintenance"}] * 2
    assert [(each.id, each.before, each.found, each.after) for each in report.services] == [
        ("web", "operational", "operational", "maintenance"),
        ("api", "degraded", "degraded", "maintenance"),
    ]
    assert (report.exit_code, report.changed, report.error, report.warnings) == (0, True, None, [])


def test_start__any__saved_before_the_first_write_and_after_the_last() -> None:
    """A start that is killed leaves a state by which every write is possible, and everything is put back."""
    fakes = Fakes(service("API", "degraded"), service("Web"))
    fakes.start("API", "Web", policy={"on_failure": "degraded"})
    assert fakes.journal == ["save starting", "write web", "write api", "save started"]
    assert fakes.store.saved[0].services[0] == ServiceState("api", "API", "degraded", WriteStatus.MAYBE, found_at="t0")
    assert fakes.kept("api") == ServiceState("api", "API", "degraded", WriteStatus.YES, found_at="t0", wrote_at="t2")
    last = fakes.store.last
    assert (last.deployment, last.stage, last.started_at, last.policy) == (
        "run-1",
        Stage.STARTED,
        NOW,
        {"on_failure": "degraded"},
    )


@pytest.mark.parametrize("dry_run", [False, True])
def test_start__unknown_service__nothing_changed_and_recorded_as_never_begun(dry_run: bool) -> None:
    """One wrong reference stops start before it writes; the finish that follows must not take the page down."""
    fakes = Fakes(service("API"), service("Web"))
    with pytest.raises(UnknownService, match="Nothing was changed"):
        fakes.start("API", "Wbe", dry_run=dry_run)
    assert not fakes.page.sent
    assert [each.stage for each in fakes.store.saved] == ([] if dry_run else [Stage.FAILED])


def test_start__in_maintenance_already__taken_over() -> None:
    """A re-run after a dead runner must heal the page, so its maintenance becomes ours."""
    fakes = Fakes(service("API", "maintenance"))
    report = fakes.start()
    assert (actions(report), fakes.kept("api").before) == ({"api": "written"}, "maintenance")
    assert "taken over" in report.services[0].reason


def test_start__respects_existing_maintenance__left_alone() -> None:
    """Somebody else's maintenance is neither written nor ended by us, and no request is made for nothing."""
    fakes = Fakes(service("API", "maintenance"), service("Web"))
    report = fakes.start("API", respect_existing_maintenance=True)
    assert (fakes.page.sent, report.changed) == ([], False)
    report = fakes.start(respect_existing_maintenance=True)
    assert (actions(report), fakes.kept("api").left_alone) == ({"api": "kept", "web": "written"}, True)


@pytest.mark.parametrize(("room", "left", "sent"), [(0, "Nothing was changed.", 0), (1, "Written: 'API'.", 1)])
def test_start__state_cannot_be_saved__says_how_the_page_is(room: int, left: str, sent: int) -> None:
    """Without a state nothing is written; a disk that fills up later leaves a user who knows how the page is."""
    fakes = Fakes(service("API"))
    fakes.store.full, fakes.store.room = WrongSetting("the state file can't be written"), room
    with pytest.raises(WrongSetting) as caught:
        fakes.start()
    assert (left in str(caught.value), len(fakes.page.sent)) == (True, sent)


def test_start__dry_run__reads_and_writes_nothing() -> None:
    """A rehearsal says what it would write, and the state that it hands on says that it was one."""
    fakes = Fakes(service("API", "degraded"))
    report = fakes.start(dry_run=True)
    assert (fakes.journal, actions(report), report.changed) == ([], {"api": "would-write"}, False)
    assert report.services[0].after == "maintenance"
    assert report.state
    assert report.state.stage is Stage.REHEARSED
    fakes.page.unreadable = outage()
    fakes.start("API", dry_run=True)
    assert not fakes.store.saved


def test_start__broken_earlier_state__warns_and_goes_on() -> None:
    """A state that can't be read is replaced, and the user is told."""
    fakes = Fakes(service("API"))
    fakes.store.broken = BrokenState("the state file can't be used")
    (warning,) = fakes.start().warnings
    assert (fakes.page.statuses, "replaced" in warning) == ({"api": "maintenance"}, True)


def test_start__unreachable__deployment_goes_on_and_finish_resolves() -> None:
    """By default a page that can't be reached stops no deployment; the references wait in the state."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = outage()
    report = fakes.start("API")
    assert (report.exit_code, report.failed, report.error) == (0, False, fakes.page.unreadable)
    assert (fakes.store.last.stage, fakes.store.last.unresolved) == (Stage.STARTED, ("API",))


@pytest.mark.parametrize(
    ("error", "rule", "code"),
    [
        (outage(), "always", 4),
        *((refusal(), rule, 3) for rule in ("never", "finish", "always")),
        (stopped(), "never", 4),
    ],
)
def test_start__lookup_fails_by_the_rule__never_began(error: Alert24DeployError, rule: str, code: int) -> None:
    """No rule forgives a wrong key or a signal; the state says that the deployment never began."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = error
    with pytest.raises(type(error), match=r"Could not look up the services: .*\nNothing was changed\.") as caught:
        fakes.start("API", fail_on_unreachable=rule)
    assert (caught.value.exit_code, fakes.store.last.stage) == (code, Stage.FAILED)


def test_start__one_of_three_refused__the_others_are_put_back_and_all_is_said() -> None:
    """A start that fails leaves the page as it was; a finish that follows changes nothing."""
    fakes = Fakes(service("API"), service("Web", "degraded"), service("DB"))
    fakes.page.refuse["db"] = refusal()
    report = fakes.start()
    assert fakes.page.statuses == {"api": "operational", "web": "degraded", "db": "operational"}
    assert str(report.error) == (
        "Could not set 'DB' to maintenance: Alert24 answered 403.\n"
        "Written: 'API' and 'Web'. Not written: 'DB'. What was written has been restored (2 services)."
    )
    assert (report.exit_code, report.failed) == (3, True)
    assert {each.id: each.after for each in report.services} == fakes.page.statuses
    assert "was restored" in report.services[0].reason
    sent = len(fakes.page.sent)
    assert (fakes.finish(Outcome.FAILURE).exit_code, len(fakes.page.sent)) == (0, sent)


def test_start__nothing_written__says_so_and_puts_nothing_back() -> None:
    """Where every write was refused there is nothing to undo. A refusal decides over an outage: no waiting heals it."""
    fakes = Fakes(service("API"), service("Web"))
    fakes.page.refuse = {"api": outage(sent=False), "web": refusal()}
    report = fakes.start()
    assert "Could not set 'Web' to maintenance (and 1 more)" in str(report.error)
    assert "Nothing was changed." in str(report.error)
    assert (len(fakes.page.sent), report.exit_code) == (2, 3)


@pytest.mark.parametrize(
    ("sent", "action", "written"), [(False, "failed", WriteStatus.NO), (True, "unknown", WriteStatus.MAYBE)]
)
def test_start__outage_of_one_write__goes_on(sent: bool, action: str, written: WriteStatus) -> None:
    """The state knows what was not written; nobody claims to know what became of a request without an answer."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.page.refuse["db"] = outage(sent=sent)
    report = fakes.start()
    assert (actions(report), report.exit_code) == ({"api": "written", "db": action}, 0)
    assert (fakes.store.last.stage, fakes.kept("api").written, fakes.kept("db").written) == (
        Stage.STARTED,
        WriteStatus.YES,
        written,
    )


def test_start__put_back_fails_too__warns_and_leaves_it_to_finish() -> None:
    """What can't be undone now is undone by the finish that follows."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.page.refuse = {"api": outage(sent=True), "db": refusal()}
    fakes.page.carried_out = {"api"}
    report = fakes.start()
    assert any("could not be restored" in warning for warning in report.warnings)
    fakes.page.refuse, fakes.page.carried_out = {}, set()
    fakes.page.set("api", "maintenance")
    fakes.finish(Outcome.FAILURE)
    assert fakes.page.statuses == {"api": "operational", "db": "operational"}


def test_start__stopped_by_a_signal__restores_on_a_page_deaf_to_signals() -> None:
    """After a signal the page that start wrote on answers no more. `never` forgives outages, not an interruption."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.page.refuse["db"] = stopped()
    restoring = FakePage(fakes.journal, ())
    restoring.services = fakes.page.services
    report = fakes.start(restoring_page=lambda: restoring, fail_on_unreachable="never")
    assert (fakes.page.statuses, report.exit_code) == ({"api": "operational", "db": "operational"}, 4)
    assert (restoring.sent, fakes.store.last.stage) == ([{"status": "operational"}], Stage.FINISHED)
    assert "has been restored (1 service)" in str(report.error)


@pytest.mark.parametrize("entry", ["write api", "save started"])
def test_start__signal_during_the_last_write_or_later__is_restored(entry: str) -> None:
    """`start && deploy` deploys nothing after Ctrl-C, however late it came."""
    fakes = Fakes(service("API", "degraded"))
    report = fakes.start(cancelled=lambda: entry in fakes.journal)
    assert (report.failed, fakes.page.statuses) == (True, {"api": "degraded"})
    assert "The deployment was not started" in str(report.error)
    assert (fakes.store.last.stage, fakes.store.last.outcome) == (Stage.FINISHED, "skipped")


def test_start__signal_while_an_outage_is_saved__is_no_deployment() -> None:
    """An outage that would have been forgiven doesn't hide that somebody stopped start."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = outage()
    with pytest.raises(Interrupted, match="a signal arrived"):
        fakes.start("API", cancelled=lambda: "save started" in fakes.journal)
    assert fakes.store.last.never_began


@pytest.mark.parametrize("left", [(), (ServiceState("api", "API", "degraded", WriteStatus.YES),)])
def test_never_began__recorded__keeps_what_another_run_left(left: tuple[ServiceState, ...]) -> None:
    """A finish that follows finds a deployment without services; a dead run's maintenance is not forgotten."""
    fakes = Fakes()
    fakes.store.saved = [State("run-0", Stage.STARTED, NOW, left)] if left else []
    record_never_began(fakes.store, "run-1", NOW)
    assert fakes.store.last == State("run-1", Stage.FAILED, NOW, inherited=left)


@pytest.mark.parametrize(
    "options",
    [{"written": WriteStatus.NO}, {"done": True}, {"left_alone": True}],
    ids=str,
)
def test_start__service_that_an_earlier_run_does_not_hold__is_nobodys(options: dict[str, Any]) -> None:
    """What an unfinished run never wrote, was done with or left alone needs no healing."""
    fakes = Fakes(service("API", "maintenance"))
    old = ServiceState("api", "API", "degraded", **{"written": WriteStatus.YES, **options})
    fakes.store.saved = [State("run-0", Stage.STARTED, NOW, (old,))]
    assert fakes.start().warnings == []
    assert (fakes.kept("api").before, fakes.store.last.inherited) == ("maintenance", ())
