"""States as start may make them, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from alert24_deploy.policy import CONFLICT_RULES, TARGETS
from alert24_deploy.state import Description, ServiceState, Stage, State, WriteStatus

# What Alert24's JSON may hold: half a surrogate pair too, as a text has it that was cut in the middle of an emoji.
foreign = st.text(st.characters() | st.characters(categories=["Cs"]), min_size=1, max_size=20)
# The client takes only printable ids.
ids = foreign.filter(str.isprintable)
times = st.sampled_from(["2026-01-02T03:04:05Z", "2026-12-31T23:59:59Z"])

services = st.builds(
    ServiceState,
    id=ids,
    name=foreign,
    before=st.none() | foreign,
    written=st.sampled_from(WriteStatus),
    left_alone=st.booleans(),
    done=st.booleans(),
    description=st.none() | st.builds(Description, original=st.just("") | foreign, ours=foreign),
)
policies = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(TARGETS) for name in ("on_success", "on_failure", "on_cancelled", "on_rollback")},
        "on_conflict": st.sampled_from(CONFLICT_RULES),
    },
)
states = st.builds(
    State,
    deployment=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    stage=st.sampled_from(Stage),
    started_at=times,
    services=st.lists(services, max_size=4, unique_by=lambda service: service.id).map(tuple),
    unresolved=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=3).map(tuple),
    policy=policies,
    finished_at=st.none() | times,
    outcome=st.none() | st.sampled_from(["success", "failure", "cancelled", "skipped"]),
)
