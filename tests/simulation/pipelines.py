"""Many pipelines that share one key and its rate limit: the real client, start and finish, on a clock that jumps.

    PYTHONPATH=tests .venv/bin/python -m simulation.pipelines

Each pipeline is a greenlet and so is each of its workers, so that one thread holds them all, in one order for a seed.
Only threads, the network and time are not real: `Retrier`, `Pause`, `Deadline`, the client and the use cases are.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from greenlet import getcurrent, greenlet

from alert24_deploy.alert24 import client
from alert24_deploy.alert24.client import Alert24
from alert24_deploy.deployment.finish import FinishRequest, finish
from alert24_deploy.deployment.start import StartRequest, start
from alert24_deploy.errors import Alert24DeployError
from alert24_deploy.net import retry
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.net.threads import TaskResult
from alert24_deploy.net.transport import Request, Response
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.signals import Cancellation
from alert24_deploy.state import State
from alert24_sandbox.answers import ApiError
from alert24_sandbox.limits import RateLimit
from alert24_sandbox.options import Options

_EPOCH = datetime(2030, 1, 1, tzinfo=timezone.utc)
_ROUND_TRIP = 0.05  # seconds
_DEPLOYING = 60.0  # seconds that each deployment takes


class Clock:
    """Time that goes on when everybody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, Any]] = []
        self._number = itertools.count()
        self.hub = getcurrent()

    def __call__(self) -> float:
        """The seconds since the beginning."""
        return self.now

    def begin(self, call: Callable[[], object], after: float = 0.0) -> None:
        """Have a greenlet of its own make a call."""
        heapq.heappush(self._waiting, (self.now + after, next(self._number), greenlet(call, self.hub)))

    def sleep(self, seconds: float) -> None:
        """Let others act for so long."""
        heapq.heappush(self._waiting, (self.now + seconds, next(self._number), getcurrent()))
        self.hub.switch()

    def run(self) -> None:
        """Go on until nobody waits."""
        while self._waiting:
            self.now, _, waiting = heapq.heappop(self._waiting)
            waiting.switch()


class Patience(Cancellation):
    """No signal ever comes, and waiting is sleeping."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, seconds: float) -> bool:
        """Let the time pass."""
        self._clock.sleep(seconds)
        return False


class Server:
    """The services of an organization behind a rate limit: the client's transport, without a network."""

    def __init__(self, clock: Clock, services: int, limit: int) -> None:
        self.statuses = dict.fromkeys((f"svc-{number}" for number in range(services)), "operational")
        self.seen = Counter[int]()  # requests by second
        self.refused = 0
        self._clock = clock
        self._limit = RateLimit(Options(rate_limit=limit, rate_window=60.0), clock, self._date)

    def _date(self) -> datetime:
        return _EPOCH + timedelta(seconds=self._clock.now)

    def send(self, request: Request, _: float) -> Response:
        """Answer a request after half a round trip there and half a one back."""
        self._clock.sleep(_ROUND_TRIP / 2)
        self.seen[int(self._clock.now)] += 1
        try:
            self._limit.count("key")
            answer = Response(200, {}, json.dumps(self._answer(request)).encode())
        except ApiError as error:
            self.refused += 1
            answer = Response(429, dict(error.response().headers), b"{}")
        self._clock.sleep(_ROUND_TRIP / 2)
        return answer

    def _answer(self, request: Request) -> object:
        url = urlsplit(request.url)
        service = url.path.rpartition("/")[2]
        if service == "services":
            offset = int(parse_qs(url.query)["offset"][0])
            page = [{"id": each, "status": self.statuses[each]} for each in list(self.statuses)[offset : offset + 100]]
            more = offset + 100 < len(self.statuses)
            return {"data": page, "meta": {"total": len(self.statuses), "has_more": more}}
        if request.body:
            self.statuses[service] = json.loads(request.body)["status"]
        return {"id": service, "status": self.statuses[service]}


class Memory:
    """A state file in memory (`deployment.interfaces.StateStore`)."""

    def __init__(self) -> None:
        self._state: State | None = None

    def load(self) -> State | None:
        """The last state."""
        return self._state

    def save(self, state: State) -> None:
        """Keep it."""
        self._state = state


class Load(NamedTuple):
    """What many teams do at once."""

    pipelines: int
    services: int  # of each
    limit: int  # requests a minute
    spread: float  # seconds over which they start
    timeout: float = 60.0
    concurrency: int = 16
    seed: int = 0


class Outcomes(NamedTuple):
    """How it went."""

    failed: int  # pipelines whose finish says that the page is wrong
    silent: int  # services that are in maintenance though no finish has said so
    added: Sequence[float]  # seconds that start and finish took, by pipeline
    requests: int
    refused: int
    busiest: int  # requests in one second
    seen: Counter[int]


def simulate(load: Load) -> Outcomes:
    """Run the pipelines, and return how it went."""
    clock, draw = Clock(), random.Random(load.seed)  # noqa: S311 - a simulation
    server = Server(clock, load.pipelines * load.services, load.limit)
    added: list[float] = []
    failed: set[int] = set()
    random.seed(load.seed)  # of the back-off

    def pipeline(number: int) -> None:
        names = [f"svc-{each}" for each in range(number * load.services, (number + 1) * load.services)]
        store, took = Memory(), 0.0
        request = StartRequest(f"deployment-{number}", names, now=lambda: "2030-01-01T00:00:00Z")
        phases: list[Callable[[Alert24], Any]] = [
            lambda page: start(page, store, request),
            lambda page: finish(page, store, FinishRequest(DeploymentResult(Outcome.SUCCESS), now=request.now)),
        ]
        for phase in phases:
            began = clock.now
            try:
                if phase(_page(clock, server, load)).exit_code:
                    failed.add(number)
            except Alert24DeployError:
                failed.add(number)
            took += clock.now - began
            clock.sleep(_DEPLOYING)
        added.append(took)

    for number in range(load.pipelines):
        clock.begin(partial(pipeline, number), draw.uniform(0, load.spread))
    with Workers(clock).instead_of_threads():
        clock.run()
    wrong = {index // load.services for index, status in enumerate(server.statuses.values()) if status != "operational"}
    return Outcomes(
        len(failed),
        len(wrong - failed),
        sorted(added),
        sum(server.seen.values()),
        server.refused,
        max(server.seen.values()),
        server.seen,
    )


def _page(clock: Clock, server: Server, load: Load) -> Alert24:
    deadline = Deadline(load.timeout, Patience(clock), clock)
    page = Alert24("https://alert24.test", "key", deadline=deadline, concurrency=load.concurrency)
    page._transport = server  # type: ignore[assignment]
    return page


class Workers:
    """What `net.threads` does, by greenlets instead of threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def run_concurrently(
        self, tasks: Sequence[Callable[[], Any]], *, concurrency: int, **_: object
    ) -> Sequence[TaskResult[Any]]:
        """Return how the tasks ended."""
        ended: list[TaskResult[Any]] = []
        todo = list(enumerate(tasks))[::-1]
        waiting = getcurrent()

        def work() -> None:
            while todo:
                ended.append(self._result(*todo.pop()))
                if len(ended) == len(tasks):
                    self._clock.begin(waiting.switch)

        for _number in range(min(concurrency, len(tasks))):
            self._clock.begin(work)
        if tasks:
            self._clock.hub.switch()
        return ended

    def _result(self, number: int, task: Callable[[], Any]) -> TaskResult[Any]:
        try:
            return TaskResult(number, task(), None)
        except Alert24DeployError as error:
            return TaskResult(number, None, error)

    def run_all(self, tasks: Sequence[Callable[[], Any]], **how: Any) -> list[Any]:
        """Return what the tasks return, or raise the first error."""
        results = sorted(self.run_concurrently(tasks, **how), key=lambda each: each.number)
        for error in (each.error for each in results if each.error):
            raise error
        return [each.value for each in results]

    def instead_of_threads(self) -> AbstractContextManager[object]:
        """Let the client use them."""
        return mock.patch.multiple(
            client,
            run_concurrently=self.run_concurrently,
            run_all=self.run_all,
            run_alone=lambda task, _: task(),
        )


def row(load: Load, outcomes: Outcomes) -> str:
    """Return a row of the table."""
    middle, high = (quantiles(outcomes.added, n=100)[each] for each in (49, 98))
    right = 100 - 100 * outcomes.failed / load.pipelines
    return (
        f"| {load.limit} | {_minutes(load.spread)} | {_minutes(load.timeout)} | {right:.1f} % | {outcomes.silent} "
        f"| {_minutes(middle)} | {_minutes(high)} | {outcomes.requests:,} | {outcomes.refused:,} | {outcomes.busiest} |"
    )


def _minutes(seconds: float) -> str:
    return (
        f"{seconds:.1f} s"
        if seconds < 60
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.0f} h"
    )


def plot(lines: Mapping[str, Counter[int]], seconds: int) -> str:
    """Return an SVG of requests a second, a curve for each name."""
    high = max(max(seen.values()) for seen in lines.values())
    shapes = [f'<text x="2" y="26">{high}</text><text x="28" y="214">0</text><text x="700" y="226">']
    shapes.append(f'{seconds // 60} min</text><path d="M40 20V210H760" stroke="#888" fill="none"/>')
    for number, (name, seen) in enumerate(lines.items()):
        colour = ("#d1242f", "#0969da")[number]
        places = [(40 + 720 * each / seconds, 210 - 190 * seen[each] / high) for each in range(seconds)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        shapes.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>')
        most = f"{name}: at most {max(seen.values())}"
        shapes.append(f'<text x="{60 + 330 * number}" y="238" fill="{colour}">{most}</text>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 245" font-family="sans-serif" font-size="13" '
        f'fill="#777" role="img"><title>Requests a second</title>{"".join(shapes)}</svg>\n'
    )


# Seconds in which the pipelines start: they send half of what a limit lets through, or come within a minute.
CALM = {60: 48 * 3600.0, 300: 10 * 3600.0, 1000: 3 * 3600.0}
BURST = 60.0
LONG = 72 * 3600.0  # seconds; a `timeout` that nobody reaches


def main() -> None:
    """Print the table, and write the plot if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pipelines", type=int, default=1000)
    parser.add_argument("--services", type=int, default=20, help="of each pipeline")
    parser.add_argument("--plot", type=Path, help="file for the picture of what comes after a burst")
    given = parser.parse_args()
    heads = "limit,start within,`timeout`,right,silent,added: median,p99,requests,refused,most in 1 s".split(",")
    print(f"| {' | '.join(heads)} |\n{'| --- ' * len(heads)}|")
    for limit, calm in CALM.items():
        for spread, timeout in ((calm, 60.0), (calm, 300.0), (BURST, 60.0), (BURST, 600.0), (BURST, LONG)):
            load = Load(given.pipelines, given.services, limit, spread, timeout)
            print(row(load, simulate(load)), flush=True)
    if given.plot:
        burst = Load(given.pipelines, given.services, 1000, BURST, LONG)
        with mock.patch.object(retry, "_MOST_JITTER", 0.0):
            before = simulate(burst)
        lines = {"exactly when asked": before.seen, "up to half as long again": simulate(burst).seen}
        given.plot.write_text(plot(lines, 900), "utf-8")


if __name__ == "__main__":
    main()
