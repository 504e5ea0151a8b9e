"""The API's endpoints for changes, incidents and status pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from .answers import ApiError, json_response
from .keys import Keys
from .parsing import Field, choice, page, writable_fields
from .records import Records
from .store import Store


class RecordApi:
    """Answers the requests for one kind of record; `given` are fields that the path gives."""

    def __init__(self, records: Records, store: Store, keys: Keys) -> None:
        self._records = records
        self._kind = records.kind
        self._store = store
        self._keys = keys

    def list(self, request: Request, **given: str) -> Response:
        """Answer the records that the query's filters choose."""
        self._check(request, "read")
        for name in self._kind.filters:
            allowed = self._kind.fields[name]
            if isinstance(allowed, tuple) and (value := choice(request, allowed, name)):
                given[name] = value
        found = self._records.find(given)
        return page(request, found[::-1] if self._kind.newest_first else found)[1]

    def create(self, request: Request, **given: str) -> Response:
        """Add a record."""
        self._check(request, "write")
        fields = self._fields(request, self._kind.fields, self._kind.required, given)
        return json_response({"data": self._records.add(fields).to_json()}, 201)

    def get(self, request: Request, record_id: str) -> Response:
        """Answer one record."""
        self._check(request, "read")
        return json_response({"data": self._records.get(record_id).to_json()})

    def update(self, request: Request, record_id: str) -> Response:
        """Change fields of a record."""
        self._check(request, "write")
        self._records.get(record_id)  # An unknown id is a 404, whatever the body.
        fields = self._fields(request, self._kind.updatable)
        return json_response({"data": self._records.update(record_id, fields).to_json()})

    def list_of_service(self, request: Request, service_id: str) -> Response:
        """Answer the records of one service."""
        self._check(request, "read")
        self._require_service(service_id, 404)
        return self.list(request, service_id=service_id)

    def create_for_service(self, request: Request, service_id: str) -> Response:
        """Add a record of one service."""
        self._check(request, "write")
        self._require_service(service_id, 404)
        return self.create(request, service_id=service_id)

    def _check(self, request: Request, scope: str) -> None:
        self._keys.check(request.headers.get("Authorization"), scope, self._kind.resource)

    def _fields(
        self,
        request: Request,
        known: Mapping[str, Field],
        required: tuple[str, ...] = (),
        given: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        fields = writable_fields(request, known, required, given)
        named = fields.get(self._kind.services, [])
        for service_id in [named] if isinstance(named, str) else named:
            self._require_service(service_id, 400)
        return fields

    def _require_service(self, service_id: str, status: int) -> None:
        if self._store.get(service_id) is None:
            raise ApiError(status, f"There is no service '{service_id}'.")
