"""A server that says the key aloud: it is struck out everywhere. The watch over keys is what asserts it here."""

from __future__ import annotations

import base64
import json

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

from helpers.cli import Cli
from helpers.script import answer, echo, service

COMMANDS = {
    "services": ["services"],
    "start": ["start", "-s", "svc-1"],
    "finish": ["finish", "--outcome", "failure", "-s", "svc-1"],
    "set": ["set", "down", "-s", "svc-1"],
}
every_command = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
LOUD = ("--verbose", "--json")


def key_of(request: Request) -> str:
    """Return the key that a request carries."""
    return request.headers["Authorization"].removeprefix("Bearer ")


@every_command
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 418, 429, 500, 501, 503])
@pytest.mark.expects_warnings("start goes on without Alert24")
def test_echo__in_errors__is_struck(faulty: Cli, httpserver: HTTPServer, command: list[str], status: int) -> None:
    """In the message, the request's id, a place to go, a reason: at any verbosity."""

    def echo(request: Request) -> Response:
        key = key_of(request)
        document = {"error": {"type": key, "message": f"Key {key} is bad", "status": key}, key: key}
        headers = {"X_Request_Id": key, "Location": f"https://example.com/?key={key}", "Retry_After": "9999"}
        return answer(status, document, **headers)

    httpserver.expect_request("/api/v1/services").respond_with_handler(echo)
    httpserver.expect_request("/api/v1/services/svc-1").respond_with_handler(echo)
    result = faulty(*command, *LOUD, "--timeout", "0.3")
    assert result.people
    assert json.loads(result.out)


@pytest.mark.parametrize("length", range(140, 205, 4))
def test_echo__cut_off_in_a_long_message__is_struck(faulty: Cli, httpserver: HTTPServer, length: int) -> None:
    """Long foreign text is cut, and a key that the cut goes through is still a key."""

    def echo(request: Request) -> Response:
        key = key_of(request)
        return answer(
            403, {"error": {"message": "x" * length + key + "y" * 200}}, X_Request_Id="z" * (length % 80) + key
        )

    httpserver.expect_request("/api/v1/services").respond_with_handler(echo)
    result = faulty("services", *LOUD)
    result.says("***")
    assert result.code == 3


@every_command
def test_echo__in_names_and_statuses__is_struck(faulty: Cli, httpserver: HTTPServer, command: list[str]) -> None:
    """A service that is called like the key, or described by it, is shown without it."""

    def echo(request: Request) -> Response:
        key = key_of(request)
        item = service("svc-1", name=f"API {key}", status=key)
        one = request.path.endswith("svc-1")
        return answer(200, {"data": item if one else [item]}, X_Request_Id=key)

    httpserver.expect_request("/api/v1/services").respond_with_handler(echo)
    httpserver.expect_request("/api/v1/services/svc-1").respond_with_handler(echo)
    # Start only rehearses: its state keeps names as they are, so that finish can tell them apart.
    rehearsed = ["--dry-run"] if command[0] == "start" else []
    result = faulty(*command, *LOUD, *rehearsed, "--timeout", "0.5")
    assert "***" in result.out + result.people


def test_key__in_no_request_but_its_header(faulty: Cli, httpserver: HTTPServer) -> None:
    """Neither the path, the query nor the body has the key in it, in any form."""
    httpserver.expect_request("/api/v1/services").respond_with_response(answer(200, {"data": [service()]}))
    httpserver.expect_request("/api/v1/services/svc-1").respond_with_handler(echo)
    for command in COMMANDS.values():
        assert faulty(*command, *LOUD).code == 0
    for request, _ in httpserver.log:
        key = key_of(request)
        rest = f"{request.full_path} {request.get_data(as_text=True)} {dict(request.headers, Authorization='')}"
        assert key not in rest
        assert base64.b64encode(key.encode()).decode()[:20] not in rest
