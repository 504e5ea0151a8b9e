from __future__ import annotations

import pytest

from alert24_deploy.state import ServiceState, Stage, State, Written

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


def test_with_services__some_replaced__the_others_and_the_order_stay() -> None:
    """Services are found by id, and each keeps its place."""
    first, second = ServiceState("a", "A", "down"), ServiceState("b", "B", None)
    written = ServiceState("b", "B", None, Written.YES)
    state = State("d", Stage.STARTED, "t", (first, second)).with_services({"b": written, "c": first})
    assert state.services == (first, written)
