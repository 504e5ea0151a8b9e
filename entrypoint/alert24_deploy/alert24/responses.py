"""What a response of Alert24 means: the table from HTTP statuses to errors, and JSON to values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Generic, Protocol, TypeVar

from ..deployment.interfaces import Change, Incident, Monitor, Service, StatusPageInfo
from ..errors import SEE_DOCTOR, Alert24Refused, CannotReachAlert24, MissingScope, NoSuchService
from ..net.retry import RETRIED
from ..net.transport import Response, Transient
from ..text import capitalize, quote

_NOT_CARRIED_OUT = frozenset({408, 429, 503})  # by their meaning (RFC 9110, RFC 6585); the others may have been
_LONGEST_SECONDS = 7 * 24 * 3600.0


class Item(Protocol):
    """What a list has."""

    @property
    def id(self) -> str:
        """Its id."""


ItemT = TypeVar("ItemT", bound=Item)


class ListPage(Generic[ItemT]):
    """A page of a list."""

    def __init__(self, items: Sequence[ItemT], total: int, more: bool) -> None:
        """Keep the items, how many the whole list has, and whether another page follows."""
        self.items = items
        self.total = total
        self.more = more


def check(response: Response, method: str, display_name: Callable[[str], str], key: str = "") -> Any:
    """Return the JSON of a response that means yes; a yes to anything but GET may have none: then there is None.

    `key` is the one that was sent: the error about it names what is wrong with its form, and shows none of it.

    Raises:
        Transient: a status that passes, or a yes that is not the documented JSON.
        Alert24Refused: redirects and 4xx.
        CannotReachAlert24: other 5xx.
    """
    if response.status in RETRIED:
        raise transient(response)
    if 300 <= response.status < 400:
        raise _redirect(response, display_name)
    if 400 <= response.status < 500:
        raise _refusal(response, method, display_name, key)
    if not 200 <= response.status < 300:
        raise CannotReachAlert24(response.summary())
    document = _json(response)
    if document is None and method == "GET":
        raise Transient(f"{response.summary()}, but not with the JSON that it documents")
    return document


def transient(response: Response, who: str = "Alert24") -> Transient:
    """Return the error of a response whose status passes."""
    return Transient(
        response.summary(who),
        status=response.status,
        retry_after=response.headers.get("Retry-After"),
        sent=response.status not in _NOT_CARRIED_OUT,
    )


def _json(response: Response) -> Any:
    """Return the response's JSON object or array, None if it has none."""
    try:
        document = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, (dict, list)) else None


def _redirect(response: Response, display_name: Callable[[str], str]) -> Alert24Refused:
    target = response.headers.get("Location", "nowhere")
    return Alert24Refused(
        f"{response.summary()}: a redirect to {quote(target)}",
        detail="It was not followed, because the key would have gone along.",
        remedy=f"{capitalize(display_name('api-url'))} is probably wrong: give the address that answers by itself.",
    )


def _refusal(response: Response, method: str, display_name: Callable[[str], str], sent: str) -> Alert24Refused:
    key = display_name("api-key")
    message = error_message(response.body)
    saying = f" Alert24 says: {quote(message)}." if message else ""
    if response.status == HTTPStatus.UNAUTHORIZED:
        from .key_form import PROBLEM, STORE_KEY, key_problem  # only a mistake needs it

        level, problem = key_problem(sent)
        if sent and level == PROBLEM:
            return Alert24Refused(response.summary(), detail=f"The key in {key} {problem}.{saying}", remedy=STORE_KEY)
        return Alert24Refused(
            response.summary(),
            detail=f"It does not know the key in {key}: it is mistyped, expired or revoked.{saying}",
            remedy="Create a key under Settings > API Keys and store the whole of it: `ak_live_` and 32 characters. "
            f"{SEE_DOCTOR}",
        )
    if response.status == HTTPStatus.FORBIDDEN:
        needed = "read" if method == "GET" else "write"
        problem = "can't read services" if needed == "read" else "can't write services: it probably has read scope only"
        return MissingScope(
            response.summary(),
            detail=f"The key in {key} {problem}.{saying}",
            remedy=f"Create a key with the `{needed}` scope under Settings > API Keys. {SEE_DOCTOR}",
        )
    if response.status == HTTPStatus.NOT_FOUND:
        return NoSuchService(
            response.summary(),
            detail=f"The service does not exist, or belongs to another organization than the key.{saying}",
            remedy="`alert24-deploy services` lists the services that this key can reach.",
        )
    return Alert24Refused(response.summary(), detail=saying.strip())


def error_message(body: bytes) -> str:
    """Return the documented error's message, empty if the response has none."""
    try:
        message = json.loads(body)["error"]["message"]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return ""
    return message if isinstance(message, str) else ""


def read_one(document: Any) -> Service:
    """Read one service, in `data` or bare: the documentation shows the first by analogy only."""
    return read_service(document.get("data", document) if isinstance(document, dict) else document)


def read_shown(document: Any) -> Service | None:
    """Return the service that the response to an update shows; None unless it shows an id and a status.

    That response is not documented: it may be the service, in `data` or bare, or anything else.
    """
    item = document.get("data", document) if isinstance(document, dict) else None
    if not isinstance(item, Mapping) or not item.get("id") or not isinstance(item.get("status"), str):
        return None
    try:
        return read_service(item)
    except Transient:
        return None


def read_page(document: Any, read: Callable[[Any], ItemT], offset: int = 0) -> ListPage[ItemT]:
    """Return a page of a list that begins after so many items.

    Raises:
        Transient: it is not a list as documented.
    """
    listed = document.get("data") if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise undocumented()
    items = [read(item) for item in listed]
    meta = document.get("meta") if isinstance(document, dict) else None
    found = meta if isinstance(meta, dict) else {}
    total = found.get("total")
    total = total if isinstance(total, int) else len(items)
    more = found.get("has_more")
    return ListPage(items, total, more if isinstance(more, bool) else offset + len(items) < total)


def read_change(item: Any) -> Change:
    """Read a change tolerantly: only the id must be there."""
    identity = _identity(item)
    return Change(
        id=identity,
        service_id=_text(item, "service_id") or "",
        external_id=_text(item, "external_id") or "",
        tags=_texts(item, "tags"),
        created_at=_text(item, "created_at"),
        url=_text(item, "pipeline_url") or "",
    )


def read_incident(item: Any) -> Incident:
    """Read an incident tolerantly: only the id must be there."""
    return Incident(
        id=_identity(item),
        status=_text(item, "status") or "",
        tags=_texts(item, "tags"),
        description=_text(item, "description") or "",
        services=_texts(item, "affected_services"),
        created_at=_text(item, "created_at"),
    )


def _texts(item: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = item.get(key)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def read_service(item: Any) -> Service:
    """Read a service tolerantly: only the id must be there, and an unknown status is carried through."""
    identity = _identity(item)
    name, description = item.get("name"), item.get("description")
    return Service(
        id=identity,
        name=name if isinstance(name, str) and name else identity,
        status=_text(item, "status"),
        description=description if isinstance(description, str) else "",
        updated_at=_text(item, "updated_at"),
        page_id=_text(item, "status_page_id"),
    )


def read_monitor(item: Any) -> Monitor:
    """Read a monitor tolerantly: one that does not say it is up, isn't."""
    identity = _identity(item)
    return Monitor(
        id=identity,
        name=_text(item, "name") or identity,
        service_id=str(item.get("linked_service_id") or ""),
        up=item.get("current_status") == "up",
        last_run=_text(item, "last_check_at"),
        active=item.get("status") != "disabled",
        interval=_seconds(item, "check_interval_seconds", 600.0),
        timeout=_seconds(item, "timeout_seconds", 30.0),
    )


def read_status_page(item: Any) -> StatusPageInfo:
    """Read a status page tolerantly: one that does not say it is public, isn't."""
    identity = _identity(item)
    name = _text(item, "name") or identity
    return StatusPageInfo(identity, name, _text(item, "custom_domain") or "", item.get("is_public") is True)


def _text(item: Mapping[str, Any], key: str) -> str | None:
    value = item.get(key)
    return value if isinstance(value, str) and value else None


def _seconds(item: Mapping[str, Any], key: str, default: float) -> float:
    """Return a number of seconds; the documented default if it is missing or makes no sense."""
    value = item.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= _LONGEST_SECONDS:
        return float(value)
    return default


def _identity(item: Any) -> str:
    identity = str(item.get("id") or "") if isinstance(item, Mapping) else ""
    if not identity or not identity.isprintable():
        raise undocumented()
    return identity


def undocumented() -> Transient:
    """Return the error of an answer that is not as documented."""
    return Transient("Alert24 answered, but not with the JSON that it documents")
