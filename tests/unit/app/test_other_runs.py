from __future__ import annotations

from types import SimpleNamespace

import pytest

from alert24_deploy.app import other_runs


def test_asking_the_ci__however_many_deployments__a_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CI that does not answer delays a finish by an eighth of its time in all, and then everybody may go on."""
    seconds, asked = [0.0], []

    def unanswered(_: str, __: object, ___: object, most: float) -> bool:
        asked.append(most)
        seconds[0] += most
        return True

    monkeypatch.setattr(other_runs, "_goes_on", unanswered)
    monkeypatch.setattr(other_runs, "time", SimpleNamespace(monotonic=lambda: seconds[0]))
    settings = SimpleNamespace(timeout=60.0)
    goes_on = other_runs.asking_the_ci(settings, None)  # type: ignore[arg-type]
    assert [goes_on(f"github-{number}-1") for number in range(50)] == [True] * 50
    assert asked == [5.0, 2.5]
