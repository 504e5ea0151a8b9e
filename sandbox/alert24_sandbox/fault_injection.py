"""The methods of a sandbox that make its answers go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .faults import Body, Fault, Faults, GarbageKind, Hold, cut_off, failure
from .faults import garbage as garbage_answer
from .match import Match, MatchOptions

if TYPE_CHECKING:
    from typing_extensions import Unpack  # in `typing` since Python 3.11


class FaultInjection:
    """Faults on request: `Sandbox` inherits these methods.

    `times` says how many requests a fault strikes (None: all from now on); the keywords `method`, `path`, `after` and
    `applied` are those of `Match`. Faults strike in the order in which they were made: `fail(status=503)` and then
    `fail(status=429)` spoil the first request and the second.
    """

    def __init__(self) -> None:
        self._faults = Faults()

    def fail(
        self,
        times: int | None = 1,
        status: int = 503,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        **match: Unpack[MatchOptions],
    ) -> Fault:
        """Answer with `status`, `headers` and `body`; without a body, with the documented error."""
        return self._faults.add(Fault(Match(times, **match), failure(status, headers, body)))

    def drop(self, times: int | None = 1, **match: Unpack[MatchOptions]) -> Fault:
        """Close the connection without an answer."""
        return self._faults.add(Fault(Match(times, **match), cut_off()))

    def garbage(self, kind: GarbageKind = "html", times: int | None = 1, **match: Unpack[MatchOptions]) -> Fault:
        """Answer 200 with something that is not Alert24's JSON.

        Args:
            kind: `html`, `empty`, `json` (another document), `truncated` (the connection ends in the middle of the
                body) or `not-http`.
            times: How many requests to spoil.
            **match: Which requests.

        Raises:
            ValueError: For an unknown kind.
        """
        return self._faults.add(Fault(Match(times, **match), garbage_answer(kind)))

    def hold(self, times: int | None = 1, **match: Unpack[MatchOptions]) -> Hold:
        """Keep requests waiting until `.release()`; `.wait_until_reached()` returns when one waits.

        With `applied` a request takes effect before it waits. `stop` closes the connections of the requests that wait.
        """
        return self._faults.add_hold(Hold(Match(times, **match)))

    def clear_faults(self) -> None:
        """Remove all faults, and let go of every request that is held."""
        for hold in self._faults.clear():
            hold.release()
