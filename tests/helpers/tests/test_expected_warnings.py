"""The watch over warnings."""

from __future__ import annotations

import pytest

from helpers.expected_warnings import unexpected
from helpers.results import Result

OUTPUT = "API: operational -> down\nWarning: The outcome is unknown.\nWarning: The statuses could not be read.\n"


@pytest.mark.parametrize(
    ("asserted", "left"), [([], 2), (["OUTCOME is unknown"], 1), (["outcome", "could not be read"], 0), (["API: "], 2)]
)
def test_unexpected__words_of_a_warning__expect_it(asserted: list[str], left: int) -> None:
    """A warning is expected when the test has asserted words of it, and by no other words of the output."""
    result = Result(0, "", OUTPUT)
    result.says(*asserted)
    assert len(unexpected(result)) == left


def test_unexpected__annotation__counts_as_a_warning() -> None:
    """In GitHub's log a warning is a command to the runner."""
    assert unexpected(Result(0, "", "::warning title=Alert24::Something\n")) == ["::warning title=Alert24::Something"]


@pytest.mark.expects_warnings("this is its own test")
def test_marker__warning__is_let_through(request: pytest.FixtureRequest) -> None:
    """The marker that allows all warnings is the one that the watch looks for."""
    assert request.node.get_closest_marker("expects_warnings")
