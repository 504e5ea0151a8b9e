"""The state as JSON, and back with every field checked: it may come from an artifact that someone edited."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, TypeVar

from ..errors import BrokenState
from ..policy import CONFLICT_RULES, TARGETS
from .model import RECORDS, Description, ServiceState, Stage, State, WriteStatus

VERSION = 1
SIZE_LIMIT = 1024 * 1024  # bytes: GitHub's limit for a job's outputs (docs, "Passing information between jobs")
_POLICY = {
    **dict.fromkeys(("on_success", "on_unverified", "on_failure", "on_cancelled", "on_rollback"), TARGETS),
    "on_conflict": CONFLICT_RULES,
}
_ALWAYS = ("id", "name", "before", "original", "ours")  # these are written even if they are empty
# Fields of a service that are text or missing.
_OPTIONAL_TEXTS = ("after", "found_at", "wrote_at", "after_at", "rollback_to")
_Choice = TypeVar("_Choice", bound=Enum)


def encode(state: State) -> str:
    """Return the state as one line of ASCII JSON, without what is empty."""
    return json.dumps({"version": VERSION, **_document(state)}, default=_document, separators=(",", ":"))


def _document(item: State | ServiceState | Description) -> dict[str, object]:
    values = {each.name: getattr(item, each.name) for each in fields(item)}
    return {name: value for name, value in values.items() if name in _ALWAYS or (value and value is not WriteStatus.NO)}


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
    found = _mapping(document, "the state")
    if found.get("version") != VERSION:
        raise BrokenState(f"it is not of version {VERSION}, the one this release reads")
    state = State(
        deployment=_text(found, "deployment"),
        stage=_choice(found, "stage", Stage),
        started_at=_text(found, "started_at"),
        services=tuple(_decode_service(item) for item in _list(found, "services")),
        unresolved=_strings(found, "unresolved"),
        policy=_decode_policy(found.get("policy", {})),
        finished_at=_optional_text(found, "finished_at"),
        outcome=_optional_text(found, "outcome"),
        unverified=_flag(found, "unverified"),
        total=_count(found, "total"),
        owner=_optional_text(found, "owner") or "",
        superseded=_strings(found, "superseded"),
        settled=_strings(found, "settled"),
        inherited=tuple(_decode_service(item) for item in _list(found, "inherited")),
        records=_strings(found, "records"),
        lane=_optional_text(found, "lane") or "",
    )
    if not set(state.records) <= set(RECORDS):
        raise BrokenState("its 'records' has a value that does not exist")
    if len({service.id for service in state.services}) != len(state.services):
        raise BrokenState("it names a service twice")
    return state


def _decode_service(item: object) -> ServiceState:
    found = _mapping(item, "a service")
    description = found.get("description")
    return ServiceState(
        id=_identity(found),
        name=_text(found, "name"),
        before=_optional_text(found, "before"),
        written=_choice({"written": "no", **found}, "written", WriteStatus),
        left_alone=_flag(found, "left_alone"),
        done=_flag(found, "done"),
        description=None if description is None else _decode_description(description),
        **{name: _optional_text(found, name) for name in _OPTIONAL_TEXTS},
    )


def _decode_description(item: object) -> Description:
    found = _mapping(item, "a description")
    return Description(original=_text(found, "original", empty=True), ours=_text(found, "ours"))


def _decode_policy(item: object) -> dict[str, str]:
    found = _mapping(item, "the policy")
    for name, value in found.items():
        if value not in _POLICY.get(name, ()):
            raise BrokenState("its policy has an option or a value that does not exist")
    return dict(found)


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BrokenState(f"{name} is not a JSON object")
    return value


def _list(found: Mapping[str, Any], key: str) -> list[object]:
    value = found.get(key, [])
    if not isinstance(value, list):
        raise BrokenState(f"its '{key}' is not a list")
    return value


def _strings(found: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = _list(found, key)
    if not all(isinstance(value, str) and value for value in values):
        raise BrokenState(f"its '{key}' holds something that is not text")
    return tuple(str(value) for value in values)


def _text(found: Mapping[str, Any], key: str, *, empty: bool = False) -> str:
    value = found.get(key)
    if not isinstance(value, str) or not (value or empty):
        raise BrokenState(f"its '{key}' is missing or not text")
    return value


def _identity(found: Mapping[str, Any]) -> str:
    """Return the id, which becomes part of a URL. Other text may hold whatever Alert24's JSON could hold."""
    value = _text(found, "id")
    if not value.isprintable():
        raise BrokenState("its 'id' holds characters that no id has")
    return value


def _optional_text(found: Mapping[str, Any], key: str) -> str | None:
    return None if found.get(key) is None else _text(found, key)


def _flag(found: Mapping[str, Any], key: str) -> bool:
    value = found.get(key, False)
    if not isinstance(value, bool):
        raise BrokenState(f"its '{key}' is neither true nor false")
    return value


def _count(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BrokenState(f"its '{key}' is not a count")
    return value


def _choice(found: Mapping[str, Any], key: str, kind: Callable[[Any], _Choice]) -> _Choice:
    try:
        return kind(found.get(key))
    except ValueError:
        raise BrokenState(f"its '{key}' has a value that does not exist") from None
