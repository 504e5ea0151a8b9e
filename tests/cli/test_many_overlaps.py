"""Many recorded deployments at once, on the real sandbox: threads in processes' stead, with a state file each."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from alert24_deploy.alert24.client import Alert24
from alert24_deploy.deployment.changes import Recording
from alert24_deploy.deployment.finish import FinishRequest, finish
from alert24_deploy.deployment.start import StartRequest, start
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.signals import Cancellation
from alert24_deploy.state.file import FileStore
from alert24_sandbox import Sandbox

pytestmark = pytest.mark.slow
DEPLOYMENTS = int(os.environ.get("OVERLAPPING_DEPLOYMENTS", "50"))
ROUNDS = int(os.environ.get("OVERLAPPING_ROUNDS", "1"))
BY_RANK = {Outcome.SUCCESS: "operational", Outcome.CANCELLED: "degraded", Outcome.FAILURE: "down"}


class Lanes:
    """Deployments of one service, each in a lane of its own and with an outcome by chance."""

    def __init__(self, sandbox: Sandbox, folder: Path, seed: int) -> None:
        self.sandbox = sandbox
        self._key = sandbox.add_key()
        self._folder = folder
        chance = random.Random(seed)  # noqa: S311 - a schedule is no secret
        self.outcomes = [chance.choice(list(BY_RANK)[: 1 + seed % 3]) for _ in range(DEPLOYMENTS)]
        sandbox.add_service("Payments", id="svc-1")

    def start(self, number: int) -> datetime:
        """Start one; return when it was done."""
        request = StartRequest(f"d-{number}", ["svc-1"], _text, recording=self._recording(number))
        assert not start(self._page(), self._store(number), request).warnings
        return _now()

    def finish(self, number: int) -> None:
        """Finish one."""
        result = DeploymentResult(self.outcomes[number])
        request = FinishRequest(result, _text, recording=self._recording(number))
        assert not finish(self._page(), self._store(number), request).error

    @property
    def worst(self) -> str:
        """What the page must show once all have ended."""
        return BY_RANK[max(self.outcomes, key=list(BY_RANK).index)]

    def _page(self) -> Alert24:
        return Alert24(self.sandbox.url, self._key, deadline=Deadline(120, Cancellation()))

    def _store(self, number: int) -> FileStore:
        return FileStore(self._folder / str(number) / "state.json", "state")

    def _recording(self, number: int) -> Recording:
        return Recording({}, f"lane {number}", f"run-{number}", 1, 7200, _now)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_many_deployments__in_every_order__the_last_end_shows_the_worst(tmp_path: Path, seed: int) -> None:
    """All start, and all end as they happen to: nothing is stuck, whichever is the last, and each is recorded."""
    with Sandbox() as sandbox, ThreadPoolExecutor(DEPLOYMENTS) as pool:
        lanes = Lanes(sandbox, tmp_path, seed)
        list(pool.map(lanes.start, range(DEPLOYMENTS)))
        list(pool.map(lanes.finish, range(DEPLOYMENTS)))
        assert len(sandbox.changes) == 2 * DEPLOYMENTS
        assert sandbox.status_of("svc-1") == lanes.worst


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_many_deployments__each_ends_while_the_next_one_starts__maintenance(tmp_path: Path, seed: int) -> None:
    """A final status that is written beside a start is seen in the look that follows, and is taken back."""
    late = []
    with Sandbox() as sandbox, ThreadPoolExecutor(2) as pool:
        lanes = Lanes(sandbox, tmp_path, seed)
        lanes.start(0)
        for number in range(1, DEPLOYMENTS):
            ending = pool.submit(lanes.finish, number - 1)
            began = pool.submit(lanes.start, number).result()
            ending.result()
            assert sandbox.status_of("svc-1") == "maintenance"
            late += [each.time - began for each in sandbox.events[-1:] if each.time > began]
        lanes.finish(DEPLOYMENTS - 1)
        assert sandbox.status_of("svc-1") == lanes.worst
    print(f"In maintenance too late: {len(late)} of {DEPLOYMENTS - 1}, by {max(late, default=timedelta())}")  # noqa: T201


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _text() -> str:
    return "2026-01-01T00:00:00Z"
