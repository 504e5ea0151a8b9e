"""Tries the cells of the contract: a command or stage, a point, a signal, and what then heals the page."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from alert24_sandbox import Hold, Sandbox
from helpers.gate import Gate
from helpers.github_runner.file_commands import read_pairs

from .contract import BEFORE, DURING, GENTLE, Case, Ending, Point, after_kill, after_signal
from .fork_server import Fork, ForkServer, Order

_ONE_BY_ONE = ("--concurrency", "1")
_PATH = "/usr/local/bin:/usr/bin:/bin"
_ENTRIES = {"post": "post"}


@dataclass
class Place:
    """Where one command runs: a page, a folder, and what the runner keeps for the action."""

    case: Case
    server: ForkServer
    sandbox: Sandbox
    folder: Path
    gate: Gate
    key: str = field(repr=False)
    saved: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    _orders: int = 0

    @property
    def page(self) -> tuple[str, ...]:
        """What the page shows."""
        return tuple(service.status for service in self.sandbox.services)

    def tool(self, *words: str, strike: tuple[str, int, str, int] | None = None) -> Fork:
        """Start a command of the command line."""
        environ = {"ALERT24_API_KEY": self.key, "ALERT24_API_URL": self.sandbox.url, "ALERT24_SERVICES": self._services}
        return self._start("cli", words, environ, strike)

    def stage(self, entry: str, inputs: Mapping[str, str], strike: tuple[str, int, str, int] | None = None) -> Fork:
        """Start a stage of the action, with what earlier stages have saved."""
        for name in ("output", "state", "summary"):
            (self.folder / name).write_text("", "utf-8")
        given = {"api-key": self.key, "api-url": self.sandbox.url, "services": self._services, **inputs}
        environ = {
            **{f"INPUT_{name.upper()}": value for name, value in given.items()},
            **{f"STATE_{name}": value for name, value in self.saved.items()},
            "GITHUB_ACTIONS": "true",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_JOB": "deploy",
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STATE": str(self.folder / "state"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "RUNNER_TEMP": str(self.folder),
        }
        return self._start(entry, (), environ, strike)

    def ended(self, fork: Fork) -> int:
        """Wait for the end of a command, keep what it saved, and return its exit code."""
        code = fork.end()
        if fork.order.entry != "cli":
            self.saved.update(read_pairs(self.folder / "state"))
            self.outputs.update(read_pairs(self.folder / "output"))
        return code

    @property
    def _services(self) -> str:
        return "\n".join(self.case.names)

    def _start(
        self, entry: str, words: Sequence[str], environ: Mapping[str, str], strike: tuple[str, int, str, int] | None
    ) -> Fork:
        self._orders += 1
        steps, out = (self.folder.with_name(f"{name}-{self._orders}") for name in ("steps", "out"))
        steps.touch()
        environ = {"HOME": str(self.folder), "PATH": _PATH, **environ}
        return self.server.start(Order(entry, words, environ, str(self.folder), str(steps), str(out), strike))


@contextmanager
def place(case: Case, server: ForkServer) -> Iterator[Place]:
    """Make a page as the command finds it, and a folder."""
    root = Path(tempfile.mkdtemp(prefix="alert24-signals-"))
    gate = Gate(root / "gate")
    try:
        with Sandbox() as sandbox:
            for name in case.names:
                sandbox.add_service(name, status=BEFORE[name])
            folder = root / "folder"
            folder.mkdir()
            made = Place(case, server, sandbox, folder, gate, sandbox.add_key())
            _prepare(made)
            yield made
    finally:
        gate.close()
        shutil.rmtree(root)


def _prepare(made: Place) -> None:
    """Run the commands that come before the one that gets the signal."""
    match made.case.name:
        case "finish" | "reconcile":
            made.ended(made.tool("start", *_ONE_BY_ONE))
        case "rollback":
            made.ended(made.tool("start", *_ONE_BY_ONE))
            made.ended(made.tool("finish", "--outcome", "failure"))
        case "post":
            made.ended(made.stage("main", {"phase": "auto"}))
        case "phase: finish" | "phase: reconcile":
            made.ended(made.stage("main", {"phase": "start"}))
    assert made.page == made.case.before


def begin(made: Place, point: Point | None, strike: tuple[str, int, str, int] | None = None) -> Fork:
    """Start the command; at a point during the user's command, that one waits for the signal."""
    during = point is not None and (point.kind, point.moment) == ("command", DURING)
    waiting = f"{made.gate.here}; exec sleep 2; " if during else ""
    code = f"echo ran > ran; {waiting}exit {int(made.case.name == 'check')}"
    words = {
        "start": ("start", *_ONE_BY_ONE),
        "finish": ("finish", "--outcome", "success", *_ONE_BY_ONE),
        "reconcile": ("reconcile", "--outcome", "success", *_ONE_BY_ONE),
        "run": ("run", *_ONE_BY_ONE, "--", "sh", "-c", code),
        "rollback": ("rollback", *_ONE_BY_ONE, "--", "sh", "-c", code),
        "set": ("set", "down", *_ONE_BY_ONE),
        "check": ("check", *_ONE_BY_ONE, "--", "sh", "-c", code),
    }
    if made.case.name in words:
        return made.tool(*words[made.case.name], strike=strike)
    return made.stage(_ENTRIES.get(made.case.name, "main"), _inputs(made, "success"), strike)


def _inputs(made: Place, outcome: str) -> Mapping[str, str]:
    return {
        "main": {"phase": "auto", "job-status": outcome},
        "post": {"phase": "auto", "job-status": outcome},
        "phase: start": {"phase": "start"},
        "phase: finish": {"phase": "finish", "state": made.outputs.get("state", ""), "outcome": outcome},
        "phase: reconcile": {"phase": "reconcile", "state": made.outputs.get("state", ""), "outcome": outcome},
        "phase: set": {"phase": "set", "status": "down"},
    }[made.case.name]


def heal(made: Place, point: Point, number: int) -> None:
    """Run what follows: after a start, the finish of a deployment that did not come about; else the same once more."""
    name = made.case.name
    outcome = "failure" if number == signal.SIGKILL else "cancelled"
    if name in ("start", "run", "rollback"):
        outcomes: tuple[str, ...] = (outcome,)
        if point.part == "finish":
            outcomes = ("failure", "--rollback-outcome", "success") if name == "rollback" else ("success",)
        made.ended(made.tool("finish", "--outcome", *outcomes))
    elif name in ("main", "phase: start"):
        entry = "post" if name == "main" else "main"
        finish = {"phase": "finish", "state": made.outputs.get("state", ""), "outcome": outcome, "services": ""}
        made.ended(made.stage(entry, {"job-status": outcome} if name == "main" else finish))
    elif name == "post":  # the runner starts no second one: the last job reconciles
        state = {"state": made.saved["deployment"], "outcome": "success", "services": ""}
        made.ended(made.stage("main", {"phase": "reconcile", **state}))
    else:
        made.ended(begin(made, None))


def tried(case: Case, point: Point, number: signal.Signals, server: ForkServer) -> Ending:
    """Run a command, send it a signal at a point, and return how it ended and what healed the page."""
    with place(case, server) as made:
        hold = _hold(made.sandbox, point)
        outside = hold or point.moment == DURING
        fork = begin(made, point, None if outside else (point.kind, point.number, point.moment, int(number)))
        if hold:
            hold.wait_until_reached()
        elif outside:
            made.gate.wait()
        if outside:
            fork.signal(number)
        if hold and number in GENTLE and (point.part, point.kind) == ("finish", "write"):
            hold.release()  # one signal does not keep finish from its writes
        code = made.ended(fork)
        if hold:
            hold.cut()
        page, deployed = made.page, (made.folder / "ran").exists()
        words = _expected(case, point, number).words
        said = tuple(word for word in words if word.casefold() in fork.text.casefold())
        heal(made, point, number)
        return Ending(page, None if code == 128 + number else code, said, deployed, made.page)


def _expected(case: Case, point: Point, number: int) -> Ending:
    return after_kill(case, point) if number == signal.SIGKILL else after_signal(case, point)


def _hold(sandbox: Sandbox, point: Point) -> Hold | None:
    if point.kind not in ("read", "write"):
        return None
    method = "GET" if point.kind == "read" else "PUT"
    return sandbox.hold(method=method, after=point.number - 1, applied=point.moment.startswith("after"))


def wrong_cells(case: Case, number: signal.Signals, server: ForkServer) -> list[str]:
    """Try every point of a command with a signal, and describe the cells that differ from the contract."""
    wrong = []
    for point in case.points():
        expected, seen = _expected(case, point, number), tried(case, point, number, server)
        if seen != expected:
            wrong.append(f"{case.name}, {number.name}, {tuple(point)}:\n  expected {expected}\n  saw      {seen}")
    return wrong


def discovered(case: Case, server: ForkServer) -> list[str]:
    """Run a command undisturbed, and return its steps in their order."""
    with place(case, server) as made:
        made.sandbox.clear_requests()
        fork = begin(made, None)
        made.ended(fork)
        names = {service.id: service.name for service in made.sandbox.services}
        steps = [line.split() for line in Path(fork.order.steps).read_text("ascii").splitlines()]
        seen = [(float(time), step) for time, step in steps]
        for request in made.sandbox.requests:
            name = names.get(request.path.rpartition("/")[2], "")
            seen.append((request.time.timestamp(), "read" if request.method == "GET" else f"write {name}"))
        return [step for _, step in sorted(seen)]
