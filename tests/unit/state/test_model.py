from __future__ import annotations

import pytest

from alert24_deploy.state import Stage, State

STAGES = [
    (Stage.STARTING, True),
    (Stage.STARTED, False),
    (Stage.REHEARSED, False),
    (Stage.FAILED, True),
    (Stage.FINISHED, False),
]


@pytest.mark.parametrize(("stage", "expected"), STAGES)
def test_never_began__every_stage__true_where_start_did_not_end_well(stage: Stage, expected: bool) -> None:
    """A start that failed or was killed was followed by no deployment."""
    assert State("d", stage, "t").never_began is expected
