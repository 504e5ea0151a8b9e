"""Many overlapping deployments by the real command, a process a phase, on the real sandbox, whose log is judged.

make overlaps                                          # 20 rounds of 50 deployments, some minutes
make overlaps OVERLAPS_ARGS="--rounds 1 --seed 7"      # one of them again
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from alert24_sandbox import Sandbox
from alert24_sandbox.records import Record

from .contract import Ran, page_together

ENDINGS = ("success", "failure", "cancelled", "skipped")
_LANES = 10
_SERVICE = "svc-1"
_TOOL = str(Path(sys.executable).with_name("alert24-deploy"))


class Round(NamedTuple):
    """What one round has shown."""

    problems: Sequence[str]  # what must not be
    wrong: Sequence[float]  # seconds for which the page was out of maintenance though a deployment ran, each time


class _Deployments:
    """Deployments of one service, each with a state file of its own; when each runs and has ended is noted."""

    def __init__(self, sandbox: Sandbox, folder: Path, endings: Sequence[str]) -> None:
        self._folder = folder
        self._endings = endings
        outside = {name: value for name, value in os.environ.items() if name.lower()[-6:] != "_proxy"}
        self._environment = {**outside, "ALERT24_API_KEY": sandbox.add_key(), "ALERT24_API_URL": sandbox.url}
        self.began: dict[int, datetime] = {}
        self.problems: list[str] = []

    def act(self, number: int, before: Future[None] | None) -> None:
        """Start a deployment, or finish it once its start is over."""
        if before is None:
            self._command(number, "start", "--service", _SERVICE)
            self.began[number] = datetime.now(timezone.utc)
        else:
            before.result()
            self._command(number, "finish", "--outcome", self._endings[number])

    def _command(self, number: int, phase: str, *arguments: str) -> None:
        state = self._folder / str(number) / "state.json"
        options = ["--record-change", "--lane", f"lane {number % _LANES}", "--change", f"environment={number}"]
        command = [_TOOL, phase, *arguments, "--state", str(state), "--timeout", "300", *options]
        ended = subprocess.run(
            command, check=False, env=self._environment, cwd=self._folder, capture_output=True, text=True
        )
        if ended.returncode:
            self.problems.append(f"{phase} of {number} ends with {ended.returncode}: {ended.stderr}")


def play(seed: int, deployments: int, at_once: int, *, chained: bool = False) -> Round:
    """Start and finish deployments in an order by chance, `at_once` processes at a time.

    If they are chained, each one's finish runs beside the next one's start, which is the worst that can be.
    """
    chance = random.Random(seed)  # noqa: S311 - a schedule is no secret
    endings = [chance.choice(ENDINGS[: 1 + seed % len(ENDINGS)]) for _ in range(deployments)]
    with (
        Sandbox() as sandbox,
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(at_once) as pool,
    ):
        sandbox.add_service("Payments", id=_SERVICE)
        every = _Deployments(sandbox, Path(folder), endings)
        order = [number for number in range(deployments) for _ in range(2)]
        if chained:
            order = [0, *(each for number in range(deployments - 1) for each in (number, number + 1)), deployments - 1]
        else:
            chance.shuffle(order)
        acts: dict[int, Future[None]] = {}
        for number in order:  # the pool takes them in this order, so that a finish never waits for a start behind it
            acts[number] = pool.submit(every.act, number, acts.get(number))
        for act in acts.values():
            act.result()
        return Round([*every.problems, *_problems(sandbox, endings)], _wrong(sandbox, every.began))


def _problems(sandbox: Sandbox, endings: Sequence[str]) -> list[str]:
    """Judge the records and the final page by the second statement of the contract."""
    places: dict[int, list[int]] = {}
    for place, change in enumerate(sandbox.changes):
        places.setdefault(_number(change), []).append(place)
    twice = [f"{number} has {len(found)} changes" for number, found in places.items() if len(found) != 2]
    if twice or len(places) != len(endings):
        return [*twice, f"{len(places)} of {len(endings)} deployments are recorded"]
    changes = sandbox.changes
    every = [
        Ran(str(each), f"lane {each % _LANES}", str(each), 1, begin, end, endings[each], {}, _found(changes[begin]))
        for each, (begin, end) in places.items()
    ]
    shown, expected = sandbox.status_of(_SERVICE), page_together(every)
    return [] if shown in expected else [f"the page shows {shown}, and the outcomes mean {expected}"]


def _found(change: Record) -> str:
    """Return what a start found on the page, as its change says; maintenance if that says nothing."""
    tags = change.fields["tags"]
    assert isinstance(tags, Sequence)
    return next((each.removeprefix("before:") for each in tags if each.startswith("before:")), "maintenance")


def _number(change: Record) -> int:
    """Return the number of the deployment that a change is about."""
    return int(str(change.fields["environment"]))


def _wrong(sandbox: Sandbox, began: Mapping[int, datetime]) -> list[float]:
    """Return for how long the page was out of maintenance, each time, while a deployment ran.

    A deployment runs from when its start has ended until its end is on record.
    """
    ended = {_number(each): each.created_at for each in sandbox.changes}
    events = sandbox.events
    lengths = []
    for event, following in pairwise(events):
        if event.after != "maintenance":
            times = [(max(event.time, began[x]), min(following.time, ended[x])) for x in began]
            lengths.append(max(((end - begin).total_seconds() for begin, end in times), default=0.0))
    return [each for each in lengths if each > 0]


def main() -> int:
    """Play the rounds, and print what they have shown; return 1 if something must not be."""
    parser = argparse.ArgumentParser(prog="make overlaps")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--deployments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="the first round's; the others follow")
    parser.add_argument("--at-once", type=int, default=16, help="processes at a time")
    parser.add_argument("--chained", action="store_true", help="let each finish run beside the next one's start")
    given = parser.parse_args()
    given.at_once = 2 if given.chained else given.at_once
    began, problems = time.monotonic(), 0
    wrong: list[float] = []
    for seed in range(given.seed, given.seed + given.rounds):
        shown = play(seed, given.deployments, given.at_once, chained=given.chained)
        wrong += shown.wrong
        problems += len(shown.problems)
        sys.stdout.write("".join(f"seed {seed}: {each}\n" for each in shown.problems))
        sys.stdout.write(f"seed {seed}: out of maintenance {len(shown.wrong)} times, {_times(shown.wrong)}\n")
        sys.stdout.flush()
    sys.stdout.write(
        f"{given.rounds} rounds of {given.deployments} deployments, {given.at_once} processes at once: "
        f"{problems} problems; out of maintenance too early {len(wrong)} times in "
        f"{given.rounds * given.deployments:,} finishes, {_times(wrong)}; {time.monotonic() - began:.0f} s\n"
    )
    return 1 if problems else 0


def _times(seconds: Sequence[float]) -> str:
    if not seconds:
        return "never"
    p99 = quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
    return (
        f"for {1000 * median(seconds):.0f} ms (median), {1000 * p99:.0f} ms (p99), {1000 * max(seconds):.0f} ms (worst)"
    )


if __name__ == "__main__":
    sys.exit(main())
