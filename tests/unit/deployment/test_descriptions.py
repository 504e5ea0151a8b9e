from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from alert24_deploy.policy import Outcome
from alert24_deploy.state import Description

from .fakes import Fakes, outage, refusal, service

OURS, THEIRS = "Deploying version 2", "Under new management"


def described(fakes: Fakes) -> str:
    """The description that a visitor reads."""
    return fakes.page.services["a"].description


@pytest.fixture
def fakes() -> Fakes:
    """A deployment that shows a description of its own."""
    fakes = Fakes(service("A", description="Main entry point"))
    fakes.start(description=OURS)
    return fakes


def rewritten(fakes: Fakes) -> None:
    """Somebody else writes a description."""
    fakes.page.services["a"] = replace(fakes.page.services["a"], description=THEIRS)


def unreachable_start(fakes: Fakes) -> None:
    """A start that can't look up anything."""
    fakes.page.unreadable = outage()
    fakes.start("A", deployment="run-2")
    fakes.page.unreadable = None


def test_start__description__set_and_the_original_remembered(fakes: Fakes) -> None:
    """The service's own description is in the state before it is replaced."""
    assert (described(fakes), fakes.store.saved[0].services[0].description) == (
        OURS,
        Description("Main entry point", OURS),
    )


@pytest.mark.parametrize(
    ("meanwhile", "sent"),
    [
        (lambda _: None, {"status": "operational", "description": "Main entry point"}),
        (rewritten, {"status": "operational"}),
        # Another writer's status stands; our description must still go.
        (lambda fakes: fakes.page.set("a", "down"), {"description": "Main entry point"}),
        # What can't be compared is taken for ours.
        (
            lambda fakes: setattr(fakes.page, "unreadable", outage()),
            {"status": "operational", "description": "Main entry point"},
        ),
        # A dead run's text is not the service's own, whether or not the next start sets one itself.
        (
            lambda fakes: fakes.start(description="Deploying version 3"),
            {"status": "operational", "description": "Main entry point"},
        ),
        (lambda fakes: fakes.start(), {"status": "operational", "description": "Main entry point"}),
        (unreachable_start, {"status": "operational", "description": "Main entry point"}),
    ],
)
def test_finish__description_was_set__the_original_is_put_back_unless_it_changed(
    fakes: Fakes, meanwhile: Callable[[Fakes], object], sent: dict[str, str]
) -> None:
    """Status and description go back in one write; what somebody else has written since is theirs."""
    meanwhile(fakes)
    fakes.finish(Outcome.SUCCESS)
    assert fakes.page.sent[-1] == sent


def test_start__somebody_changed_the_dead_runs_description__theirs_is_the_original(fakes: Fakes) -> None:
    """What somebody has written since is what finish puts back."""
    rewritten(fakes)
    fakes.start(description="Deploying version 3")
    fakes.finish(Outcome.SUCCESS)
    assert described(fakes) == THEIRS


def test_finish__the_original_was_empty__empty_again() -> None:
    """A service without a description has none afterwards."""
    fakes = Fakes(service("A"))
    fakes.start(description=OURS)
    fakes.finish(Outcome.SUCCESS)
    assert described(fakes) == ""


def test_start__fails_or_leaves_the_service_alone__its_description_stays() -> None:
    """A deployment that does not begin leaves no trace, and a service that is left alone keeps everything."""
    fakes = Fakes(service("A", description="Main entry point"), service("B"))
    fakes.page.refuse["b"] = refusal()
    fakes.start(description=OURS)
    assert described(fakes) == "Main entry point"
    fakes = Fakes(service("A", "maintenance", description="Main entry point"))
    fakes.start(description=OURS, respect_existing_maintenance=True)
    assert described(fakes) == "Main entry point"
