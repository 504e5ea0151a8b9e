"""Verification, rollback services and receivers through the action, as processes and as containers."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.action_workflows import Workflow, silent
from helpers.github_runner import RunningStep
from helpers.github_runner.executors import Executor
from helpers.private_ca import CA, tls
from helpers.raw_server import Exchange, RawServer, ok

SOON = {"verify-timeout": "2s", "verify-interval": "0.2s"}


@pytest.fixture
def workflow(tmp_path: Path, executor: Executor, sandbox: Sandbox) -> Workflow:
    """Jobs that change the sandbox's two services, with each executor in turn."""
    return Workflow(tmp_path, executor, sandbox)


@pytest.mark.parametrize(
    ("status", "with_", "after", "code"),
    [
        (200, {}, "operational", 0),
        (500, {}, "down", 6),
        (500, {"verify-status": "500-599"}, "operational", 0),
        (200, {"verify-text": "ready"}, "operational", 0),
        (200, {"verify-text": "missing"}, "down", 6),
    ],
)
def test_verify_url__job_succeeded__page_follows_the_answer(
    workflow: Workflow, httpserver: HTTPServer, status: int, with_: dict[str, str], after: str, code: int
) -> None:
    """A green job is a success only when what it deployed answers well."""
    httpserver.expect_request("/health").respond_with_data("we are ready", status=status)
    job = workflow.job()
    workflow.page(job, {"verify-url": httpserver.url_for("/health"), **SOON, **with_})
    job.run(lambda _: 0, id="deploy")
    result = job.execute()
    assert (workflow.statuses(), result.post("page").exit_code) == ((after, after), code)
    assert silent(result)


@pytest.mark.parametrize(("script", "after"), [(lambda _: 1, "down"), (RunningStep.cancel, "degraded")])
def test_verify_url__job_failed_or_cancelled__nobody_asks(
    workflow: Workflow, httpserver: HTTPServer, script: Callable[[RunningStep], int | None], after: str
) -> None:
    """What has failed needs no verification, and after a cancellation there are seconds left, which the page gets."""
    job = workflow.job()
    workflow.page(job, {"verify-url": httpserver.url_for("/health")})
    job.run(script, id="deploy")
    job.execute()
    assert (workflow.statuses(), httpserver.log) == ((after, after), [])


def test_ca_certificates__file_that_a_later_step_removes__serves_post(workflow: Workflow) -> None:
    """Main hands the certificates over; a URL that is checked proves itself by them, like Alert24."""
    job = workflow.job()
    (job.directories.workspace / "ca.pem").write_text(CA, "ascii")

    def reply(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(ok(b"well"))

    with RawServer(reply, tls()) as server:
        workflow.page(job, {"verify-url": server.url, "ca-certificates": "ca.pem", **SOON})
        job.run(lambda _: (job.directories.workspace / "ca.pem").unlink(), id="deploy")
        result = job.execute()
    assert (workflow.statuses(), server.received[:4]) == (("operational", "operational"), b"GET ")
    assert silent(result)


REFUSED: list[tuple[dict[str, str | None], list[str]]] = [
    (
        {"ca-certificates": "/usr/local/share/a-path-of-the-host.crt"},
        ["`ca-certificates` can't be read", "PEM text itself, which works anywhere", "under the workspace"],
    ),
    ({"verify-checks": "true"}, ["monitor"]),
    (
        {"api-key": None, "webhook-urls": "https://hooks.example/x", "on-failure": "previous"},
        ["can't be used with `webhook-urls`"],
    ),
]


@pytest.mark.parametrize(("with_", "told"), REFUSED, ids=["path of the host", "no monitor", "receiver"])
def test_main__can_not_work__stops_before_anything(
    workflow: Workflow, with_: dict[str, str | None], told: list[str]
) -> None:
    """A path that no container has, monitors that are not there, and what needs a receiver to be read."""
    job = workflow.job()
    workflow.page(job, with_)
    page = job.execute().step("page")
    (message,) = page.messages("error")
    assert [part for part in told if part not in message] == []
    assert (page.exit_code, workflow.untouched()) == (2, True)


def test_verify_header__is_sent_and_never_shown(workflow: Workflow, httpserver: HTTPServer) -> None:
    """A token for the health check reaches it, and no log."""
    token = "health-token-0123456789"
    httpserver.expect_request("/health", headers={"X-Token": token}).respond_with_data("ok")
    job = workflow.job(secrets={"KEY": workflow.key, "TOKEN": token})
    header = "X-Token: ${{ secrets.TOKEN }}"
    workflow.page(job, {"verify-url": httpserver.url_for("/health"), "verify-header": header, **SOON})
    result = job.execute()
    assert workflow.statuses() == ("operational", "operational")
    assert silent(result)


@pytest.mark.parametrize(
    ("up", "after", "seconds", "told"), [(True, "operational", "20s", "succeeded"), (False, "down", "3s", "not up: ")]
)
def test_verify_checks__monitors_run_since__page_follows_them(
    workflow: Workflow, up: bool, after: str, seconds: str, told: str
) -> None:
    """Alert24's own monitors decide, once each has run after the deployment."""
    sandbox = workflow.sandbox
    monitors = [
        sandbox.add_monitor(service.id, f"ping {service.name}", interval=1, timeout=1) for service in sandbox.services
    ]
    job = workflow.job()
    workflow.page(job, {"verify-checks": "true", "verify-timeout": seconds, "verify-interval": "0.2s"})
    deployed = threading.Event()

    def deploy(_: RunningStep) -> None:
        sandbox.clear_requests()
        deployed.set()

    job.run(deploy, id="deploy")

    def run_monitors() -> None:
        deployed.wait(60)
        sandbox.wait_for(
            lambda: any("monitoring" in each.path and each.status for each in sandbox.requests), timeout=60
        )
        for monitor in monitors:
            sandbox.run_check(monitor, up=up)

    result = job.execute_with(run_monitors)
    assert (workflow.statuses(), told in result.log) == ((after, after), True)


@pytest.mark.parametrize(
    ("answer", "after"), [(202, ("maintenance", "maintenance")), (404, ("down", "down"))], ids=["taken", "refused"]
)
def test_rollback_url__deployment_failed__asked_once_and_signed(
    workflow: Workflow, httpserver: HTTPServer, answer: int, after: tuple[str, ...]
) -> None:
    """A rollback service that takes over leaves the page in maintenance; one that refuses leaves it down."""
    httpserver.expect_request("/rollback/token-0123456789", method="POST").respond_with_data("", status=answer)
    secret = "signing-secret-0123456789"
    url = httpserver.url_for("/rollback/token-0123456789")
    job = workflow.job(secrets={"KEY": workflow.key, "URL": url}, env={"ALERT24_ROLLBACK_SECRET": secret})
    workflow.page(job, {"rollback-url": "${{ secrets.URL }}"})
    job.run(lambda _: 1, id="deploy")
    result = job.execute()
    (request, _), *more = httpserver.log
    digest = hmac.new(secret.encode(), request.data, hashlib.sha256).hexdigest()
    document = json.loads(request.data)
    assert (workflow.statuses(), more) == (after, [])
    assert request.headers["X-Alert24-Deploy-Signature-256"] == f"sha256={digest}"
    assert request.headers["Idempotency-Key"] == document["deployment"]
    assert [service["before"] for service in document["services"]] == ["operational", "degraded"]
    assert "Authorization" not in request.headers
    assert silent(result)


@pytest.mark.parametrize(("code", "after"), [(0, "operational"), (1, "down")])
def test_webhook_urls__instead_of_a_key__receivers_are_told(workflow: Workflow, code: int, after: str) -> None:
    """With receivers the action needs no key, and their addresses are secrets as a whole."""
    mapping = {status: status for status in ("operational", "degraded", "down", "maintenance")}
    urls = [workflow.sandbox.add_receiver(service.id, mapping) for service in workflow.sandbox.services]
    seen: list[tuple[str, ...]] = []
    job = workflow.job(secrets={"URLS": "\n".join(urls)}, watched=urls)
    workflow.page(job, {"api-key": None, "services": None, "webhook-urls": "${{ secrets.URLS }}"})
    job.run(workflow.noting(seen, code), id="deploy")
    result = job.execute()
    assert (seen, workflow.statuses()) == ([("maintenance", "maintenance")], (after, after))
    assert silent(result)
