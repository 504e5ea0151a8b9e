from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.alert24.budget import Budget

from .fakes import Clock


def test_left__time_passes__less_and_less() -> None:
    """The seconds run out as the clock goes on."""
    clock = Clock()
    budget = Budget(10, clock)
    clock.seconds += 4
    assert budget.left() == 6


def test_left__overspent__nothing() -> None:
    """There is never less than nothing left."""
    clock = Clock()
    budget = Budget(10, clock)
    clock.seconds += 11
    assert budget.left() == 0


def test_part__of_what_is_left__not_of_the_whole() -> None:
    """A share is taken of the seconds that are still there."""
    clock = Clock()
    budget = Budget(10, clock)
    clock.seconds += 4
    assert budget.part(0.5).left() == 3


def test_at_most__after_the_end__a_moment_more() -> None:
    """A few seconds may be granted though the budget is spent."""
    clock = Clock()
    budget = Budget(1, clock)
    clock.seconds += 5
    assert budget.at_most(2).left() == 2


@given(st.floats(0.001, 1000), st.floats(0, 2000), st.floats(0, 1))
def test_part__any__never_more_than_is_left(seconds: float, passed: float, share: float) -> None:
    """No part outlasts the whole."""
    clock = Clock()
    budget = Budget(seconds, clock)
    clock.seconds += passed
    assert 0 <= budget.part(share).left() <= budget.left() + 1e-9
