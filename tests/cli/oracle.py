"""What design.md promises of a deployment, in its own words: an oracle that shares no line with the engine."""

from __future__ import annotations

from typing import NamedTuple

BEFORE = "degraded"  # not `operational`, so that what was put back can be told from what was written
COMMAND_CODES = {"ok": 0, "fails": 3, "killed": 143, "hangs": 124}


class Cell(NamedTuple):
    """One case of the table."""

    deployment: str
    verification: str
    rollback: str
    alert24: str


class Promise(NamedTuple):
    """What a user is promised: the page at the end, the exit code, and everything that happens, in its order."""

    page: str
    code: int
    entries: list[str]


def promised(cell: Cell) -> Promise:
    """Read the promise from "Policy", "When Alert24 can't be reached" and "Exit codes"."""
    deployed = cell.deployment == "ok"
    verified = cell.verification in ("none", "passes")
    succeeded = deployed and verified
    asked_to_roll_back = not succeeded and cell.rollback != "none"
    entries = ["maintenance", "command"]
    entries += ["verify"] if deployed and cell.verification != "none" else []
    entries += ["rollback"] if asked_to_roll_back else []
    if cell.alert24 == "down":
        page = "maintenance"
    else:
        page = _target(succeeded, asked_to_roll_back and cell.rollback == "ok")
        entries.append(page)
    return Promise(page, _code(cell, deployed, verified, asked_to_roll_back), entries)


def _target(succeeded: bool, rolled_back: bool) -> str:
    """Success -> operational; failure -> down, but with a successful rollback -> what start found."""
    if succeeded:
        return "operational"
    return BEFORE if rolled_back else "down"


def _code(cell: Cell, deployed: bool, verified: bool, asked_to_roll_back: bool) -> int:
    """The command's own code where it is not 0; 5 a rollback hook failed; 6 verification failed; 4 unreachable."""
    if not deployed:
        return COMMAND_CODES[cell.deployment]
    if asked_to_roll_back and cell.rollback != "ok":
        return 5
    if not verified:
        return 6
    return 4 if cell.alert24 == "down" else 0
