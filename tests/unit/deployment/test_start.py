from __future__ import annotations

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.start import start
from alert24_deploy.errors import BrokenState, UnknownService, WrongSetting
from alert24_deploy.policy import Outcome
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

from .fakes import NOW, Fakes, actions, service


def test_start__several_services__all_in_maintenance() -> None:
    """Every service that is named is set to maintenance."""
    fakes = Fakes(service("API"), service("Web", "degraded"), service("Other"))
    start(fakes.page, fakes.store, fakes.order("API", "Web"))
    assert fakes.page.statuses == {"api": "maintenance", "web": "maintenance", "other": "operational"}


def test_start__any__only_the_status_is_sent() -> None:
    """A description that nobody set is never touched."""
    fakes = Fakes(service("API", description="Main entry point"), service("Web"))
    start(fakes.page, fakes.store, fakes.order())
    assert fakes.page.sent == [{"status": "maintenance"}] * 2


def test_start__any__saved_before_the_first_write() -> None:
    """Whatever kills start while it writes, finish knows what was there."""
    fakes = Fakes(service("API"), service("Web"))
    start(fakes.page, fakes.store, fakes.order())
    assert fakes.journal == ["save starting", "write web", "write api", "save started"]


def test_start__before_the_writes__state_takes_every_write_for_possible() -> None:
    """A start that is killed leaves a state by which everything is put back."""
    fakes = Fakes(service("API", "degraded"))
    start(fakes.page, fakes.store, fakes.order())
    assert fakes.store.saved[0].services == (ServiceState("api", "API", "degraded", WriteStatus.MAYBE, found_at="t0"),)


def test_start__all_went_well__state_knows_what_was_found_and_written() -> None:
    """The state holds the deployment, the time, and each service's status from before."""
    fakes = Fakes(service("API", "degraded"))
    start(fakes.page, fakes.store, fakes.order(policy={"on_failure": "degraded"}))
    found = ServiceState("api", "API", "degraded", WriteStatus.YES, found_at="t0", wrote_at="t1")
    assert fakes.store.last == State("run-1", Stage.STARTED, NOW, (found,), policy={"on_failure": "degraded"})


def test_start__all_went_well__report_shows_before_and_after() -> None:
    """The report has one result for each service, in the order of the references."""
    fakes = Fakes(service("API", "degraded"), service("Web"))
    report = start(fakes.page, fakes.store, fakes.order("Web", "API"))
    told = [(each.id, each.before, each.found, each.after) for each in report.services]
    assert told == [
        ("web", "operational", "operational", "maintenance"),
        ("api", "degraded", "degraded", "maintenance"),
    ]


def test_start__all_went_well__exit_code_0_and_changed() -> None:
    """A start without an error succeeds."""
    fakes = Fakes(service("API"))
    report = start(fakes.page, fakes.store, fakes.order())
    assert (report.exit_code, report.changed, report.error) == (0, True, None)


def test_start__unknown_service__nothing_changed() -> None:
    """One wrong reference stops start before anything is written."""
    fakes = Fakes(service("API"), service("Web"))
    with pytest.raises(UnknownService) as caught:
        start(fakes.page, fakes.store, fakes.order("API", "Wbe"))
    assert "Nothing was changed." in str(caught.value)
    assert not fakes.page.sent


def test_start__unknown_service__recorded_as_never_begun() -> None:
    """The finish that follows must not take the page down."""
    fakes = Fakes(service("API"))
    with pytest.raises(UnknownService):
        start(fakes.page, fakes.store, fakes.order("Nope"))
    assert fakes.store.last.stage is Stage.FAILED


def test_start__in_maintenance_already__taken_over() -> None:
    """A re-run after a dead runner must heal the page, so its maintenance becomes ours."""
    fakes = Fakes(service("API", "maintenance"))
    report = start(fakes.page, fakes.store, fakes.order())
    assert (actions(report), fakes.kept("api").before) == ({"api": "written"}, "maintenance")
    assert "taken over" in report.services[0].reason


def test_start__respects_existing_maintenance__left_alone() -> None:
    """Somebody else's maintenance is neither written nor ended by us."""
    fakes = Fakes(service("API", "maintenance"), service("Web"))
    report = start(fakes.page, fakes.store, fakes.order(respect_existing_maintenance=True))
    assert actions(report) == {"api": "kept", "web": "written"}
    assert fakes.kept("api").left_alone


def test_start__every_service_left_alone__nothing_is_sent() -> None:
    """No request is made for nothing."""
    fakes = Fakes(service("API", "maintenance"))
    report = start(fakes.page, fakes.store, fakes.order(respect_existing_maintenance=True))
    assert (fakes.page.sent, report.changed) == ([], False)


def test_start__state_cannot_be_saved__nothing_written_and_said() -> None:
    """Without a state nothing could be put back, so nothing is written."""
    fakes = Fakes(service("API"))
    fakes.store.full = WrongSetting("the state file can't be written")
    with pytest.raises(WrongSetting) as caught:
        start(fakes.page, fakes.store, fakes.order())
    assert "Nothing was changed." in str(caught.value)
    assert not fakes.page.sent


def test_start__state_cannot_be_saved_again__says_what_was_written() -> None:
    """A disk that fills up in between leaves a user who knows how the page is."""
    fakes = Fakes(service("API"))
    fakes.store.full, fakes.store.room = WrongSetting("the state file can't be written"), 1
    with pytest.raises(WrongSetting) as caught:
        start(fakes.page, fakes.store, fakes.order())
    assert "Written: 'API'." in str(caught.value)


def test_start__dry_run__reads_and_writes_nothing() -> None:
    """A rehearsal says what it would write; neither the page nor the store sees anything of it."""
    fakes = Fakes(service("API", "degraded"))
    report = start(fakes.page, fakes.store, fakes.order(dry_run=True))
    assert (fakes.journal, actions(report)) == ([], {"api": "would-write"})
    assert (report.services[0].after, report.changed) == ("maintenance", False)


def test_start__dry_run__state_is_marked_as_a_rehearsal() -> None:
    """A door that hands the state on hands on that it was one."""
    fakes = Fakes(service("API"))
    state = start(fakes.page, fakes.store, fakes.order(dry_run=True)).state
    assert state is not None
    assert state.stage is Stage.REHEARSED


def test_start__dry_run_with_a_mistake__records_nothing() -> None:
    """A rehearsal that fails leaves no trace either."""
    fakes = Fakes(service("API"))
    with pytest.raises(UnknownService):
        start(fakes.page, fakes.store, fakes.order("Nope", dry_run=True))
    assert not fakes.store.saved


def test_start__after_a_dead_run__takes_its_maintenance_over() -> None:
    """What start finds is maintenance; the dead run's services are on record until this deployment has finished."""
    fakes = Fakes(service("API", "degraded"))
    start(fakes.page, fakes.store, fakes.order())
    start(fakes.page, fakes.store, fakes.order(deployment="run-2"))
    assert (fakes.store.last.deployment, fakes.kept("api").before) == ("run-2", "maintenance")
    assert [each.before for each in fakes.store.last.inherited] == ["degraded"]
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    start(fakes.page, fakes.store, fakes.order(deployment="run-3"))
    assert fakes.store.last.inherited == ()


def test_start__after_a_dead_run_and_somebody_has_written__takes_what_is_there() -> None:
    """A service that is no longer in maintenance is as somebody else said, not as the dead run found it."""
    fakes = Fakes(service("API", "degraded"))
    start(fakes.page, fakes.store, fakes.order())
    fakes.page.set("api", "down")
    start(fakes.page, fakes.store, fakes.order())
    assert fakes.kept("api").before == "down"


def test_start__after_a_finished_deployment__begins_anew() -> None:
    """A finished state says nothing about the next deployment."""
    fakes = Fakes(service("API", "maintenance"))
    old = ServiceState("api", "API", "degraded", WriteStatus.YES, done=True)
    fakes.store.saved = [State("run-0", Stage.FINISHED, NOW, (old,), outcome=Outcome.SUCCESS.value)]
    start(fakes.page, fakes.store, fakes.order())
    assert fakes.kept("api").before == "maintenance"


def test_start__service_that_an_unfinished_run_had_put_right__begins_anew() -> None:
    """Where a half finished deployment was done with a service, its memory of it is worth nothing."""
    fakes = Fakes(service("API", "maintenance"))
    old = ServiceState("api", "API", "degraded", WriteStatus.YES, done=True)
    fakes.store.saved = [State("run-0", Stage.STARTED, NOW, (old,))]
    start(fakes.page, fakes.store, fakes.order())
    assert fakes.kept("api").before == "maintenance"


def test_start__broken_earlier_state__warns_and_goes_on() -> None:
    """A state that can't be read is replaced, and the user is told."""
    fakes = Fakes(service("API"))
    fakes.store.broken = BrokenState("the state file can't be used")
    report = start(fakes.page, fakes.store, fakes.order())
    assert (fakes.page.statuses, len(report.warnings)) == ({"api": "maintenance"}, 1)
    assert "replaced" in report.warnings[0]
