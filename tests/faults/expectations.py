"""What has to happen in a cell of the matrix, by the contract and not by what the code does today."""

from __future__ import annotations

from .front import Call

# Exit codes: 4 is "unreachable in the time given", 3 is "refused"; a redirect is a wrong address, so 3 as well.
_CODES = {"lost": 4, "garbage": 4, "refused": 3, "redirected": 3}


def codes(call: Call, kind: str) -> set[int]:
    """Return the exit codes that a cell may end with; what is only recorded fails no deployment."""
    if call.needed:
        return {_CODES[kind]}
    return {0}
