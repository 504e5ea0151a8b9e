"""`policy.decide` and an independent statement of the same contract agree, whatever is chosen, found and shown."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from alert24_deploy.policy import CONFLICT_RULES, TARGETS, Policy, decide, target
from simulation.actors import OUTCOMES, result_of
from simulation.contract import fitting, page_after

_SHOWN = st.sampled_from(["operational", "degraded", "down", "maintenance", "under review", None])
_OPTIONS = ("on_success", "on_unverified", "on_failure", "on_cancelled", "on_rollback")
_ENDINGS = st.sampled_from(OUTCOMES)
_POLICIES = st.fixed_dictionaries(
    {},
    optional={
        **{
            f"on_{name}": st.sampled_from(TARGETS)
            for name in ("success", "unverified", "failure", "cancelled", "rollback")
        },
        "on_conflict": st.sampled_from(CONFLICT_RULES),
    },
)


@settings(max_examples=2000)
@given(policy=_POLICIES, ending=_ENDINGS, before=_SHOWN, shown=_SHOWN, own=st.booleans(), earlier=_SHOWN)
def test_decide__anything__leaves_the_page_as_the_second_statement_says(
    policy: dict[str, str], ending: str, before: str | None, shown: str | None, own: bool, earlier: str | None
) -> None:
    """What the page shows afterwards, written or kept, is the same in both."""
    decision = decide(Policy(**policy), result_of(ending), before, shown, own=own, rollback_to=earlier)
    assert (decision.status or shown) == page_after(policy, ending, before, shown, own, earlier)


@settings(max_examples=500)
@given(policy=_POLICIES, ending=_ENDINGS, before=_SHOWN, earlier=_SHOWN)
def test_target__anything__fits_as_the_second_statement_says(
    policy: dict[str, str], ending: str, before: str | None, earlier: str | None
) -> None:
    """The status that fits an outcome is the same in both."""
    assert target(Policy(**policy), result_of(ending), before, earlier) == fitting(policy, ending, before, earlier)
