"""Every signal that ends a program, at each step of the action's stages: the page, the exit code, and what heals it."""

from __future__ import annotations

import signal

import pytest

from helpers.signals.cells import discovered, wrong_cells
from helpers.signals.contract import GENTLE, STAGES, Case
from helpers.signals.fork_server import ForkServer

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", STAGES, ids=lambda case: case.name)
def test_steps__undisturbed__are_those_of_the_matrix(case: Case, fork_server: ForkServer) -> None:
    """A step that is added to a stage is added to the matrix, too."""
    assert discovered(case, fork_server) == [step for _, step in case.steps()]


@pytest.mark.parametrize("number", [*GENTLE, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("case", STAGES, ids=lambda case: case.name)
def test_signal__at_each_step__ends_as_the_contract_says(
    case: Case, number: signal.Signals, fork_server: ForkServer
) -> None:
    """Restored, or finished, or said; and after SIGKILL a command that follows puts the page right."""
    wrong = wrong_cells(case, number, fork_server)
    assert not wrong, "\n".join(wrong)
