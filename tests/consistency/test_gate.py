from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COUNT = Path(__file__).resolve().parents[2] / ".ci" / "none_skipped.py"


def judged(tmp_path: Path, suites: str) -> subprocess.CompletedProcess[str]:
    """What the script says of a report with these suites."""
    report = tmp_path / "report.xml"
    report.write_text(f'<?xml version="1.0"?><testsuites>{suites}</testsuites>')
    return subprocess.run([sys.executable, COUNT, report], capture_output=True, text=True, check=False)


def test_none_skipped__all_ran(tmp_path: Path) -> None:
    """A report of tests that all ran passes in silence."""
    ended = judged(tmp_path, '<testsuite tests="7" skipped="0" failures="0" errors="0"/>')
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("suites", "told"),
    [
        ('<testsuite tests="7" skipped="1"/>', "7 tests, 1 skipped"),
        ('<testsuite tests="0" skipped="0"/>', "0 tests, 0 skipped"),
        ("", "0 tests, 0 skipped"),
    ],
    ids=["one skipped", "none ran", "no suite"],
)
def test_none_skipped__anything_less_fails(tmp_path: Path, suites: str, told: str) -> None:
    """A skipped test, or a run without tests, can't pass for a green one."""
    ended = judged(tmp_path, suites)
    assert ended.returncode == 1
    assert told in ended.stderr
