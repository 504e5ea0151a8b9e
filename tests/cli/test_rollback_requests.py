"""`--rollback-url`: a failed deployment is handed over to a service that rolls back."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.results import Result, state_in
from helpers.schemas import validate

SECRET = "the signing secret, 33 characters"
TOKEN = "rollback-token-0123456789"


class Service:
    """A service that rolls back: answers by a list, the last answer for ever."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for(f"/rollback/{TOKEN}?token={TOKEN}")
        self.answers = [Response(status=202)]
        self.requests: list[Request] = []
        server.expect_request(f"/rollback/{TOKEN}").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def document(self) -> Any:
        """What was asked last."""
        document = json.loads(self.requests[-1].get_data())
        validate("rollback-request.json", document)
        return document


@pytest.fixture
def service(httpserver: HTTPServer) -> Service:
    """A service that takes over."""
    return Service(httpserver)


@pytest.fixture
def deploy(sandbox: Sandbox, tool: Cli, service: Service) -> Cli:
    """A deployment of a degraded API whose failure is handed over."""
    sandbox.add_service("API", id="svc-1", status="degraded")
    tool.environ.update(ALERT24_ROLLBACK_URL=service.url, ALERT24_ROLLBACK_SECRET=SECRET)
    return tool


def silent(deploy: Cli, result: Result) -> bool:
    """Whether neither the address nor the secret is in anything that stays."""
    kept = "\n".join(path.read_text(encoding="utf-8") for path in deploy.folder.rglob("*") if path.is_file())
    return not any(word in text for word in (TOKEN, SECRET) for text in (result.out, result.people, kept))


def test_failure__taken_over__page_stays_in_maintenance(sandbox: Sandbox, deploy: Cli, service: Service) -> None:
    """Somebody is at it: the page says so until the rollback's own finish."""
    result = deploy("run", "--", "sh", "-c", "exit 3")
    result.says("rollback was accepted", "stays in maintenance")
    assert (result.code, sandbox.status_of("API"), len(service.requests)) == (3, "maintenance", 1)
    assert silent(deploy, result)


def test_request__holds_the_documented_fields_and_a_signature(deploy: Cli, service: Service) -> None:
    """The body is what is signed; the key stays at home."""
    github = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SHA": "0123abc",
        "GITHUB_REF_NAME": "main",
        "GITHUB_ACTOR": "mona",
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "mona/shop",
        "GITHUB_RUN_ID": "42",
    }
    deploy("run", "--", "false", env=github)
    (request,) = service.requests
    digest = hmac.new(SECRET.encode(), request.get_data(), hashlib.sha256).hexdigest()
    assert request.headers["X-Alert24-Deploy-Signature-256"] == f"sha256={digest}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"].startswith("alert24-deploy/")
    assert "Authorization" not in request.headers
    state = state_in(deploy.folder)
    assert service.document == {
        "version": 1,
        "deployment": state["deployment"],
        "outcome": "failure",
        "started_at": state["started_at"],
        "services": [{"id": "svc-1", "name": "API", "before": "degraded"}],
        "commit": "0123abc",
        "branch": "main",
        "actor": "mona",
        "run_url": "https://github.example/mona/shop/actions/runs/42",
    }


def test_request__repeated__has_the_same_key_and_body(sandbox: Sandbox, deploy: Cli, service: Service) -> None:
    """Who gets a request twice can tell that it is one; two deployments are two."""
    service.answers = [Response(status=503), Response(status=500), Response(status=200)]
    for _ in range(2):
        deploy("run", "--", "false")
    keys = [request.headers["Idempotency-Key"] for request in service.requests]
    assert (len(keys), len(set(keys[:3])), len(set(keys))) == (4, 1, 2)
    assert len({request.get_data() for request in service.requests[:3]}) == 1
    assert sandbox.status_of("API") == "maintenance"


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 500, 503])
def test_failure__nobody_takes_over__page_shows_the_failure(
    sandbox: Sandbox, deploy: Cli, service: Service, status: int
) -> None:
    """A no, and an answer that never comes right, leave the failure to be shown, with a warning."""
    service.answers = [Response(status=status, headers={"Location": service.url})]
    result = deploy("run", "--timeout", "2s", "--", "sh", "-c", "exit 3")
    result.says("Warning: The rollback was not accepted", f"answered {status}")
    assert (result.code, sandbox.status_of("API")) == (3, "down")
    assert silent(deploy, result)


def test_taken_over__rollback_ends_the_maintenance(sandbox: Sandbox, deploy: Cli) -> None:
    """The service's own run of `rollback`, with the state at hand, puts the page right."""
    deploy("run", "--", "false")
    assert (deploy("rollback", "--", "true").code, sandbox.status_of("API")) == (0, "degraded")
