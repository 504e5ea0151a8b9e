"""The contract on signals, written down without a look at the code: what each step of each command ends in.

The services are `A`, which is operational, and, if the command writes in a known order, `B`, which is degraded. A
deployment succeeds if nothing stops it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

BEFORE = {"A": "operational", "B": "degraded"}
GENTLE = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)  # ask a program to end; SIGKILL does not ask
DURING = "during"
MOMENTS = {
    "read": (DURING,),
    "write": ("before it takes effect", "after it took effect"),
    "save": ("before", "after"),
    "command": ("before", DURING, "after"),
}
Page = tuple[str, ...]


class Point(NamedTuple):
    """A moment of a command.

    Attributes:
        part: `start`, `command`, `reconcile` (its look at the page), `finish` or `set`.
        step: `read`, `write A`, `write B`, `save` or `command`.
        number: how many steps of this kind (reads, writes, saves) the command has made, this one included.
        moment: one of `MOMENTS`.
    """

    part: str
    step: str
    number: int
    moment: str

    @property
    def kind(self) -> str:
        """The kind of the step: `read`, `write`, `save` or `command`."""
        return self.step.split(" ")[0]


class Ending(NamedTuple):
    """How a command that got a signal ends.

    Attributes:
        page: what the page shows at once.
        code: its exit code; None for 128 and the signal's number.
        words: what it says.
        deployed: whether the user's command ran.
        healed: what the page shows after the command that follows it (`Case.after_signal`, `Case.after_kill`).
    """

    page: Page
    code: int | None
    words: Sequence[str]
    deployed: bool
    healed: Page


@dataclass(frozen=True)
class Case:
    """A command, or a stage of the action.

    Attributes:
        name: as the documentation shows it.
        services: how many services there are.
        parts: the command's parts, in their order.
        found: what it finds, if that is not `BEFORE`.
        written: what its part `set` writes.
    """

    name: str
    services: int
    parts: Sequence[str]
    found: Page = ()
    written: str = ""

    @property
    def names(self) -> Sequence[str]:
        """The services' names."""
        return list(BEFORE)[: self.services]

    @property
    def before(self) -> Page:
        """What the page shows when the command begins."""
        if self.found:
            return self.found
        return (
            ("maintenance",) * self.services
            if "finish" in self.parts and "start" not in self.parts
            else self.every(BEFORE)
        )

    @property
    def target(self) -> Page:
        """What a success leaves: of a rollback, what the page showed before the deployment that it undoes."""
        return self.every(BEFORE) if self.name == "rollback" else ("operational",) * self.services

    def every(self, statuses: dict[str, str]) -> Page:
        """Return the services' statuses in the page's order."""
        return tuple(statuses[name] for name in self.names)

    def steps(self) -> Iterator[tuple[str, str]]:
        """The parts' steps if nothing happens."""
        writes = [f"write {name}" for name in self.names]
        for part in self.parts:
            steps = {
                "start": ["read", "save", *writes, "save"],
                "command": ["command"],
                "finish": ["read", *writes, "save"],
                "set": ["read", *writes],
                "reconcile": ["read"],
                "link": ["read"],  # of the status page, for the summary
            }[part]
            yield from ((part, step) for step in steps)

    def points(self) -> Iterator[Point]:
        """Every moment at which a signal can arrive."""
        seen: dict[str, int] = {}
        for part, step in self.steps():
            kind = step.split(" ")[0]
            seen[kind] = seen.get(kind, 0) + 1
            yield from (Point(part, step, seen[kind], moment) for moment in MOMENTS[kind])


COMMANDS = (
    Case("start", 2, ("start",)),
    Case("finish", 2, ("finish",)),
    Case("reconcile", 2, ("reconcile", "finish")),
    Case("run", 2, ("start", "command", "finish")),
    Case("rollback", 2, ("start", "command", "finish"), found=("down", "down")),
    Case("set", 2, ("set",), written="down"),
    Case("check", 2, ("command", "set"), written="down"),
)
STAGES = (
    Case("main", 1, ("start",)),
    Case("post", 1, ("finish", "link")),
    Case("phase: start", 1, ("start",)),
    Case("phase: finish", 1, ("finish", "link")),
    Case("phase: reconcile", 1, ("reconcile", "finish")),
    Case("phase: set", 1, ("set",), written="down"),
)


def after_signal(case: Case, point: Point) -> Ending:
    """Return what SIGHUP, SIGINT or SIGTERM leaves: the page is put right before the command ends, or it says how."""
    words, ran = _words(case, point), "command" in case.parts
    if point.part == "reconcile":  # without a look at the page it must not write
        return Ending(case.before, None, words, ran, case.target)
    if point.part == "set":
        return Ending(written_until(case, point), None, words, ran, (case.written,) * case.services)
    if point.part == "start" or (point.part, point.moment) == ("command", "before"):
        return Ending(case.before, None, words, False, _healed(case, case.before))
    if point.part == "command" and case.name == "check":  # the code of a command that ended is its own
        return Ending(case.before, 1 if point.moment == "after" else None, words, ran, _healed(case, case.before))
    if (point.part, point.moment) == ("command", DURING):
        cancelled: Page = tuple("down" if status == "down" else "degraded" for status in case.before)
        return Ending(cancelled, None, words, ran, cancelled)
    return Ending(case.target, 0, words, ran, case.target)


def _words(case: Case, point: Point) -> Sequence[str]:
    """Return what a command says that got SIGHUP, SIGINT or SIGTERM."""
    unwritten = point.kind == "read" or (point.kind, point.number) == ("save", 1)
    if point.part == "reconcile":
        return ("signal", "Nothing was changed", "still in maintenance")
    if point.part in ("start", "set") or case.name == "check":
        if unwritten or point.kind == "command":
            return ("signal", "Nothing was changed")
        written = [f"perhaps written: '{point.step[-1]}'"] if point.kind == "write" else []
        restored = ["restored"] if point.part == "start" and point.number + (point.moment[0] == "a") > 1 else []
        return ("signal", *written, *restored)
    if point.kind == "command":
        return {
            "before": ("the deployment did not run",),
            DURING: ("the deployment was cancelled",),
            "after": ("the deployment succeeded",) if case.name == "run" else ("failed and was rolled back",),
        }[point.moment]
    return tuple(f"-> {status} (" for status in sorted(set(case.target)))


def _healed(case: Case, page: Page) -> Page:
    return (case.written,) * case.services if case.name == "check" else page


def after_kill(case: Case, point: Point) -> Ending:
    """Return what SIGKILL leaves: whatever was written so far, until a command that follows puts it right."""
    page = written_until(case, point)
    before = point.part == "start" or (point.part, point.moment) == ("command", "before")
    deployed = "command" in case.parts and not before
    return Ending(page, -signal.SIGKILL, (), deployed, _after_kill(case, point))


def _after_kill(case: Case, point: Point) -> Page:
    if case.written:
        return (case.written,) * case.services
    if point.part in ("finish", "reconcile", "link"):
        return case.target
    saved = (point.kind, point.number, point.moment)
    began = point.part == "command" or saved == ("save", 2, "after")
    # Without a state, the services that are named to finish are set by the outcome alone.
    unknown = case.name in ("start", "run") and (point.kind == "read" or saved == ("save", 1, "before"))
    return ("down",) * case.services if began or unknown else case.before


def written_until(case: Case, point: Point) -> Page:
    """Return what the page shows if everything before a point took effect and nothing after it."""
    page: dict[str, str] = dict(zip(case.names, case.before, strict=True))
    final = dict(zip(case.names, case.target, strict=True))
    for each in case.points():
        if each.kind == "write" and each.moment.startswith("after"):
            name = each.step.split(" ")[1]
            values = {"start": "maintenance", "finish": final[name], "set": case.written}
            reached = _order(case, each) <= _order(case, point)
            page[name] = values[each.part] if reached else page[name]
    return tuple(page.values())


def _order(case: Case, point: Point) -> int:
    return list(case.points()).index(point)
