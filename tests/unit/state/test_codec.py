from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.errors import BrokenState
from alert24_deploy.policy import CONFLICT_RULES, TARGETS
from alert24_deploy.state import CHANGES, INCIDENTS, Description, ServiceState, Stage, State, WriteStatus
from alert24_deploy.state.codec import SIZE_LIMIT, decode, encode

WHOLE: dict[str, Any] = {
    "version": 1,
    "deployment": "github-1-2-abc",
    "stage": "started",
    "started_at": "2026-01-02T03:04:05Z",
    "services": [
        {
            "id": "svc-1",
            "name": "API",
            "before": "degraded",
            "written": "yes",
            "description": {"original": "", "ours": "Deploying"},
        }
    ],
    "policy": {"on_failure": "degraded", "on_conflict": "keep"},
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
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
    **{name: st.none() | foreign for name in ("after", "found_at", "wrote_at", "after_at", "rollback_to")},
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
    unverified=st.booleans(),
    owner=st.just("") | foreign,
    superseded=st.lists(foreign, max_size=2).map(tuple),
    settled=st.lists(foreign, max_size=2).map(tuple),
    inherited=st.lists(services, max_size=2).map(tuple),
    records=st.sampled_from([(), (CHANGES,), (CHANGES, INCIDENTS)]),
    lane=st.just("") | foreign,
)


@given(states)
def test_decode__what_encode_made__the_same_state(state: State) -> None:
    """Nothing that start may find is lost; it goes through files and variables as one line of ASCII."""
    text = encode(state)
    assert (decode(text), text.isascii(), text.isprintable()) == (state, True, True)


def test_encode__example__as_documented() -> None:
    """The form is fixed, because another release may read it."""
    service = ServiceState("svc-1", "API", "degraded", WriteStatus.YES, description=Description("", "Deploying"))
    state = State(
        "github-1-2-abc",
        Stage.STARTED,
        "2026-01-02T03:04:05Z",
        (service,),
        policy={"on_failure": "degraded", "on_conflict": "keep"},
    )
    assert json.loads(encode(state)) == WHOLE


def test_encode__nothing_to_say__left_out() -> None:
    """A state that travels in an environment variable is no longer than it must be."""
    state = State("d", Stage.STARTED, "t", (ServiceState("a", "A", None),))
    assert encode(state) == (
        '{"version":1,"deployment":"d","stage":"started","started_at":"t",'
        '"services":[{"id":"a","name":"A","before":null}]}'
    )


@pytest.mark.parametrize("name", ["Größe C:\\udata", "caf\u00e9 \\ud83d"])
def test_decode__backslashes_in_a_name__no_surrogates(name: str) -> None:
    """A name that looks like an escape is only a name."""
    state = State("d", Stage.STARTED, "t", (ServiceState("a", name, None),))
    assert decode(encode(state)) == state


def changed(path: str, value: object) -> str:
    """The whole document with one value replaced, by a path like `services/0/id`."""
    document = json.loads(json.dumps(WHOLE))
    *parents, last = path.split("/")
    place: Any = document
    for step in parents:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[last] = value
    return json.dumps(document)


BROKEN = {
    "empty": "",
    "blank": " \n",
    "cut off": json.dumps(WHOLE)[:-5],
    "not JSON": "maintenance",
    "deeply nested": "[" * 100_000,
    "a list": "[]",
    "a text": '"started"',
    "null": "null",
    "no version": json.dumps({key: value for key, value in WHOLE.items() if key != "version"}),
    "another version": changed("version", 2),
    "a version in words": changed("version", "1"),
    "no deployment": changed("deployment", ""),
    "deployment is a number": changed("deployment", 5),
    "unknown stage": changed("stage", "paused"),
    "stage is a list": changed("stage", ["started"]),
    "no time": changed("started_at", None),
    "records something unknown": changed("records", ["changes", "keys"]),
    "records are a text": changed("records", "changes"),
    "lane is a number": changed("lane", 7),
    "services are a mapping": changed("services", {"id": "svc-1"}),
    "a service is a text": changed("services", ["svc-1"]),
    "no id": changed("services/0/id", None),
    "empty id": changed("services/0/id", ""),
    "id is a number": changed("services/0/id", 1),
    "id with half a surrogate pair": changed("services/0/id", "\ud83d"),
    "no name": changed("services/0/name", ""),
    "before is a list": changed("services/0/before", []),
    "before is empty": changed("services/0/before", ""),
    "written is a flag": changed("services/0/written", True),
    "written is null": changed("services/0/written", None),
    "done is a text": changed("services/0/done", "yes"),
    "left_alone is null": changed("services/0/left_alone", None),
    "description is a text": changed("services/0/description", "Deploying"),
    "description without the original": changed("services/0/description", {"ours": "Deploying"}),
    "description without ours": changed("services/0/description", {"original": ""}),
    "a service twice": changed("services", [WHOLE["services"][0]] * 2),
    "unresolved is a text": changed("unresolved", "API"),
    "unresolved holds a number": changed("unresolved", [1]),
    "unresolved holds nothing": changed("unresolved", [""]),
    "policy is a list": changed("policy", []),
    "policy is null": changed("policy", None),
    "policy has an unknown option": changed("policy", {"on_fire": "down"}),
    "policy has an unknown value": changed("policy", {"on_success": "great"}),
    "policy has a list": changed("policy", {"on_success": ["down"]}),
    "conflict rule in the wrong place": changed("policy", {"on_success": "keep"}),
    "outcome is a number": changed("outcome", 0),
    "finished_at is a flag": changed("finished_at", True),
    "too large": json.dumps(WHOLE) + " " * SIZE_LIMIT,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_decode__broken__says_what_is_wrong(text: str) -> None:
    """Everything that is no state ends in one kind of error, with a reason."""
    with pytest.raises(BrokenState) as caught:
        decode(text)
    assert len(caught.value.why) > 10


@given(st.text(st.characters()))
def test_decode__any_text__broken_and_nothing_else(text: str) -> None:
    """A foreign file never ends in another exception."""
    with pytest.raises(BrokenState):
        decode(text)


@given(json_values)
def test_decode__any_json__broken_and_nothing_else(value: object) -> None:
    """Foreign JSON never ends in another exception."""
    with pytest.raises(BrokenState):
        decode(json.dumps(value))


PLACES = [
    *WHOLE,
    "unresolved",
    "finished_at",
    "outcome",
    *(f"services/0/{key}" for key in ("id", "name", "before", "written", "left_alone", "done", "description")),
    *(f"services/0/description/{key}" for key in ("original", "ours")),
    *(f"policy/{key}" for key in ("on_success", "on_conflict")),
]


@given(st.sampled_from(PLACES), json_values)
def test_decode__any_value_at_any_place__a_state_or_broken(path: str, value: object) -> None:
    """Whoever edits one value gets a state that finish can use, or a message."""
    try:
        state = decode(changed(path, value))
    except BrokenState:
        return
    assert decode(encode(state)) == state


@given(st.integers(0, 400), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=3))
def test_decode__characters_replaced__a_state_or_broken(place: int, put: str) -> None:
    """A slip of an editor gives a state or a message."""
    text = json.dumps(WHOLE)
    try:
        state = decode(text[:place] + put + text[place + len(put) :])
    except BrokenState:
        return
    assert decode(encode(state)) == state
