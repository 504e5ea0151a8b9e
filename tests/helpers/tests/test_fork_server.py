from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.signals.fork_server import ForkServer, Order


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """A start that a missing key stops, once it has saved that no deployment follows."""
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    return Order("cli", ["start", "-s", "API"], environ, str(tmp_path), str(tmp_path / "steps"), str(tmp_path / "out"))


def struck(order: Order, moment: str, number: int) -> Order:
    """The same, with a signal at its first save."""
    return replace(order, strike=("save", 1, moment, number))


def test_fork__ends__code_text_and_steps(fork_server: ForkServer, order: Order) -> None:
    """An order runs as the installed command would, and notes its steps."""
    fork = fork_server.start(order)
    assert fork.end() == 2
    assert "There is no API key" in fork.text
    assert [line.split()[1] for line in Path(order.steps).read_text("ascii").splitlines()] == ["save"]


@pytest.mark.parametrize(("moment", "saved"), [("before", False), ("after", True)])
def test_strike__kills_at_the_moment__neither_earlier_nor_later(
    fork_server: ForkServer, order: Order, moment: str, saved: bool
) -> None:
    """Nobody outside could hit the moment right before or after a save."""
    assert fork_server.start(struck(order, moment, signal.SIGKILL)).end() == -signal.SIGKILL
    assert (Path(order.folder) / ".alert24-deploy" / "state.json").exists() == saved


def test_strike__handled_signal__reaches_the_commands_own_handler(fork_server: ForkServer, order: Order) -> None:
    """Python's handler runs in the fork, which ends with the signal's code."""
    assert fork_server.start(struck(order, "after", signal.SIGTERM)).end() == 128 + signal.SIGTERM
