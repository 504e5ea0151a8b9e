"""The state as JSON, and back with every field checked: it may come from an artifact that someone edited."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from ..errors import BrokenState
from ..policy import CONFLICT_RULES, TARGETS
from .model import Description, ServiceState, Stage, State, WriteStatus

VERSION = 1
SIZE_LIMIT = 1024 * 1024  # bytes: GitHub's limit for a job's outputs (docs, "Passing information between jobs")
_POLICY = {
    **dict.fromkeys(("on_success", "on_unverified", "on_failure", "on_cancelled", "on_rollback"), TARGETS),
    "on_conflict": CONFLICT_RULES,
}
# Fields of a service that are text or missing.
_OPTIONAL_TEXTS = ("after", "found_at", "wrote_at", "after_at", "rollback_to")
_Choice = TypeVar("_Choice", bound=Enum)


def encode(state: State) -> str:
    """Return the state as one line of ASCII JSON, without what is empty."""
    document = {
        "version": VERSION,
        "deployment": state.deployment,
        "stage": state.stage.value,
        "started_at": state.started_at,
        "services": [_encode_service(service) for service in state.services],
        "unresolved": list(state.unresolved),
        "policy": dict(state.policy),
        "finished_at": state.finished_at,
        "outcome": state.outcome,
        "owner": state.owner,
        "superseded": list(state.superseded),
        "settled": list(state.settled),
        "inherited": [_encode_service(service) for service in state.inherited],
    }
    return json.dumps({key: value for key, value in document.items() if value}, separators=(",", ":"))


def _encode_service(service: ServiceState) -> dict[str, object]:
    document: dict[str, object] = {"id": service.id, "name": service.name, "before": service.before}
    if service.written is not WriteStatus.NO:
        document["written"] = service.written.value
    if service.left_alone:
        document["left_alone"] = True
    if service.done:
        document["done"] = True
    for name in _OPTIONAL_TEXTS:
        if value := getattr(service, name):
            document[name] = value
    if service.description:
        document["description"] = {"original": service.description.original, "ours": service.description.ours}
    return document


def fits(state: State, limit: int = SIZE_LIMIT) -> bool:
    """Tell whether a state can be read back within so many bytes; before the first write, with a reserve for finish."""
    reserve = 200 + 150 * len(state.services) + 600 * len(state.unresolved) if state.stage is Stage.STARTING else 0
    return len(encode(state)) + reserve <= limit


def decode(text: str) -> State:
    """Return the state that a line of JSON holds.

    Raises:
        BrokenState: it is not JSON, of another version, or a field is missing or of the wrong kind.
    """
    if len(text) > SIZE_LIMIT:
        raise BrokenState(f"it is larger than {SIZE_LIMIT} bytes")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BrokenState("it is not JSON; it was cut off or edited") from None
    fields = _mapping(document, "the state")
    if fields.get("version") != VERSION:
        raise BrokenState(f"it is not of version {VERSION}, the one this release reads")
    state = State(
        deployment=_text(fields, "deployment"),
        stage=_choice(fields, "stage", Stage),
        started_at=_text(fields, "started_at"),
        services=tuple(_decode_service(item) for item in _list(fields, "services")),
        unresolved=_strings(fields, "unresolved"),
        policy=_decode_policy(fields.get("policy", {})),
        finished_at=_optional_text(fields, "finished_at"),
        outcome=_optional_text(fields, "outcome"),
        owner=_optional_text(fields, "owner") or "",
        superseded=_strings(fields, "superseded"),
        settled=_strings(fields, "settled"),
        inherited=tuple(_decode_service(item) for item in _list(fields, "inherited")),
    )
    if len({service.id for service in state.services}) != len(state.services):
        raise BrokenState("it names a service twice")
    return state


def _decode_service(item: object) -> ServiceState:
    fields = _mapping(item, "a service")
    description = fields.get("description")
    return ServiceState(
        id=_identity(fields),
        name=_text(fields, "name"),
        before=_optional_text(fields, "before"),
        written=_choice({"written": "no", **fields}, "written", WriteStatus),
        left_alone=_flag(fields, "left_alone"),
        done=_flag(fields, "done"),
        **{name: _optional_text(fields, name) for name in _OPTIONAL_TEXTS},
        description=None if description is None else _decode_description(description),
    )


def _decode_description(item: object) -> Description:
    fields = _mapping(item, "a description")
    return Description(original=_text(fields, "original", empty=True), ours=_text(fields, "ours"))


def _decode_policy(item: object) -> dict[str, str]:
    fields = _mapping(item, "the policy")
    for name, value in fields.items():
        if value not in _POLICY.get(name, ()):
            raise BrokenState("its policy has an option or a value that does not exist")
    return dict(fields)


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BrokenState(f"{name} is not a JSON object")
    return value


def _list(fields: Mapping[str, Any], key: str) -> list[object]:
    value = fields.get(key, [])
    if not isinstance(value, list):
        raise BrokenState(f"its '{key}' is not a list")
    return value


def _strings(fields: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = _list(fields, key)
    if not all(isinstance(value, str) and value for value in values):
        raise BrokenState(f"its '{key}' holds something that is not text")
    return tuple(str(value) for value in values)


def _text(fields: Mapping[str, Any], key: str, *, empty: bool = False) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not (value or empty):
        raise BrokenState(f"its '{key}' is missing or not text")
    return value


def _identity(fields: Mapping[str, Any]) -> str:
    """Return the id, which becomes part of a URL. Other text may hold whatever Alert24's JSON could hold."""
    value = _text(fields, "id")
    if not value.isprintable():
        raise BrokenState("its 'id' holds characters that no id has")
    return value


def _optional_text(fields: Mapping[str, Any], key: str) -> str | None:
    return None if fields.get(key) is None else _text(fields, key)


def _flag(fields: Mapping[str, Any], key: str) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        raise BrokenState(f"its '{key}' is neither true nor false")
    return value


def _choice(fields: Mapping[str, Any], key: str, kind: Callable[[Any], _Choice]) -> _Choice:
    try:
        return kind(fields.get(key))
    except ValueError:
        raise BrokenState(f"its '{key}' has a value that does not exist") from None
