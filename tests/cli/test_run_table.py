"""Deployment x verification x rollback x Alert24.

With Alert24 up every cell runs. The cells with Alert24 slow, or down while finish runs, take seconds each: of those a
Latin square runs, in which any two of the four axes meet in every combination of theirs. The cells run in this process.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest

from alert24_sandbox import Options, Sandbox
from helpers.cli import Cli

from .diary import Diary
from .oracle import BEFORE, COMMAND_CODES, Cell, promised

DEPLOYMENTS = ("ok", "fails", "killed", "hangs")
VERIFICATIONS = ("none", "passes", "fails", "flaps")
ROLLBACKS = ("none", "ok", "fails", "hangs")

UP = [Cell(*words, "up") for words in itertools.product(DEPLOYMENTS, VERIFICATIONS, ROLLBACKS)]
NOT_UP = [
    Cell(DEPLOYMENTS[row], VERIFICATIONS[column], ROLLBACKS[(row + column + shift) % 4], alert24)
    for shift, alert24 in ((0, "slow"), (1, "down"))
    for row, column in itertools.product(range(4), range(4))
]

SHORT = "0.3s"
COMMANDS = {"ok": "exit 0", "fails": "exit 3", "killed": "kill -TERM $$", "hangs": "exec sleep 60"}
LOOKS = {
    "passes": "exit 0",
    "fails": "exit 1",
    # Well and not well by turns, so never twice in a row.
    "flaps": "if [ -e well ]; then rm well; exit 1; else touch well; fi",
}
HOOKS = {"ok": "exit 0", "fails": "exit 9", "hangs": "exec sleep 60"}


def arguments(cell: Cell, diary: Diary) -> list[str]:
    """The command line of a cell."""
    words = ["run", "--timeout", "1s" if cell.alert24 == "down" else "20s"]
    if cell.deployment == "hangs":
        words += ["--command-timeout", SHORT]
    if cell.verification != "none":
        words += ["--verify-command", diary.noting("verify", LOOKS[cell.verification]), "--verify-interval", "0.05s"]
        words += ["--verify-timeout", "0.5s" if cell.verification != "passes" else "20s"]
        words += ["--verify-successes", "2" if cell.verification == "flaps" else "1"]
    if cell.rollback != "none":
        words += ["--rollback", diary.noting("rollback", HOOKS[cell.rollback])]
    if cell.rollback == "hangs":
        words += ["--rollback-timeout", SHORT]
    return [*words, "--", "sh", "-c", diary.noting("command", COMMANDS[cell.deployment])]


def once(entries: Sequence[str]) -> list[str]:
    """The entries with repeated looks told once."""
    return [word for word, _ in itertools.groupby(entries)]


def warnings(cell: Cell) -> list[str]:
    """The warnings that a cell brings about, by their beginnings; any other warning fails the test."""
    told = ["Warning: The command was ended after"] if cell.deployment == "hangs" else []
    if cell.alert24 == "down":
        told.append("Warning: The current statuses could not be read")
    return told


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox as the cell wants it."""
    cell: Cell = request.getfixturevalue("cell")
    with Sandbox(Options(latency=0.1 if cell.alert24 == "slow" else 0)) as running:
        running.add_service("API", status=BEFORE)
        if cell.alert24 == "down":
            running.fail(times=None, status=503, after=2)  # start's two requests pass
        yield running


@pytest.mark.parametrize(
    "cell", [*UP, *(pytest.param(cell, marks=pytest.mark.slow, id=" ".join(cell)) for cell in NOT_UP)], ids=" ".join
)
def test_run__each_ending__leaves_what_design_promises(cell: Cell, sandbox: Sandbox, tool: Cli, diary: Diary) -> None:
    """The page at the end, the exit code, and the order of commands and writes."""
    result = tool(*arguments(cell, diary))
    assert (sandbox.status_of("API"), result.code, once(diary.entries)) == promised(cell), result.people
    result.says(*warnings(cell))


def test_table__cells_that_run__are_those_it_speaks_of() -> None:
    """All 64 cells with Alert24 up; without, every deployment, verification and rollback meets each of the others."""
    assert len(set(UP)) == 64
    for alert24 in ("slow", "down"):
        cells = [cell for cell in NOT_UP if cell.alert24 == alert24]
        for one, other in itertools.combinations(range(3), 2):
            assert len({(cell[one], cell[other]) for cell in cells}) == 16
    assert set(COMMANDS) == set(COMMAND_CODES) == set(DEPLOYMENTS)
