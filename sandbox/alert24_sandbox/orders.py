"""The faults that a sandbox's user may order."""

from __future__ import annotations

from collections.abc import Mapping

from .faults import Body, Fault, Faults, GarbageKind, Hold, PathPattern, cut_off, failure
from .faults import garbage as garbage_answer


class Orders:
    """The part of a sandbox that spoils its answers, as `Sandbox` inherits it."""

    def __init__(self) -> None:
        self._faults = Faults()

    def fail(
        self,
        times: int | None = 1,
        status: int = 503,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        *,
        method: str | None = None,
        path: PathPattern = None,
        after: int = 0,
        applied: bool = False,
    ) -> Fault:
        """Answer `times` requests (None: all from now on) with `status`, after letting `after` pass.

        - `headers`, `body`: of the answer; the default body is the documented error.
        - `method`, `path`: only such requests; a part of path and query, or a regular expression.
        - `applied`: the request takes effect, and only its answer is lost.

        Several faults strike in the order they were made: `fail(status=503)` and then
        `fail(status=429)` spoil the first request and the second.
        """
        return self._order(
            Fault(
                failure(status, headers, body),
                times=times,
                method=method,
                path=path,
                after=after,
                applied=applied,
            )
        )

    def drop(
        self,
        times: int | None = 1,
        *,
        method: str | None = None,
        path: PathPattern = None,
        after: int = 0,
        applied: bool = False,
    ) -> Fault:
        """Close the connection without an answer; the rest as for `fail`."""
        return self._order(
            Fault(
                cut_off(),
                times=times,
                method=method,
                path=path,
                after=after,
                applied=applied,
            )
        )

    def garbage(
        self,
        kind: GarbageKind = "html",
        times: int | None = 1,
        *,
        method: str | None = None,
        path: PathPattern = None,
        after: int = 0,
        applied: bool = False,
    ) -> Fault:
        """Answer 200 with something that is not Alert24's JSON; the rest as for `fail`.

        Kinds: `html`, `empty`, `json` (another document), `truncated` (the connection ends in the
        middle of the body), `not-http`. ValueError for another.
        """
        return self._order(
            Fault(
                garbage_answer(kind),
                times=times,
                method=method,
                path=path,
                after=after,
                applied=applied,
            )
        )

    def hold(
        self,
        times: int | None = 1,
        *,
        method: str | None = None,
        path: PathPattern = None,
        after: int = 0,
        applied: bool = False,
    ) -> Hold:
        """Keep requests waiting until `.release()`; `.wait_until_reached()` returns when one waits.

        With `applied` it waits with its answer, having taken effect. `stop` cuts it off.
        """
        held = Hold(times=times, method=method, path=path, after=after, applied=applied)
        self._faults.add_hold(held)
        return held

    def clear_faults(self) -> None:
        """Take back all faults, and let go of everything that is held."""
        for hold in self._faults.take_back():
            hold.release()

    def _order(self, fault: Fault) -> Fault:
        self._faults.add(fault)
        return fault
