"""Starts entry points in forks of one process that has imported them: a tenth of the time of a new Python.

The process reads an order a line (JSON) from its standard input, and answers with two lines: the fork's id, and how it
ended. A fork notes its steps, the saves of the state and the user's command, in a file; an order can have it send
itself a signal right before or after one of them, where nobody outside could hit the moment.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn

_IMPORTED = "cli.start cli.finish cli.reconcile cli.run cli.rollback cli.set cli.check action.stages".split()
_STEPS = {
    "save": (("state.file", "FileStore", "save"), ("action.state_store", "ActionStateStore", "save")),
    "command": (("app.commands", "CommandRunner", "run"),),
}


@dataclass(frozen=True)
class Order:
    """What a fork is to run.

    Attributes:
        entry: the entry point: `cli`, `main` or `post`.
        arguments: the command line's.
        environ: the whole environment.
        folder: the current folder.
        steps: the file in which the fork notes its steps.
        out: the file for both output streams.
        strike: a step, its number, `before` or `after`, and the signal to send itself there; None for none.
    """

    entry: str
    arguments: Sequence[str]
    environ: Mapping[str, str]
    folder: str
    steps: str
    out: str
    strike: tuple[str, int, str, int] | None = None


@dataclass
class Fork:
    """A process that runs an order."""

    pid: int
    _answers: IO[str]
    order: Order = field(repr=False)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def end(self) -> int:
        """Wait for its end, and return its exit code, negative for a signal that ended it."""
        return int(self._answers.readline())

    @property
    def text(self) -> str:
        """What it has written to its streams."""
        return Path(self.order.out).read_text("utf-8")


class ForkServer:
    """The client's side: one order at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, order: Order) -> Fork:
        """Start an order and return at once."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order.__dict__) + "\n")
        self._process.stdin.flush()
        return Fork(int(self._process.stdout.readline()), self._process.stdout, order)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _serve() -> None:
    for module in _IMPORTED:
        importlib.import_module(f"alert24_deploy.{module}")
    for line in sys.stdin:
        order = Order(**json.loads(line))
        pid = os.fork()
        if pid == 0:
            _run(order)
        print(pid, flush=True)  # noqa: T201 - the answer
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201 - the answer


def _run(order: Order) -> NoReturn:
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environ)
    out = os.open(order.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for descriptor, stream in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (out, 2)):
        os.dup2(descriptor, stream)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    sys.argv = ["alert24-deploy", *order.arguments]
    _note_steps(order)
    module = importlib.import_module("alert24_deploy.cli" if order.entry == "cli" else "alert24_deploy.action")
    getattr(module, "main" if order.entry == "cli" else order.entry)()
    raise AssertionError


def _note_steps(order: Order) -> None:
    seen: Counter[str] = Counter()

    def strike(step: str, moment: str) -> None:
        if order.strike and tuple(order.strike[:3]) == (step, seen[step], moment):
            if order.strike[3] == signal.SIGKILL:
                os.kill(os.getpid(), signal.SIGKILL)
            signal.raise_signal(order.strike[3])

    def noting(step: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def noted(*arguments: object, **keywords: object) -> Any:
            seen[step] += 1
            with Path(order.steps).open("a", encoding="ascii") as file:
                file.write(f"{time.time()} {step}\n")
            strike(step, "before")
            result = method(*arguments, **keywords)
            strike(step, "after")
            return result

        return noted

    for step, places in _STEPS.items():
        for module, kind, name in places:
            owner = getattr(importlib.import_module(f"alert24_deploy.{module}"), kind)
            setattr(owner, name, noting(step, getattr(owner, name)))


if __name__ == "__main__":
    _serve()
