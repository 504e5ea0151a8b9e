from __future__ import annotations

from dataclasses import replace

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.start import start
from alert24_deploy.policy import Outcome
from alert24_deploy.state import Description

from .fakes import Fakes, outage, refusal, service

OURS = "Deploying version 2"


def described(fakes: Fakes) -> str:
    """The description that a visitor reads."""
    return fakes.page.services["a"].description


def deploying() -> Fakes:
    """A deployment that shows a description of its own."""
    fakes = Fakes(service("A", description="Main entry point"))
    start(fakes.page, fakes.store, fakes.order(description=OURS))
    return fakes


def test_start__description__set_and_the_original_remembered() -> None:
    """The service's own description is in the state before it is replaced."""
    fakes = deploying()
    assert (described(fakes), fakes.store.saved[0].services[0].description) == (
        OURS,
        Description("Main entry point", OURS),
    )


def test_finish__description_was_set__the_original_is_put_back() -> None:
    """Status and description go back in one write."""
    fakes = deploying()
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert fakes.page.sent[-1] == {"status": "operational", "description": "Main entry point"}


def test_finish__the_original_was_empty__empty_again() -> None:
    """A service without a description has none afterwards."""
    fakes = Fakes(service("A"))
    start(fakes.page, fakes.store, fakes.order(description=OURS))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert described(fakes) == ""


def test_finish__somebody_changed_the_description__left() -> None:
    """What somebody else has written since is theirs."""
    fakes = deploying()
    fakes.page.services["a"] = replace(fakes.page.services["a"], description="Under new management")
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (fakes.page.sent[-1], described(fakes)) == ({"status": "operational"}, "Under new management")


def test_finish__status_is_kept__description_is_put_back_all_the_same() -> None:
    """Another writer's status stands; our description must still go."""
    fakes = deploying()
    fakes.page.set("a", "down")
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert fakes.page.sent[-1] == {"description": "Main entry point"}


def test_finish__unreadable__description_is_put_back() -> None:
    """What can't be compared is taken as ours still."""
    fakes = deploying()
    fakes.page.unreadable = outage()
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert described(fakes) == "Main entry point"


def test_start__fails__description_is_put_back_at_once() -> None:
    """A deployment that does not begin leaves no trace."""
    fakes = Fakes(service("A", description="Main entry point"), service("B"))
    fakes.page.refuse["b"] = refusal()
    start(fakes.page, fakes.store, fakes.order(description=OURS))
    assert described(fakes) == "Main entry point"


def test_start__dead_run_left_its_description__the_original_is_still_known() -> None:
    """A re-run with another text doesn't take the dead run's text for the service's own."""
    fakes = deploying()
    start(fakes.page, fakes.store, fakes.order(description="Deploying version 3"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert described(fakes) == "Main entry point"


def test_start__dead_run_left_its_description_and_none_is_set_now__put_back_all_the_same() -> None:
    """A re-run heals what the dead run left, whether or not it sets a description itself."""
    fakes = deploying()
    start(fakes.page, fakes.store, fakes.order())
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert described(fakes) == "Main entry point"


def test_start__somebody_changed_the_dead_runs_description__theirs_is_the_original() -> None:
    """What somebody has written since is what finish puts back."""
    fakes = deploying()
    fakes.page.services["a"] = replace(fakes.page.services["a"], description="Under new management")
    start(fakes.page, fakes.store, fakes.order(description="Deploying version 3"))
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert described(fakes) == "Under new management"


def test_start__left_alone__description_is_not_set() -> None:
    """A service that is left alone keeps everything."""
    fakes = Fakes(service("A", "maintenance", description="Main entry point"))
    start(fakes.page, fakes.store, fakes.order(description=OURS, respect_existing_maintenance=True))
    assert described(fakes) == "Main entry point"


def test_finish__unreachable_start_after_a_dead_run__the_original_is_put_back() -> None:
    """The dead run's text would stay for ever: only its state knows the service's own description."""
    fakes = deploying()
    fakes.page.unreadable = outage()
    start(fakes.page, fakes.store, fakes.order("A", deployment="run-2"))
    fakes.page.unreadable = None
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (fakes.page.statuses, described(fakes)) == ({"a": "operational"}, "Main entry point")
