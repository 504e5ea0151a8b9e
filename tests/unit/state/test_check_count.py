from __future__ import annotations

from pathlib import Path

import pytest

from alert24_deploy.errors import BrokenState
from alert24_deploy.state.check_count import CheckCount, fingerprint, load_count, save_count

TWICE = CheckCount("a", passed=False, times=2)


@pytest.mark.parametrize(
    ("check", "passed", "times"), [("a", False, 3), ("a", True, 1), ("b", False, 1), ("b", True, 1)]
)
def test_then__same_check_and_result__counts_on(check: str, passed: bool, times: int) -> None:
    """Anything else begins at 1."""
    assert TWICE.then(check, passed=passed, most=9) == CheckCount(check, passed, times)


def test_then__enough__counts_no_further() -> None:
    """A check every minute does not write its file every minute."""
    assert TWICE.then("a", passed=False, most=2) == TWICE


def test_fingerprint__other_parts__another_one() -> None:
    """Where a part ends is a part of it."""
    assert len({fingerprint(*parts) for parts in (("ab", "c"), ("a", "bc"), (["ab"], "c"), ("abc",))}) == 4


def test_save__then_load__the_same(tmp_path: Path) -> None:
    """What is saved comes back."""
    path = tmp_path / "new" / "check.json"
    assert load_count(path) == CheckCount()
    save_count(path, TWICE, "--state")
    assert load_count(path) == TWICE


@pytest.mark.parametrize("more", ['"times": 0', '"times": true', '"times": 1.0', '"times": 1, "more": 1', '"x": 1'])
def test_load__something_else__is_refused(tmp_path: Path, more: str) -> None:
    """Every field is there, of its type, and no other."""
    path = tmp_path / "check.json"
    path.write_text(f'{{"check": "a", "passed": true, {more}}}')
    with pytest.raises(BrokenState):
        load_count(path)


def test_load__a_directory__is_refused(tmp_path: Path) -> None:
    """What is no file holds no count."""
    with pytest.raises(BrokenState):
        load_count(tmp_path)
