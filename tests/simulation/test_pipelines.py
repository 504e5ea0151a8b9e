"""Many pipelines behind one rate limit, in the short form; `python -m simulation.pipelines` has the long one."""

from __future__ import annotations

import pytest

from alert24_deploy.net import retry
from simulation.pipelines import LONG, Load, simulate

BURST = Load(pipelines=100, services=5, limit=300, spread=10, timeout=LONG)


@pytest.mark.parametrize("limit", [60, 300, 1000])
def test_burst__time_enough__every_page_is_right(limit: int) -> None:
    """However narrow the limit, everybody gets through who may wait."""
    outcomes = simulate(BURST._replace(limit=limit))
    assert (outcomes.failed, outcomes.silent) == (0, 0)


def test_burst__too_little_time__no_page_is_wrong_in_silence() -> None:
    """Whoever can't end the maintenance says so."""
    outcomes = simulate(BURST._replace(timeout=5.0))
    assert outcomes.failed > 0
    assert outcomes.silent == 0


def test_calm__fewer_requests_than_the_limit__nobody_waits() -> None:
    """A thousand requests a minute are more than these send."""
    outcomes = simulate(BURST._replace(spread=3600, limit=1000, timeout=60.0))
    assert (outcomes.failed, outcomes.refused) == (0, 0)
    assert max(outcomes.added) < 1


def test_burst__refused_together__do_not_come_back_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """All are asked to wait until the same moment; their number a second after that is what jitter halves, at least."""
    spread_out = simulate(BURST)
    monkeypatch.setattr(retry, "_MOST_JITTER", 0.0)
    together = simulate(BURST)
    later = [max(count for second, count in each.seen.items() if second > 60) for each in (spread_out, together)]
    assert later[0] < later[1] / 2
    assert spread_out.refused < together.refused
