"""Many recorded deployments at once, by the real command in real processes' stead: threads with a state file each."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from threading import Barrier

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

DEPLOYMENTS = int(os.environ.get("OVERLAPPING_DEPLOYMENTS", "50"))
ROUNDS = int(os.environ.get("OVERLAPPING_ROUNDS", "1"))
OUTCOMES = (Outcome.SUCCESS, Outcome.FAILURE, Outcome.CANCELLED)
PAGES = {Outcome.SUCCESS: "operational", Outcome.CANCELLED: "degraded", Outcome.FAILURE: "down"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_many_deployments__in_every_order__the_last_end_shows_the_worst(tmp_path: Path, seed: int) -> None:
    """Fifty lanes start and end as they happen to: the page is in maintenance until the last end, and then right."""
    chance = random.Random(seed)  # noqa: S311 - a schedule is no secret
    outcomes = [chance.choice(OUTCOMES[: 1 + seed % 3]) for _ in range(DEPLOYMENTS)]
    meet = Barrier(DEPLOYMENTS)
    with Sandbox() as sandbox:
        key = sandbox.add_key()
        sandbox.add_service("Payments", id="svc-1")

        def deploy(number: int) -> bool:
            store = FileStore(tmp_path / str(number) / "state.json", "state")
            recording = Recording({}, f"lane {number}", f"run-{number}", 1, 7200, _now)

            def page() -> Alert24:
                return Alert24(sandbox.url, key, deadline=Deadline(120, Cancellation()))

            begin = StartRequest(f"d-{number}", ["svc-1"], lambda: "2026-01-01T00:00:00Z", recording=recording)
            assert not start(page(), store, begin).warnings
            meet.wait()
            end = FinishRequest(DeploymentResult(outcomes[number]), lambda: "2026-01-01T00:01:00Z", recording=recording)
            return not finish(page(), store, end).error

        with ThreadPoolExecutor(DEPLOYMENTS) as pool:
            assert all(pool.map(deploy, range(DEPLOYMENTS)))
        assert len(sandbox.changes) == 2 * DEPLOYMENTS
        worst = max(outcomes, key=OUTCOMES_BY_RANK.index)
        assert sandbox.status_of("svc-1") == PAGES[worst]


OUTCOMES_BY_RANK = (Outcome.SUCCESS, Outcome.CANCELLED, Outcome.FAILURE)


def _now() -> datetime:
    return datetime.now(timezone.utc)
