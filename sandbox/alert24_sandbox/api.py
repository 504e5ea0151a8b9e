"""Alert24's API, as its documentation describes it.

If the documentation says nothing, the sandbox is strict, so that a client's mistake shows: a `limit` over 100, an
unknown field and an empty change are a `validation_error`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from . import webhooks
from .answers import ApiError, json_response
from .faults import Faults
from .keys import Keys
from .match import Match
from .model import CHECK_TYPES, MONITOR_STATUSES, STATUSES
from .parsing import Field, Name, choice, json_object, page, raw_path, target, writable_fields
from .put_answers import PutAnswer
from .record_api import RecordApi
from .records import Records
from .store import Store

SERVICE_FIELDS: dict[str, Field] = {"name": Name, "description": str, "status": STATUSES, "sort_order": int}
NEW_SERVICE_FIELDS: dict[str, Field] = {**SERVICE_FIELDS, "status_page_id": str}

MONITOR_FIELDS: dict[str, Field] = {
    "name": Name,
    "target_url": Name,
    "description": str,
    "check_type": CHECK_TYPES,
    "method": str,
    "headers": dict,
    "expected_status_code": int,
    "follow_redirects": bool,
    "keyword_match": str,
    "ssl_check_enabled": bool,
    "failure_threshold": int,
    "success_threshold": int,
    "check_interval_seconds": int,
    "timeout_seconds": int,
    "linked_service_id": str,
}


class Api:
    """Answers the requests under `/api/`."""

    def __init__(self, store: Store, keys: Keys, faults: Faults, *records: Records) -> None:
        self._store = store
        self._keys = keys
        self._faults = faults
        changes, incidents, pages = (RecordApi(kept, store, keys) for kept in records)
        self._pages = records[-1]
        routes: dict[str, dict[str, Callable[..., Response]]] = {
            "v1/services": {"GET": self._list_services, "POST": self._create_service},
            "v1/services/ID": {"GET": self._get_service, "PUT": self._put_service},
            "v1/services/ID/changes": {"GET": changes.list_of_service, "POST": changes.create_for_service},
            "v1/changes": {"GET": changes.list, "POST": changes.create},
            "v1/incidents": {"GET": incidents.list, "POST": incidents.create},
            "v1/incidents/ID": {"GET": incidents.get, "PUT": incidents.update},
            "v1/status-pages": {"GET": pages.list, "POST": pages.create},
            "v1/status-pages/ID": {"GET": pages.get, "PUT": pages.update},
            "v1/monitoring": {"GET": self._list_monitors, "POST": self._create_monitor},
            "v1/monitoring/ID": {"GET": self._get_monitor},
            "webhooks/incoming/ID": {"POST": self._receive},
        }
        # The path is matched while it is still percent-encoded: an id may contain a slash.
        self._routes = [(re.compile(f"/api/{path.replace('ID', '([^/]+)')}/?"), routes[path]) for path in routes]

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
        fields = writable_fields(request, SERVICE_FIELDS)
        answer = self._faults.find(PutAnswer, request.method, target(request)) or PutAnswer(Match())
        after = self._store.write(service_id, fields, writer(request), reads=answer.reads)
        return answer.response(before, after)

    def _create_service(self, request: Request) -> Response:
        self._check(request, "write")
        fields = writable_fields(request, NEW_SERVICE_FIELDS, required=["name"])
        if (page_id := fields.get("status_page_id")) and page_id not in [kept.id for kept in self._pages.find({})]:
            raise ApiError(400, f"There is no status page '{page_id}'.")
        return json_response({"data": self._store.add_service(**{"sort_order": 0, **fields}).to_json()}, 201)

    def _list_monitors(self, request: Request) -> Response:
        self._check(request, "read", "monitoring")
        found = self._store.monitors(choice(request, MONITOR_STATUSES))
        kind = choice(request, CHECK_TYPES, "check_type")
        return page(request, [each for each in found if kind in (None, each.to_json()["check_type"])])[1]

    def _create_monitor(self, request: Request) -> Response:
        self._check(request, "write", "monitoring")
        fields = writable_fields(request, MONITOR_FIELDS, required=["name", "target_url"])
        service_id = fields.pop("linked_service_id", "")
        if service_id and self._store.get(service_id) is None:
            raise ApiError(400, f"There is no service '{service_id}'.")
        times = [fields.pop(f"{name}_seconds", default) for name, default in (("check_interval", 600), ("timeout", 30))]
        name = fields.pop("name")
        monitor = self._store.add_monitor(
            service_id, name, up=True, status="active", interval=times[0], timeout=times[1], settings=fields
        )
        return json_response({"data": monitor.to_json()}, 201)

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
