"""Alert24's API, as its documentation describes it.

If the documentation says nothing, the sandbox is strict, so that a client's mistake shows: a `limit` over 100, an
unknown field and an empty change are a `validation_error`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from werkzeug.wrappers import Request, Response

from . import webhooks
from .answers import ApiError, json_response
from .faults import Faults
from .keys import Keys
from .model import MONITOR_STATUSES, STATUSES
from .put_answers import PutAnswer, PutFault
from .store import Store

DEFAULT_LIMIT = 25
MAXIMUM_LIMIT = 100

SERVICE_FIELDS: dict[str, Callable[[Any], bool]] = {
    "name": lambda value: isinstance(value, str) and bool(value.strip()),
    "description": lambda value: isinstance(value, str),
    "status": lambda value: value in STATUSES,
    "sort_order": lambda value: isinstance(value, int) and not isinstance(value, bool),
}


class Item(Protocol):
    """An item of one of the API's lists."""

    def to_json(self) -> dict[str, object]:
        """Return the item as the API shows it."""


_Item = TypeVar("_Item", bound=Item)


class Api:
    """Answers the requests under `/api/`."""

    def __init__(self, store: Store, keys: Keys, faults: Faults) -> None:
        self._store = store
        self._keys = keys
        self._faults = faults
        # The path is matched while it is still percent-encoded: an id may contain a slash.
        self._routes: list[tuple[re.Pattern[str], dict[str, Callable[..., Response]]]] = [
            (
                re.compile(r"/api/v1/services/?"),
                {"GET": self._list_services, "POST": self._create_service},
            ),
            (
                re.compile(r"/api/v1/services/([^/]+)"),
                {"GET": self._get_service, "PUT": self._put_service},
            ),
            (re.compile(r"/api/v1/monitoring/?"), {"GET": self._list_monitors}),
            (re.compile(r"/api/v1/monitoring/([^/]+)"), {"GET": self._get_monitor}),
            (re.compile(r"/api/webhooks/incoming/([^/]+)"), {"POST": self._receive}),
        ]

    def answer(self, request: Request) -> Response:
        """Return the answer to a request whose body has been read; what is not there any more is a 404.

        Raises:
            ApiError: For every answer that is an error.
        """
        try:
            return self._route(request)
        except LookupError:
            # A service can be deleted during a request for it.
            raise ApiError(404) from None

    def _route(self, request: Request) -> Response:
        path = raw_path(request)
        for pattern, methods in self._routes:
            if matched := pattern.fullmatch(path):
                if request.method not in methods:
                    allowed = ", ".join(methods)
                    raise ApiError(405, f"Use one of: {allowed}.", {"Allow": allowed})
                return methods[request.method](request, *map(unquote, matched.groups()))
        raise ApiError(404, "There is no such endpoint.")

    def _check(self, request: Request, scope: str, resource: str = "services") -> None:
        self._keys.check(request.headers.get("Authorization"), scope, resource)

    def _list_services(self, request: Request) -> Response:
        self._check(request, "read")
        shown, response = page(request, self._store.services(choice(request, STATUSES)))
        self._store.count_reads(service.id for service in shown)
        return response

    def _get_service(self, request: Request, service_id: str) -> Response:
        self._check(request, "read")
        service = self._store.get(service_id)
        if service is None:
            raise ApiError(404)
        self._store.count_reads([service_id])
        return json_response({"data": service.to_json()})

    def _put_service(self, request: Request, service_id: str) -> Response:
        self._check(request, "write")
        before = self._store.get(service_id)
        if before is None:
            raise ApiError(404)
        fields = service_fields(request)
        fault = self._faults.find(PutFault, request.method, target(request))
        answer = fault.answer if fault else PutAnswer()
        after = self._store.write(service_id, fields, writer(request), reads=answer.reads)
        return answer.response(before, after)

    def _create_service(self, request: Request) -> Response:
        self._check(request, "write")
        fields = service_fields(request)
        if "name" not in fields:
            raise ApiError(400, "'name' is required.")
        return json_response({"data": self._store.add_service(**fields).to_json()}, 201)

    def _list_monitors(self, request: Request) -> Response:
        self._check(request, "read", "monitoring")
        _, response = page(request, self._store.monitors(choice(request, MONITOR_STATUSES)))
        return response

    def _get_monitor(self, request: Request, monitor_id: str) -> Response:
        self._check(request, "read", "monitoring")
        return json_response({"data": self._store.monitor(monitor_id).to_json()})

    def _receive(self, request: Request, token: str) -> Response:
        receiver = self._store.receiver(token)
        if receiver is None:
            raise ApiError(404, "There is no such receiver.")
        body = request.get_data()
        webhooks.check_signature(receiver, body, request.headers)
        status = webhooks.mapped_status(receiver, json_object(request))
        self._store.update(receiver.service_id, {"status": status}, by="webhook")
        return json_response({"success": True})


def writer(request: Request) -> str:
    """Return who sends a request: alert24-deploy, by its User-Agent, or somebody by hand."""
    return "alert24-deploy" if request.user_agent.string.startswith("alert24-deploy/") else "hand"


def raw_path(request: Request) -> str:
    """Return the path as it was sent, percent-encoded."""
    return urlsplit(str(request.environ["RAW_URI"])).path


def target(request: Request) -> str:
    """Return what a fault's `path` is compared with: the path as it was sent, and the query."""
    query = request.query_string.decode("latin-1")
    return f"{raw_path(request)}?{query}" if query else raw_path(request)


def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body; raise a 400 if there is something else."""
    try:
        document = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not valid JSON.") from None
    if not isinstance(document, dict):
        raise ApiError(400, "The body must be a JSON object.")
    return document


def service_fields(request: Request) -> dict[str, Any]:
    """Return the fields to write; raise a 400 that names the first invalid one."""
    fields = json_object(request)
    if not fields:
        raise ApiError(400, f"Nothing to change: send one of {', '.join(SERVICE_FIELDS)}.")
    for name, value in fields.items():
        if name not in SERVICE_FIELDS:
            raise ApiError(400, f"Unknown field '{name}'.")
        if not SERVICE_FIELDS[name](value):
            known = f" Valid values: {', '.join(STATUSES)}." if name == "status" else ""
            raise ApiError(400, f"Invalid value for '{name}'.{known}")
    return fields


def choice(request: Request, allowed: Iterable[str]) -> str | None:
    """Return the `status` of the query, if there is one; raise a 400 if it is not allowed."""
    status = request.args.get("status")
    if status is not None and status not in allowed:
        raise ApiError(400, f"Invalid 'status'. Valid values: {', '.join(allowed)}.")
    return status


def number(request: Request, name: str, default: int, lowest: int, highest: int) -> int:
    """Return a whole number of the query; raise a 400 if it is none or out of range."""
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
