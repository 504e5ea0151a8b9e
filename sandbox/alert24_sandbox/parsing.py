"""What a request asks for: its path, its query and its JSON body. Everything that is invalid raises a 400."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from .answers import ApiError, json_response

DEFAULT_LIMIT = 25
MAXIMUM_LIMIT = 100


class Name:
    """As the type of a field: a text that isn't blank."""


# The valid values of a field, or its type: `str`, `Name`, `int`, `bool`, or `list` for a list of texts.
Field = tuple[str, ...] | type


class Item(Protocol):
    """An item of one of the API's lists."""

    def to_json(self) -> dict[str, object]:
        """Return the item as the API shows it."""


_Item = TypeVar("_Item", bound=Item)


def raw_path(request: Request) -> str:
    """Return the path as it was sent, percent-encoded."""
    return urlsplit(str(request.environ["RAW_URI"])).path


def target(request: Request) -> str:
    """Return what a fault's `path` is compared with: the path as it was sent, and the query."""
    query = request.query_string.decode("latin-1")
    return f"{raw_path(request)}?{query}" if query else raw_path(request)


def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body."""
    try:
        document = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not valid JSON.") from None
    if not isinstance(document, dict):
        raise ApiError(400, "The body must be a JSON object.")
    return document


def writable_fields(
    request: Request, known: Mapping[str, Field], required: Iterable[str] = (), given: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the fields in the body, and those given by the path: all known and valid, the required ones among them."""
    fields = json_object(request)
    if not fields:
        raise ApiError(400, f"Nothing to change: send one of {', '.join(known)}.")
    for name, value in fields.items():
        if name not in known:
            raise ApiError(400, f"Unknown field '{name}'.")
        if not is_valid(value, known[name]):
            valid = known[name]
            values = f" Valid values: {', '.join(valid)}." if isinstance(valid, tuple) else ""
            raise ApiError(400, f"Invalid value for '{name}'.{values}")
    fields |= given or {}
    for name in required:
        if name not in fields:
            raise ApiError(400, f"'{name}' is required.")
    return fields


def is_valid(value: Any, field: Field) -> bool:
    """Return whether a field may have this value."""
    if isinstance(field, tuple):
        return value in field
    if field is Name:
        return isinstance(value, str) and bool(value.strip())
    if field is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value) is field


def choice(request: Request, allowed: Sequence[str], name: str = "status") -> str | None:
    """Return a parameter of the query that has one of the allowed values, or None if it isn't there."""
    value = request.args.get(name)
    if value is not None and value not in allowed:
        raise ApiError(400, f"Invalid '{name}'. Valid values: {', '.join(allowed)}.")
    return value


def number(request: Request, name: str, default: int, lowest: int, highest: int) -> int:
    """Return a whole number of the query that is in its range."""
    text = request.args.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
        raise ApiError(400, f"'{name}' must be a number from {lowest} to {highest}.")
    return int(text)


def page(request: Request, items: Sequence[_Item]) -> tuple[Sequence[_Item], Response]:
    """Return the part of a list that `limit` and `offset` ask for, and the response that shows it."""
    limit = number(request, "limit", DEFAULT_LIMIT, 1, MAXIMUM_LIMIT)
    offset = number(request, "offset", 0, 0, 999_999_999)
    shown = items[offset : offset + limit]
    meta = {
        "total": len(items),
        "limit": limit,
        "offset": offset,
        "has_more": offset + len(shown) < len(items),
    }
    return shown, json_response({"data": [item.to_json() for item in shown], "meta": meta})
