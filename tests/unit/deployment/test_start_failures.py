from __future__ import annotations

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.start import record_never_began, start
from alert24_deploy.errors import Alert24Refused, CannotReachAlert24, Interrupted
from alert24_deploy.policy import Outcome
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

from .fakes import NOW, FakePage, Fakes, actions, outage, refusal, service


def stopped(*, sent: bool) -> Interrupted:
    """A signal."""
    return Interrupted("stopped by a signal", sent=sent)


def test_start__unreachable__deployment_goes_on_and_finish_resolves() -> None:
    """By default a page that can't be reached stops no deployment; the references wait in the state."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = outage()
    report = start(fakes.page, fakes.store, fakes.order("API"))
    assert (report.exit_code, report.failed, type(report.error)) == (0, False, CannotReachAlert24)
    assert (fakes.store.last.stage, fakes.store.last.unresolved) == (Stage.STARTED, ("API",))


def test_start__unreachable_and_always__fails_and_never_began() -> None:
    """With `fail-on-unreachable: always` the outage stops the deployment."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = outage()
    with pytest.raises(CannotReachAlert24) as caught:
        start(fakes.page, fakes.store, fakes.order("API", fail_on_unreachable="always"))
    assert (caught.value.exit_code, fakes.store.last.stage) == (4, Stage.FAILED)


def test_start__unreachable_in_a_dry_run__nothing_saved() -> None:
    """A rehearsal leaves nothing for finish to resolve."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = outage()
    start(fakes.page, fakes.store, fakes.order("API", dry_run=True))
    assert not fakes.store.saved


@pytest.mark.parametrize("rule", ["never", "finish", "always"])
def test_start__refused_while_reading__fails_by_every_rule(rule: str) -> None:
    """A wrong key is the user's mistake, which no `fail-on-unreachable` forgives."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = refusal()
    with pytest.raises(Alert24Refused) as caught:
        start(fakes.page, fakes.store, fakes.order("API", fail_on_unreachable=rule))
    assert str(caught.value).startswith("Could not look up the services: Alert24 answered 403.\nNothing was changed.")


def test_start__one_of_three_refused__the_others_are_put_back() -> None:
    """A start that fails leaves the page as it was, where it can."""
    fakes = Fakes(service("API"), service("Web", "degraded"), service("DB"))
    fakes.page.refuse["db"] = refusal()
    start(fakes.page, fakes.store, fakes.order())
    assert fakes.page.statuses == {"api": "operational", "web": "degraded", "db": "operational"}


def test_start__one_of_three_refused__says_what_was_and_was_not_written() -> None:
    """Every service is named in the message, and that the page is as it was."""
    fakes = Fakes(service("API"), service("Web"), service("DB"))
    fakes.page.refuse["db"] = refusal()
    report = start(fakes.page, fakes.store, fakes.order())
    assert str(report.error) == (
        "Could not set 'DB' to maintenance: Alert24 answered 403.\n"
        "Written: 'API' and 'Web'. Not written: 'DB'. What was written has been restored (2 services)."
    )
    assert (report.exit_code, report.failed) == (3, True)


def test_start__nothing_written__says_so_and_puts_nothing_back() -> None:
    """Where every write was refused there is nothing to undo."""
    fakes = Fakes(service("API"), service("Web"))
    fakes.page.refuse = {"api": refusal(), "web": refusal()}
    report = start(fakes.page, fakes.store, fakes.order())
    assert "Could not set 'API' to maintenance (and 1 more)" in str(report.error)
    assert "Nothing was changed." in str(report.error)
    assert len(fakes.page.sent) == 2


def test_start__failed_and_put_back__a_finish_that_follows_changes_nothing() -> None:
    """Post after a failed main finds the page as it should be."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.page.refuse["db"] = refusal()
    start(fakes.page, fakes.store, fakes.order())
    sent = len(fakes.page.sent)
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert (report.exit_code, len(fakes.page.sent)) == (0, sent)


def test_start__unreachable_half_way__goes_on() -> None:
    """An outage of one write stops no deployment by default; the state knows what was not written."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.page.refuse["db"] = outage(sent=False)
    report = start(fakes.page, fakes.store, fakes.order())
    assert (report.exit_code, fakes.store.last.stage) == (0, Stage.STARTED)
    assert (fakes.kept("api").written, fakes.kept("db").written) == (WriteStatus.YES, WriteStatus.NO)


def test_start__sent_without_an_answer__perhaps_written() -> None:
    """Nobody claims to know what became of a request whose answer never came."""
    fakes = Fakes(service("API"))
    fakes.page.refuse["api"] = outage(sent=True)
    report = start(fakes.page, fakes.store, fakes.order())
    assert (actions(report), report.services[0].after) == ({"api": "unknown"}, None)
    assert (fakes.kept("api").written, report.changed) == (WriteStatus.MAYBE, True)


def test_start__refusal_and_outage__the_refusal_decides() -> None:
    """The worst code is returned: what no waiting heals."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.page.refuse = {"api": outage(), "db": refusal()}
    assert start(fakes.page, fakes.store, fakes.order()).exit_code == 3


def test_start__put_back_fails_too__warns_and_leaves_it_to_finish() -> None:
    """What can't be undone now is undone by the finish that follows."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.page.refuse = {"api": outage(sent=True), "db": refusal()}
    fakes.page.carried_out = {"api"}
    report = start(fakes.page, fakes.store, fakes.order())
    assert any("could not be restored" in warning for warning in report.warnings)
    fakes.page.refuse, fakes.page.carried_out = {}, set()
    fakes.page.set("api", "maintenance")
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert fakes.page.statuses == {"api": "operational", "db": "operational"}


def test_start__stopped_by_a_signal__restores_on_a_page_deaf_to_signals() -> None:
    """After a signal the page that start wrote on answers no more: another one is used to restore."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.page.refuse["db"] = stopped(sent=False)
    restoring = FakePage(fakes.journal, ())
    restoring.services = fakes.page.services
    report = start(fakes.page, fakes.store, fakes.order(restoring_page=lambda: restoring))
    assert (fakes.page.statuses, report.exit_code) == ({"api": "operational", "db": "operational"}, 4)
    assert (restoring.sent, fakes.store.last.stage) == ([{"status": "operational"}], Stage.FINISHED)
    assert "has been restored (1 service)" in str(report.error)


def test_start__signal_during_the_last_write__no_deployment_begins() -> None:
    """A signal that interrupts no request still means that nobody wants the deployment."""
    fakes = Fakes(service("API", "degraded"))
    report = start(fakes.page, fakes.store, fakes.order(cancelled=lambda: bool(fakes.page.sent)))
    assert (report.failed, fakes.page.statuses) == (True, {"api": "degraded"})
    assert "The deployment was not started" in str(report.error)


def test_start__stopped_by_a_signal__fails_by_every_rule() -> None:
    """`fail-on-unreachable: never` forgives outages, not an interruption."""
    fakes = Fakes(service("API"))
    fakes.page.refuse["api"] = stopped(sent=True)
    assert start(fakes.page, fakes.store, fakes.order(fail_on_unreachable="never")).failed


def test_start__stopped_while_reading__never_began() -> None:
    """A signal before the first write leaves word for finish too."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = stopped(sent=False)
    with pytest.raises(Interrupted):
        start(fakes.page, fakes.store, fakes.order())
    assert fakes.store.last.stage is Stage.FAILED


def test_start__fails_after_a_dead_run__what_that_one_left_stays_on_record() -> None:
    """A deployment that never began leaves a dead run's maintenance to `reconcile`, and forgets nothing."""
    fakes = Fakes(service("API", "degraded"))
    start(fakes.page, fakes.store, fakes.order())
    fakes.page.unreadable = refusal()
    with pytest.raises(Alert24Refused):
        start(fakes.page, fakes.store, fakes.order(deployment="run-2"))
    fakes.page.unreadable = None
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert fakes.page.statuses == {"api": "maintenance"}
    assert [(each.id, each.before) for each in fakes.store.last.inherited] == [("api", "degraded")]


def test_never_began__nothing_before__an_empty_failed_state() -> None:
    """A finish that follows finds a deployment without services."""
    fakes = Fakes()
    record_never_began(fakes.store, "run-1", NOW)
    assert fakes.store.last == State("run-1", Stage.FAILED, NOW)


def test_never_began__dead_run_before__keeps_its_services() -> None:
    """What another run left in maintenance is not forgotten by one that failed at once."""
    fakes = Fakes()
    left = ServiceState("api", "API", "degraded", WriteStatus.YES)
    fakes.store.saved = [State("run-0", Stage.STARTED, NOW, (left,))]
    record_never_began(fakes.store, "run-1", NOW)
    assert (fakes.store.last.services, fakes.store.last.inherited) == ((), (left,))


def test_start__signal_while_its_end_is_saved__is_restored() -> None:
    """`start && deploy` deploys nothing after Ctrl-C, however late it came."""
    fakes = Fakes(service("API"))
    report = start(fakes.page, fakes.store, fakes.order(cancelled=lambda: "save started" in fakes.journal))
    assert (report.failed, fakes.page.statuses) == (True, {"api": "operational"})
    assert (fakes.store.last.stage, fakes.store.last.outcome) == (Stage.FINISHED, "skipped")


def test_start__signal_while_an_outage_is_saved__is_no_deployment() -> None:
    """An outage that would have been forgiven doesn't hide that somebody stopped start."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = outage()
    with pytest.raises(Interrupted, match="a signal arrived"):
        start(fakes.page, fakes.store, fakes.order("API", cancelled=lambda: "save started" in fakes.journal))
    assert fakes.store.last.never_began
