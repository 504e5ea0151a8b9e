"""How many results of a health check in a row were the same, kept in a file from one call of `check` to the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import BrokenState, WrongSetting
from ..text import quote
from .file import read_text, write_text


class CheckCount(NamedTuple):
    """So many equal results in a row."""

    check: str = ""  # the fingerprint of what was checked
    passed: bool = False
    times: int = 0

    def then(self, check: str, *, passed: bool, most: int) -> CheckCount:
        """Return the count after one more result, at most `most`; another result, or another check, begins at 1."""
        same = (self.check, self.passed) == (check, passed)
        return CheckCount(check, passed, min(self.times + 1, most) if same else 1)


def fingerprint(*parts: str | Sequence[str]) -> str:
    """Return a short text that stands for these parts, and shows none of them."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def load_count(path: Path) -> CheckCount:
    """Return the saved count, an empty one if there is no file; raise BrokenState if the file is not a count."""
    try:
        count = CheckCount(**json.loads(read_text(path)))
        if [type(value) for value in count] == [str, bool, int] and count.times > 0:
            return count
    except FileNotFoundError:
        return CheckCount()
    except (OSError, ValueError, TypeError, RecursionError, BrokenState):
        pass
    raise BrokenState(f"the file of earlier results, {quote(path)}, can't be used")


def save_count(path: Path, count: CheckCount, display_name: str) -> None:
    """Write a count in one step; raise WrongSetting, which names the state's option, if it can't be written."""
    try:
        write_text(path, json.dumps(count._asdict()) + "\n")
    except OSError as error:
        raise WrongSetting(
            f"the check's result can't be kept in {quote(path)} ({error.strerror})",
            remedy=f"Name a place that can be written with {display_name}.",
        ) from None
