"""What an earlier run left behind, and what Alert24 will not take back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from alert24_deploy.deployment.finish import FinishRequest, finish
from alert24_deploy.deployment.interfaces import ServiceUpdate, UpdateResult
from alert24_deploy.deployment.start import start
from alert24_deploy.errors import Alert24Refused, NoSuchService
from alert24_deploy.policy import STATUSES, DeploymentResult, Outcome
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

from .fakes import NOW, FakePage, Fakes, outage, refusal, service


class StrictPage(FakePage):
    """A page that takes no status but the documented ones."""

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Refuse what the documentation doesn't name."""
        for update in updates:
            if update.fields["status"] in STATUSES:
                yield from super().update([update])
            else:
                yield UpdateResult(update, Alert24Refused("Alert24 answered 400"))


def dead_run(*names: str, before: str = "degraded") -> State:
    """The state of a deployment whose runner is gone."""
    services = tuple(ServiceState(name.lower(), name, before, WriteStatus.YES) for name in names)
    return State("dead", Stage.STARTED, NOW, services=services)


def test_start__other_services_than_a_dead_run__says_who_is_forgotten() -> None:
    """Services that an earlier run left in maintenance, and this one doesn't name, are told: nobody heals them."""
    fakes = Fakes(service("API"), service("Web", "maintenance"))
    fakes.store.saved.append(dead_run("Web"))
    report = start(fakes.page, fakes.store, fakes.order("API"))
    assert "may have left 'Web' in maintenance" in report.warnings[0]


def test_start__same_services_as_a_dead_run__nothing_to_tell() -> None:
    """What this deployment takes over needs no warning."""
    fakes = Fakes(service("Web", "maintenance"))
    fakes.store.saved.append(dead_run("Web"))
    assert start(fakes.page, fakes.store, fakes.order("Web")).warnings == []


def test_start__own_dead_maintenance__is_not_respected_as_somebody_elses() -> None:
    """`respect-existing-maintenance` is about other people's: our own dead run's is taken over and healed."""
    fakes = Fakes(service("Web", "maintenance"))
    fakes.store.saved.append(dead_run("Web"))
    start(fakes.page, fakes.store, fakes.order("Web", respect_existing_maintenance=True))
    (saved,) = fakes.store.last.services
    assert (saved.left_alone, saved.before, saved.pending) == (False, "maintenance", True)


def test_start__unreachable_after_a_dead_run__keeps_what_that_one_found() -> None:
    """An outage at start doesn't lose the truth about services that a dead run left in maintenance."""
    fakes = Fakes(service("Web", "maintenance"))
    fakes.store.saved.append(dead_run("Web"))
    fakes.page.unreadable = outage()
    start(fakes.page, fakes.store, fakes.order("Web"))
    assert (fakes.store.last.unresolved, fakes.store.last.inherited[0].before) == (("Web",), "degraded")


def test_start__failed_and_put_back__results_show_the_page_as_it_is() -> None:
    """What is told of a start that failed is the page as it was left, not as it was meant."""
    fakes = Fakes(service("API", "degraded"), service("DB"))
    fakes.page.refuse["db"] = refusal()
    report = start(fakes.page, fakes.store, fakes.order())
    assert {result.id: result.after for result in report.services} == {"api": "degraded", "db": "operational"}
    assert "was restored" in report.services[0].reason


def test_finish__own_status_refused__operational_instead() -> None:
    """A status that Alert24 showed but won't take back must not keep the service in maintenance."""
    fakes = Fakes()
    fakes.page = StrictPage(fakes.journal, [service("API", "partial-outage")])
    start(fakes.page, fakes.store, fakes.order("API"))
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SKIPPED))
    assert (fakes.page.statuses, report.exit_code) == ({"api": "operational"}, 0)
    assert "refused its own 'partial-outage'" in report.services[0].reason


def test_finish__documented_status_refused__is_an_error() -> None:
    """A refusal of a documented status is the user's to know, and nothing else is written."""
    fakes = Fakes(service("API"))
    start(fakes.page, fakes.store, fakes.order("API"))
    fakes.page.refuse["api"] = NoSuchService("Alert24 answered 404")
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (report.exit_code, fakes.page.statuses) == (3, {"api": "maintenance"})


@pytest.mark.parametrize("status", ["operational", "down"])
def test_finish__own_status_accepted__is_put_back(status: str) -> None:
    """The way round is only for what is refused."""
    fakes = Fakes(service("API", status))
    start(fakes.page, fakes.store, fakes.order("API"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SKIPPED))
    assert fakes.page.statuses == {"api": status}


def test_start__after_a_failed_deployment__previous_is_its_down() -> None:
    """`previous` is what start found: a deployment that never ran leaves a page down that was down before."""
    fakes = Fakes(service("API"))
    start(fakes.page, fakes.store, fakes.order("API"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    start(fakes.page, fakes.store, fakes.order("API"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SKIPPED))
    assert fakes.page.statuses == {"api": "down"}


def test_start__refused_half_way_after_a_failed_deployment__down_is_restored() -> None:
    """A start that fails restores what it found, and not what an earlier deployment had found."""
    fakes = Fakes(service("API"), service("DB"))
    start(fakes.page, fakes.store, fakes.order())
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    fakes.page.refuse["db"] = refusal()
    start(fakes.page, fakes.store, fakes.order())
    assert fakes.page.statuses == {"api": "down", "db": "down"}


ROLLED_BACK = FinishRequest(DeploymentResult(Outcome.FAILURE, rolled_back=True), now=lambda: NOW)


def failed(status: str = "degraded", **options: object) -> Fakes:
    """A deployment that has failed."""
    fakes = Fakes(service("API", status))
    start(fakes.page, fakes.store, fakes.order("API", **options))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    return fakes


def test_rollback__of_the_deployment_at_hand__the_status_from_before_it() -> None:
    """A rollback undoes the deployment whose state is at hand."""
    fakes = failed()
    start(fakes.page, fakes.store, fakes.order(rolling_back=True))
    finish(fakes.page, fakes.store, ROLLED_BACK)
    assert fakes.page.statuses == {"api": "degraded"}


def test_rollback__somebody_has_written_since__operational() -> None:
    """Without proof that nobody has written since, what was before says nothing."""
    fakes = failed()
    fakes.page.set("api", "down")
    start(fakes.page, fakes.store, fakes.order("API", rolling_back=True))
    finish(fakes.page, fakes.store, ROLLED_BACK)
    assert fakes.page.statuses == {"api": "operational"}


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.CANCELLED])
def test_rollback__that_did_not_come_to_its_end__no_better_than_before_it(outcome: Outcome) -> None:
    """Only a rollback that succeeds ends the failure that it found."""
    fakes = failed()
    start(fakes.page, fakes.store, fakes.order("API", rolling_back=True))
    finish(fakes.page, fakes.store, fakes.ending(outcome))
    assert fakes.page.statuses == {"api": "down"}


def test_rollback__updated_at_stands_still__is_no_proof() -> None:
    """An `updated_at` that did not move when our own write changed the status proves nothing."""
    fakes = Fakes(service("API", "degraded"))
    fakes.page.clock_moves = False
    start(fakes.page, fakes.store, fakes.order("API"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    start(fakes.page, fakes.store, fakes.order("API", rolling_back=True))
    finish(fakes.page, fakes.store, ROLLED_BACK)
    assert fakes.page.statuses == {"api": "operational"}


def test_rolled_back__later_attempt_of_the_same_run__reaches_back_past_the_first() -> None:
    """The second attempt found the `down` of the first; its rollback leads to what was there before both."""
    fakes = failed()
    start(fakes.page, fakes.store, fakes.order("API", same_run=lambda _: True))
    assert (fakes.kept("api").before, fakes.kept("api").rollback_to) == ("down", "degraded")
    finish(fakes.page, fakes.store, ROLLED_BACK)
    assert fakes.page.statuses == {"api": "degraded"}


def test_rolled_back__another_run__lands_on_the_failed_one_before() -> None:
    """A rollback from B lands on A, which had failed."""
    fakes = failed()
    start(fakes.page, fakes.store, fakes.order("API", same_run=lambda _: False))
    finish(fakes.page, fakes.store, ROLLED_BACK)
    assert fakes.page.statuses == {"api": "down"}


def test_rolled_back__later_attempt_but_a_monitor_has_written__lands_on_what_start_found() -> None:
    """Reaching back needs the proof that nobody has written in between."""
    fakes = failed()
    fakes.page.set("api", "down")
    start(fakes.page, fakes.store, fakes.order("API", same_run=lambda _: True))
    finish(fakes.page, fakes.store, ROLLED_BACK)
    assert fakes.page.statuses == {"api": "down"}


def test_start__after_a_failed_deployment__somebody_elses_status_counts() -> None:
    """What a monitor has reported since is the service's own again."""
    fakes = Fakes(service("API"))
    start(fakes.page, fakes.store, fakes.order("API"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    fakes.page.set("api", "degraded")
    start(fakes.page, fakes.store, fakes.order("API"))
    assert fakes.kept("api").before == "degraded"


def test_start__after_a_successful_deployment__its_status_is_the_services_own() -> None:
    """A success is believed: `previous` is what it left."""
    fakes = Fakes(service("API", "degraded"))
    start(fakes.page, fakes.store, fakes.order("API"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    start(fakes.page, fakes.store, fakes.order("API"))
    assert fakes.kept("api").before == "operational"
