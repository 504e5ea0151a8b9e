from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.net.deadline import Deadline
from unit.exchanges import Clock


def test_left__time_passes__less_and_less() -> None:
    """The seconds run out as the clock goes on."""
    clock = Clock()
    deadline = Deadline(10, clock)
    clock.seconds += 4
    assert deadline.left() == 6


def test_left__overspent__nothing() -> None:
    """There is never less than nothing left."""
    clock = Clock()
    deadline = Deadline(10, clock)
    clock.seconds += 11
    assert deadline.left() == 0


def test_part__of_what_is_left__not_of_the_whole() -> None:
    """A share is taken of the seconds that are still there."""
    clock = Clock()
    deadline = Deadline(10, clock)
    clock.seconds += 4
    assert deadline.part(0.5).left() == 3


def test_restarted__after_the_end__a_moment_more() -> None:
    """A few seconds may be granted though the budget is spent."""
    clock = Clock()
    deadline = Deadline(1, clock)
    clock.seconds += 5
    assert deadline.restarted(2).left() == 2


@given(st.floats(0.001, 1000), st.floats(0, 2000), st.floats(0, 1))
def test_part__any__never_more_than_is_left(seconds: float, passed: float, share: float) -> None:
    """No part outlasts the whole."""
    clock = Clock()
    deadline = Deadline(seconds, clock)
    clock.seconds += passed
    assert 0 <= deadline.part(share).left() <= deadline.left() + 1e-9
