"""A pytest plugin: no test may let an API key out, in whatever form.

It reads what pytest captured, what the helpers that run commands captured, and every file that a test left in its
`tmp_path`: state files, summaries, outputs. A test that leaked fails, and the key is struck out of the report.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

# Twelve characters behind the prefix are the first 20 of a key: a key that was cut off is still a leak. In base64 the
# prefix looks different in each of the three places where a group of three bytes may begin.
_PLAIN = rb"ak(?:_|%5[fF])live(?:_|%5[fF])[0-9A-Za-z]{12}[0-9A-Za-z]*"
_BASE64 = rb"(?:YWtfbGl2ZV|FrX2xpdmVf|ha19saXZlX)[0-9A-Za-z+/_-]{12}[0-9A-Za-z+/_=-]*"
_KEY = re.compile(_PLAIN + rb"|" + _BASE64)
_FILE_LIMIT = 4 * 1024 * 1024  # bytes

WATCH = pytest.StashKey["KeyWatch"]()


def holds_key(content: bytes) -> bool:
    """Tell whether a key is in there: plain, percent-encoded, in base64, or only its first 20 characters."""
    return bool(_KEY.search(content))


def redact(text: str) -> str:
    """Return the text without the keys in it."""
    return _KEY.sub(b"<a key>", text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


class KeyWatch:
    """Collects what a test let out, and fails the test when a key is in it."""

    def __init__(self) -> None:
        self._seen: list[tuple[str, str]] = []
        self._told: set[str] = set()

    def saw(self, place: str, text: str) -> None:
        """Remember text that a helper captured, and where it came from."""
        self._seen.append((place, text))

    def pytest_runtest_setup(self) -> None:
        """Begin a test with nothing seen."""
        self._seen.clear()
        self._told.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Look, after each phase of a test, at everything that is there by then."""
        report = yield
        leaks = list(dict.fromkeys(self._leaks(item, report)))
        self._told.update(leaks)
        report.sections = [(name, redact(text)) for name, text in report.sections]
        if leaks:
            report.outcome = "failed"
            report.longrepr = f"An API key was let out: {', '.join(leaks)}.\n{redact(report.longreprtext)}"
        elif holds_key(report.longreprtext.encode("utf-8", "surrogatepass")):  # a failing test shows its variables
            report.longrepr = redact(report.longreprtext)
        return report

    def _leaks(self, item: pytest.Item, report: pytest.TestReport) -> Iterator[str]:
        for place, content in self._everything(item, report):
            if place not in self._told and holds_key(content):
                yield place

    def _everything(self, item: pytest.Item, report: pytest.TestReport) -> Iterator[tuple[str, bytes]]:
        for place, text in (*report.sections, *self._seen):
            yield place, text.encode("utf-8", "surrogatepass")
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        if isinstance(folder, Path):
            yield from _files(folder)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                yield f"the file {path.relative_to(folder)}", file.read(_FILE_LIMIT)
