"""A pytest plugin: no command of a test may print a warning that the test did not expect.

A test expects a warning by naming words of it, `result.says(...)`, or all of them by the marker `expects_warnings`.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from .results import RESULTS, Result

_MARKER = "expects_warnings"


def unexpected(result: Result) -> list[str]:
    """Return the lines of a result's output that warn and hold none of the words that the test asserted."""
    warnings = [line for line in result.people.splitlines() if "Warning:" in line or "::warning" in line]
    words = [word.casefold() for word in result.asserted]
    return [line for line in warnings if not any(word in line.casefold() for word in words)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that would pass, if one of its commands has warned unexpectedly."""
    yield
    lines = [line for result in RESULTS for line in unexpected(result)]
    if lines and not item.get_closest_marker(_MARKER):
        pytest.fail("Nobody expected this warning:\n" + "\n".join(lines), pytrace=False)


def pytest_runtest_teardown() -> None:
    """Forget what the test has run."""
    RESULTS.clear()
