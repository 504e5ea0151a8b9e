"""The watch over warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.expected_warnings import unexpected
from helpers.results import Result

from .test_key_watch import run_pytest

OUTPUT = "API: operational -> down\nWarning: The outcome is unknown.\nWarning: The statuses could not be read.\n"


@pytest.mark.parametrize(
    ("asserted", "left"), [([], 2), (["OUTCOME is unknown"], 1), (["outcome", "could not be read"], 0), (["API: "], 2)]
)
def test_unexpected__words_of_a_warning__expect_it(asserted: list[str], left: int) -> None:
    """A warning is expected when the test has asserted words of it; in GitHub's log it is a command to the runner."""
    result = Result(0, "", OUTPUT)
    result.says(*asserted)
    assert len(unexpected(result)) == left
    assert unexpected(Result(0, "", "::warning title=Alert24::Something\n")) == ["::warning title=Alert24::Something"]


COMMAND = """
from pathlib import Path
from helpers.results import Result, watched

{marker}
def test_it(key_watch):
    result = watched(key_watch, ("set",), Result(0, "", "Warning: Something\\n"))
    {asserts}
"""


@pytest.mark.parametrize(
    ("marker", "asserts", "code"),
    [
        ("", "pass", 1),
        ("", "result.says('something')", 0),
        ("import pytest\n@pytest.mark.expects_warnings('why')", "pass", 0),
    ],
)
def test_watch__warning__fails_the_test_that_did_not_expect_it(
    tmp_path: Path, marker: str, asserts: str, code: int
) -> None:
    """A test that passes fails by a warning, unless it asserted words of it or has the marker."""
    ran = run_pytest(tmp_path, COMMAND.format(marker=marker, asserts=asserts))
    assert (ran.returncode, "Nobody expected this warning" in ran.stdout) == (code, bool(code)), ran.stdout
