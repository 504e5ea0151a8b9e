"""The API's answers: JSON documents, and errors in the documented shape."""

from __future__ import annotations

import json
from collections.abc import Mapping

from werkzeug.wrappers import Response

ERROR_TYPES = {
    400: "validation_error",
    401: "authentication_error",
    403: "authorization_error",
    404: "not_found",
    405: "method_not_allowed",
    413: "validation_error",
    429: "rate_limit_error",
}

DEFAULT_MESSAGES = {
    400: "The request is not valid.",
    401: "Invalid API key.",
    403: "This API key lacks the required scope.",
    404: "Not found.",
    429: "Too many requests. Please slow down.",
}


class ApiError(Exception):
    """An answer that is an error in the documented shape, with extra `headers`."""

    def __init__(self, status: int, message: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.message = message or DEFAULT_MESSAGES.get(status, "Internal server error.")
        self.headers = dict(headers or {})
        super().__init__(self.message)

    def response(self) -> Response:
        """Return the response that shows the error."""
        error = {"type": error_type(self.status), "message": self.message, "status": self.status}
        return json_response({"error": error}, self.status, self.headers)


def error_type(status: int) -> str:
    """Return the documented `type` of an error; a status that is not documented is a server error."""
    return ERROR_TYPES.get(status, "server_error")


def json_response(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response whose body is a JSON document."""
    return Response(json.dumps(document), status, dict(headers or {}), content_type="application/json")
