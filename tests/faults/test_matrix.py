"""Every call of the matrix meets every fault: bounded in time, right code, told, state kept, page right afterwards."""

from __future__ import annotations

import ast
import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import alert24_deploy
from alert24_sandbox import Sandbox
from helpers.cli import Cli, CliAt
from helpers.results import state_in

from .calls import CALLS, NOT_IN_THE_MATRIX
from .expectations import codes
from .faults import CLASSES, LOST
from .front import before

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.expects_warnings("every cell is about a failure"),
]
# `--timeout`: a fault that is tried again takes all of it, and leaves half of it for what goes on all the same.
_SECONDS = {True: 1.0, False: 2.0}
_AT_ONCE = 10.0  # for a fault that ends the command at once, so that a busy machine changes no code
_GENEROUSLY = 20.0  # on top, for a busy machine
_CELLS = [(call, kind, fault) for call in CALLS for kind, faults in CLASSES.items() for fault in faults]
# `make test` has each fault that ends a command at once, with the call whose turn it is, and three that take longer.
_SLOW = set(LOST) - {"reset within the answer", "no first byte", "status 503"}
_FAULTS = [(kind, fault) for kind, faults in CLASSES.items() for fault in faults if fault not in _SLOW]
_SAMPLE = {(list(CALLS)[number % len(CALLS)], *each) for number, each in enumerate(_FAULTS)}


@pytest.fixture(autouse=True)
def left_sockets() -> Iterator[None]:
    """Has the garbage collector speak here, and not in the middle of some other test."""
    yield
    gc.collect()


def _marked(cell: tuple[str, str, str]) -> object:
    return pytest.param(*cell, id="-".join(cell), marks=[] if cell in _SAMPLE else pytest.mark.slow)


@pytest.mark.parametrize(("name", "kind", "fault"), [_marked(cell) for cell in _CELLS])
def test_cell(cli: Cli, cli_at: CliAt, sandbox: Sandbox, quick_backoff: None, name: str, kind: str, fault: str) -> None:
    """A call meets a fault for as long as a command takes, and then Alert24 is back."""
    del quick_backoff
    call = CALLS[name]
    for number in range(100 if "offset" in call.path else 0):
        sandbox.add_service(f"Other {number}")
    sandbox.add_service("API")
    for command in call.before:
        assert cli(*command).code == 0
    server, front = before(sandbox.url, call, CLASSES[kind][fault])
    with server:
        began = time.monotonic()
        seconds = _SECONDS[call.needed] if kind in ("lost", "garbage") else _AT_ONCE
        result = cli_at(server.url)(*call.command, "--timeout", str(seconds))
        took = time.monotonic() - began
    assert front.struck, "the fault met nothing"
    assert took < seconds + _GENEROUSLY
    assert result.code in codes(call, kind), result.people
    assert "Warning" in result.people or "Error" in result.people
    if call.before or call.command[0] == "start":
        assert state_in(cli.folder)["services"]
    assert cli(*call.heal).code == 0
    assert sandbox.status_of("API") == call.healed


def _builders() -> set[str]:
    """Return the names of the functions in the package that build a request."""
    found = set()
    for path in Path(alert24_deploy.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = [each.func for each in ast.walk(function) if isinstance(each, ast.Call)]
                names = {getattr(each, "id", getattr(each, "attr", "")) for each in calls}
                found |= {function.name} & {function.name for _ in names & {"Call", "Request", "_call"}}
    return found


def test_calls__in_the_code__are_in_the_matrix_or_named_as_missing() -> None:
    """A request that is new in the code has to be entered here."""
    assert _builders() == {call.made_by for call in CALLS.values()} | set(NOT_IN_THE_MATRIX)
