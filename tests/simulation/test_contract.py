"""`policy.decide` and an independent statement of the same contract agree, whatever is chosen, found and shown."""

from __future__ import annotations

from itertools import product

import pytest

from alert24_deploy.policy import CONFLICT_RULES, TARGETS, Policy, decide, target
from simulation.actors import OUTCOMES, result_of
from simulation.contract import fitting, page_after

_SHOWN = ("operational", "degraded", "down", "maintenance", "under review", "investigating", None)
_OPTIONS = ("on_success", "on_unverified", "on_failure", "on_cancelled", "on_rollback")


@pytest.mark.parametrize("ending", OUTCOMES)
@pytest.mark.parametrize("rule", CONFLICT_RULES)
def test_decide__every_option_with_every_value__leaves_the_page_as_the_second_statement_says(
    rule: str, ending: str
) -> None:
    """What the page shows afterwards, written or kept, is the same in both."""
    policies = [{}, *({name: value} for name in _OPTIONS for value in TARGETS)]
    for options, before, shown, own, earlier in product(policies, _SHOWN, _SHOWN, (True, False), _SHOWN):
        policy = {**options, "on_conflict": rule}
        decision = decide(Policy(**policy), result_of(ending), before, shown, own=own, rollback_to=earlier)
        case = (options, before, shown, own, earlier)
        assert decision.status is None or (case, decision.status) != (case, shown)
        assert (case, decision.status or shown) == (case, page_after(policy, ending, before, shown, own, earlier))


@pytest.mark.parametrize("ending", OUTCOMES)
def test_target__every_option_with_every_value__fits_as_the_second_statement_says(ending: str) -> None:
    """The status that fits an outcome is the same in both."""
    for name, value, before, earlier in product(_OPTIONS, TARGETS, _SHOWN, _SHOWN):
        policy = {name: value}
        fits = target(Policy(**policy), result_of(ending), before, earlier)
        assert fits == fitting(policy, ending, before, earlier)
