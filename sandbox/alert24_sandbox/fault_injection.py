"""The methods of a sandbox that make its answers go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .faults import Body, Fault, Faults, GarbageKind, Hold, WrongAnswer, cut_off, failure
from .faults import garbage as garbage_answer
from .match import Match, MatchOptions
from .put_answers import PutAnswer, PutShape

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
        return self._faults.add(WrongAnswer(Match(times, **match), failure(status, headers, body)))

    def drop(self, times: int | None = 1, **match: Unpack[MatchOptions]) -> Fault:
        """Close the connection without an answer."""
        return self._faults.add(WrongAnswer(Match(times, **match), cut_off()))

    def garbage(self, kind: GarbageKind = "html", times: int | None = 1, **match: Unpack[MatchOptions]) -> Fault:
        """Answer 200 with something that is not Alert24's JSON.

        Args:
            kind: `html`, `empty`, `json` (another document), `not-utf-8`, `truncated` (the connection ends within the
                body), `bad-chunk` (of a chunked body) or `not-http`.
            times: How many requests to spoil.
            **match: Which requests.

        Raises:
            ValueError: For an unknown kind.
        """
        return self._faults.add(WrongAnswer(Match(times, **match), garbage_answer(kind)))

    def hold(self, times: int | None = 1, **match: Unpack[MatchOptions]) -> Hold:
        """Keep requests waiting until `.release()`; `.wait_until_reached()` returns when one waits.

        With `applied` a request takes effect before it waits. `stop` closes the connections of the requests that wait.
        """
        return self._faults.add(Hold(Match(times, **match)))

    def answer_puts(
        self, shape: PutShape, times: int | None = 1, *, reads: int | None = 0, **match: Unpack[MatchOptions]
    ) -> Fault:
        """Answer PUTs of services in another shape, or let them take effect late.

        `answer_puts("old-status", reads=None)` ignores a write and says so; `answer_puts("data", reads=None)` ignores
        it and shows it as done; `answer_puts("accepted", reads=2)` lets it take effect after two reads.

        Args:
            shape: What the answer shows: see `PutAnswer`.
            times: How many PUTs to answer so; None for all from now on.
            reads: How often the service is read as it was before the write takes effect; None for ever.
            **match: Which PUTs.

        Raises:
            ValueError: For an unknown shape, or fewer reads than none.
        """
        return self._faults.add(PutAnswer(Match(times, **match), shape, reads))

    def clear_faults(self) -> None:
        """Remove all faults, and let go of every request that is held."""
        for hold in self._faults.clear():
            hold.release()
