from __future__ import annotations

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.start import never_began, start
from alert24_deploy.errors import Alert24Refused, CannotReachAlert24, Stopped
from alert24_deploy.policy import Outcome
from alert24_deploy.state import ServiceState, Stage, State, Written

from .fakes import NOW, World, actions, outage, refusal, service


def stopped(*, sent: bool) -> Stopped:
    """A signal."""
    return Stopped("stopped by a signal", sent=sent)


def test_start__unreachable__deployment_goes_on_and_finish_resolves() -> None:
    """By default a page that can't be reached stops no deployment; the references wait in the state."""
    world = World(service("API"))
    world.page.unreadable = outage()
    report = start(world.page, world.store, world.order("API"))
    assert (report.exit_code, report.failed, type(report.error)) == (0, False, CannotReachAlert24)
    assert (world.store.last.stage, world.store.last.unresolved) == (Stage.STARTED, ("API",))


def test_start__unreachable_and_always__fails_and_never_began() -> None:
    """With `fail-on-error: always` the outage stops the deployment."""
    world = World(service("API"))
    world.page.unreadable = outage()
    with pytest.raises(CannotReachAlert24) as caught:
        start(world.page, world.store, world.order("API", fail_on_error="always"))
    assert (caught.value.exit_code, world.store.last.stage) == (4, Stage.FAILED)


def test_start__unreachable_in_a_dry_run__nothing_saved() -> None:
    """A rehearsal leaves nothing for finish to resolve."""
    world = World(service("API"))
    world.page.unreadable = outage()
    start(world.page, world.store, world.order("API", dry_run=True))
    assert not world.store.saved


@pytest.mark.parametrize("rule", ["never", "finish", "always"])
def test_start__refused_while_reading__fails_by_every_rule(rule: str) -> None:
    """A wrong key is the user's mistake, which no `fail-on-error` forgives."""
    world = World(service("API"))
    world.page.unreadable = refusal()
    with pytest.raises(Alert24Refused) as caught:
        start(world.page, world.store, world.order("API", fail_on_error=rule))
    assert str(caught.value).startswith("Could not look up the services: Alert24 answered 403.\nNothing was changed.")


def test_start__one_of_three_refused__the_others_are_put_back() -> None:
    """A start that fails leaves the page as it was, where it can."""
    world = World(service("API"), service("Web", "degraded"), service("DB"))
    world.page.refuse["db"] = refusal()
    start(world.page, world.store, world.order())
    assert world.page.statuses == {"api": "operational", "web": "degraded", "db": "operational"}


def test_start__one_of_three_refused__says_what_was_and_was_not_written() -> None:
    """Every service is named in the message, and that the page is as it was."""
    world = World(service("API"), service("Web"), service("DB"))
    world.page.refuse["db"] = refusal()
    report = start(world.page, world.store, world.order())
    assert str(report.error) == (
        "Could not set 'DB' to maintenance: Alert24 answered 403.\n"
        "Written: 'API' and 'Web'. Not written: 'DB'. What was written has been put back (2 services)."
    )
    assert (report.exit_code, report.failed) == (3, True)


def test_start__nothing_written__says_so_and_puts_nothing_back() -> None:
    """Where every write was refused there is nothing to undo."""
    world = World(service("API"), service("Web"))
    world.page.refuse = {"api": refusal(), "web": refusal()}
    report = start(world.page, world.store, world.order())
    assert "Could not set 'API' to maintenance (and 1 more)" in str(report.error)
    assert "Nothing was changed." in str(report.error)
    assert len(world.page.sent) == 2


def test_start__failed_and_put_back__a_finish_that_follows_changes_nothing() -> None:
    """Post after a failed main finds the page as it should be."""
    world = World(service("API"), service("DB"))
    world.page.refuse["db"] = refusal()
    start(world.page, world.store, world.order())
    sent = len(world.page.sent)
    report = finish(world.page, world.store, world.ending(Outcome.FAILURE))
    assert (report.exit_code, len(world.page.sent)) == (0, sent)


def test_start__unreachable_half_way__goes_on() -> None:
    """An outage of one write stops no deployment by default; the state knows what was not written."""
    world = World(service("API"), service("DB"))
    world.page.refuse["db"] = outage(sent=False)
    report = start(world.page, world.store, world.order())
    assert (report.exit_code, world.store.last.stage) == (0, Stage.STARTED)
    assert (world.kept("api").written, world.kept("db").written) == (Written.YES, Written.NO)


def test_start__sent_without_an_answer__perhaps_written() -> None:
    """Nobody claims to know what became of a request whose answer never came."""
    world = World(service("API"))
    world.page.refuse["api"] = outage(sent=True)
    report = start(world.page, world.store, world.order())
    assert (actions(report), report.services[0].after) == ({"api": "unknown"}, None)
    assert (world.kept("api").written, report.changed) == (Written.MAYBE, True)


def test_start__refusal_and_outage__the_refusal_decides() -> None:
    """The worst code is returned: what no waiting heals."""
    world = World(service("API"), service("DB"))
    world.page.refuse = {"api": outage(), "db": refusal()}
    assert start(world.page, world.store, world.order()).exit_code == 3


def test_start__put_back_fails_too__warns_and_leaves_it_to_finish() -> None:
    """What can't be undone now is undone by the finish that follows."""
    world = World(service("API"), service("DB"))
    world.page.refuse = {"api": outage(sent=True), "db": refusal()}
    world.page.carried_out = {"api"}
    report = start(world.page, world.store, world.order())
    assert any("did not succeed" in warning for warning in report.warnings)
    world.page.refuse, world.page.carried_out = {}, set()
    world.page.set("api", "maintenance")
    finish(world.page, world.store, world.ending(Outcome.FAILURE))
    assert world.page.statuses == {"api": "operational", "db": "operational"}


def test_start__stopped_by_a_signal__puts_nothing_back_and_exits() -> None:
    """After a signal there is no time for more requests; the state leaves that to finish."""
    world = World(service("API"), service("DB"))
    world.page.refuse["db"] = stopped(sent=False)
    report = start(world.page, world.store, world.order())
    assert (len(world.page.sent), world.store.last.stage, report.exit_code) == (2, Stage.FAILED, 4)
    assert "Written: 'API'. Not written: 'DB'." in str(report.error)


def test_start__stopped_by_a_signal__fails_by_every_rule() -> None:
    """`fail-on-error: never` forgives outages, not an interruption."""
    world = World(service("API"))
    world.page.refuse["api"] = stopped(sent=True)
    assert start(world.page, world.store, world.order(fail_on_error="never")).failed


def test_start__stopped_while_reading__never_began() -> None:
    """A signal before the first write leaves word for finish too."""
    world = World(service("API"))
    world.page.unreadable = stopped(sent=False)
    with pytest.raises(Stopped):
        start(world.page, world.store, world.order())
    assert world.store.last.stage is Stage.FAILED


def test_start__fails_after_a_dead_run__finish_heals_what_that_one_left() -> None:
    """A re-run that can't begin still knows which services the dead run left in maintenance."""
    world = World(service("API", "degraded"))
    start(world.page, world.store, world.order())
    world.page.unreadable = refusal()
    with pytest.raises(Alert24Refused):
        start(world.page, world.store, world.order(deployment="run-2"))
    world.page.unreadable = None
    finish(world.page, world.store, world.ending(Outcome.FAILURE))
    assert world.page.statuses == {"api": "degraded"}


def test_never_began__nothing_before__an_empty_failed_state() -> None:
    """A finish that follows finds a deployment without services."""
    world = World()
    never_began(world.store, "run-1", NOW)
    assert world.store.last == State("run-1", Stage.FAILED, NOW)


def test_never_began__dead_run_before__keeps_its_services() -> None:
    """What another run left in maintenance is not forgotten by one that failed at once."""
    world = World()
    left = ServiceState("api", "API", "degraded", Written.YES)
    world.store.saved = [State("run-0", Stage.STARTED, NOW, (left,))]
    never_began(world.store, "run-1", NOW)
    assert world.store.last.services == (left,)
