"""An HTTP server's answers, one after the other."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from werkzeug.wrappers import Request, Response


class Asked(NamedTuple):
    """A request that has arrived; `moment` in seconds of the monotonic clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    moment: float


class Script:
    """A handler for pytest-httpserver: gives its answers in turn, and the last one for ever.

    An answer may be a function of the request, such as `echo`.
    """

    def __init__(self, *answers: Response | Callable[[Request], Response]) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []

    def __call__(self, request: Request) -> Response:
        """Note the request and return the next answer."""
        self.asked.append(Asked(request.method, request.full_path, dict(request.headers), time.monotonic()))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not isinstance(answer, Response):
            return answer(request)
        # A copy, because what is sent is used up.
        return Response(answer.get_data(), answer.status, answer.headers.copy())


Serve = Callable[..., Script]
"""Lets a server answer by a script that is made of these answers."""


def answer(status: int, document: Any = None, **headers: str) -> Response:
    """Return an answer with a JSON document, by default Alert24's documented error; `_` in a header's name is `-`."""
    if document is None:
        document = {"error": {"type": "some_error", "message": "Something went wrong.", "status": status}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(document), status, named, content_type="application/json")


def service(identity: str = "svc-1", **fields: object) -> dict[str, object]:
    """Return a service as Alert24 shows it."""
    return {"id": identity, "name": "API", "status": "operational", "description": "", **fields}


def good() -> Response:
    """Return what GET and PUT of one service answer after it was set to down."""
    return answer(200, {"data": service(status="down")})


def echo(request: Request) -> Response:
    """Return the service that a request is about, as Alert24 shows it after a PUT of these fields."""
    fields = json.loads(request.get_data() or b"{}")
    return answer(200, {"data": service(request.path.rpartition("/")[2], **fields)})
