"""Which requests a fault strikes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypedDict

PathPattern = str | re.Pattern[str] | None


class MatchOptions(TypedDict, total=False):
    """The keywords that every fault takes; `Match` explains them."""

    method: str | None
    path: PathPattern
    after: int
    applied: bool


@dataclass(frozen=True)
class Match:
    """The requests that a fault strikes, and the moment at which it strikes them.

    Attributes:
        times: How many requests it strikes; None for all from now on.
        method: Only requests with this method, in upper or lower case.
        path: Only requests whose path and query contain this text or match this regular expression.
        after: How many matching requests pass before the first is struck.
        applied: Whether a request takes effect first, so that only its answer is lost.
    """

    times: int | None = 1
    method: str | None = None
    path: PathPattern = None
    after: int = 0
    applied: bool = False

    def concerns(self, method: str, target: str) -> bool:
        """Return whether a request has this method and path; `target` is its path with the query."""
        if self.method and self.method.upper() != method:
            return False
        if self.path is None or (isinstance(self.path, str) and self.path in target):
            return True
        # `target` has the query; a pattern that ends in `$` is tried without it, too.
        return any(re.search(self.path, part) for part in (target, target.partition("?")[0]))

    def strikes(self, number: int) -> bool:
        """Return whether the matching request with this number is struck; the first has number 1."""
        return number > self.after and (self.times is None or number <= self.after + self.times)
