from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.net.deadline import Deadline
from alert24_deploy.signals import Cancellation
from unit.exchanges import Clock


def test_deadline__time_passes__less_is_left() -> None:
    """The seconds run out, down to none; a share is of those left, and a new deadline asks nobody what was left."""
    clock = Clock()
    deadline = Deadline(10, Cancellation(), clock)
    clock.seconds += 4
    assert (deadline.left(), deadline.part(0.5).left()) == (6, 3)
    clock.seconds += 7
    assert (deadline.left(), deadline.restarted(2).left()) == (0, 2)


@given(st.floats(0.001, 1000), st.floats(0, 2000), st.floats(0, 1))
def test_part__any__never_more_than_is_left(seconds: float, passed: float, share: float) -> None:
    """No part outlasts the whole."""
    clock = Clock()
    deadline = Deadline(seconds, Cancellation(), clock)
    clock.seconds += passed
    assert 0 <= deadline.part(share).left() <= deadline.left() + 1e-9
