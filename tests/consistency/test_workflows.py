"""The examples for GitHub, each run by the tests' runner."""

from __future__ import annotations

import hmac
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.github_runner import JobResult, ProcessExecutor

from .stage import Stage
from .workflow import Workflow

pytestmark = [pytest.mark.runner, pytest.mark.slow]

Run = Callable[..., Workflow]


@pytest.fixture
def workflow(stage: Stage) -> Run:
    """Makes a run of a workflow file."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    executor = ProcessExecutor(Path(sys.executable).parent, measured)

    def make(name: str, **given: object) -> Workflow:
        return Workflow(stage, executor, name, **given)  # type: ignore[arg-type]

    return make


def _statuses(results: dict[str, JobResult]) -> dict[str, str]:
    assert not any(result.leaks or result.mentions for result in results.values())
    return {name: result.status for name, result in results.items()}


@pytest.mark.parametrize(("code", "status", "after"), [(0, "success", "operational"), (1, "failure", "down")])
def test_deploy__job_ends__page_follows(workflow: Run, stage: Stage, code: int, status: str, after: str) -> None:
    """README's first example: maintenance, and then what the job's end deserves."""
    run = workflow("deploy.yml", scripts={"deploy.sh": code})
    assert _statuses(run.run()) == {"deploy": status}
    assert stage.shown("Payments API") == ["maintenance", after]
    assert stage.calls == ["deploy.sh"]


@pytest.mark.parametrize(("rollback", "after"), [(0, "degraded"), (1, "down")])
def test_rollback__of_a_failure__decides(workflow: Run, stage: Stage, rollback: int, after: str) -> None:
    """The rollback runs after the failure, and its outcome decides between what was before and down."""
    stage.sandbox.set_status("Payments API", "degraded")
    run = workflow("rollback.yml", scripts={"deploy.sh": 1, "rollback.sh": rollback})
    assert _statuses(run.run()) == {"deploy": "failure"}
    assert stage.shown("Payments API") == ["degraded", "maintenance", after]
    assert stage.calls == ["deploy.sh", "rollback.sh"]


def test_rollback__of_a_success__does_not_run(workflow: Run, stage: Stage) -> None:
    """Nothing is rolled back that went well."""
    workflow("rollback.yml", scripts={"deploy.sh": 0, "rollback.sh": 0}).run()
    assert (stage.calls, stage.sandbox.status_of("Payments API")) == (["deploy.sh"], "operational")


@pytest.mark.parametrize(("code", "status", "after"), [(0, "success", "operational"), (1, "failure", "down")])
def test_jobs__matrix_ends__page_follows(workflow: Run, stage: Stage, code: int, status: str, after: str) -> None:
    """The maintenance lasts until every job of the matrix is done, and its result decides."""
    run = workflow("jobs.yml", scripts={"deploy.sh": code})
    assert _statuses(run.run()) == {"start": "success", "deploy": status, "finish": "success"}
    assert stage.calls == ["deploy.sh eu", "deploy.sh us"]
    assert stage.shown("Payments API") == stage.shown("Web shop") == ["maintenance", after]


def test_jobs__start_refused__nothing_is_deployed(workflow: Run, stage: Stage) -> None:
    """A start that fails keeps the deployment from running, and finish leaves the page as it was."""
    stage.sandbox.delete_service("Web shop")
    run = workflow("jobs.yml", scripts={"deploy.sh": 0})
    assert _statuses(run.run()) == {"start": "failure", "deploy": "skipped", "finish": "success"}
    assert (stage.calls, stage.shown("Payments API")) == ([], [])


def test_jobs__failed_jobs_run_again__have_no_maintenance_and_stay_down(workflow: Run, stage: Stage) -> None:
    """What README warns of: without start, the second run's success looks like somebody's else good word."""
    run = workflow("jobs.yml", scripts={"deploy.sh": 1})
    run.run()
    run.scripts = {"deploy.sh": 0}
    assert _statuses(run.run("deploy", "finish")) == {"start": "success", "deploy": "success", "finish": "success"}
    assert stage.shown("Payments API") == ["maintenance", "down"]
    run.run()
    assert stage.shown("Payments API")[2:] == ["maintenance", "operational"]


def test_set__by_hand__sets_the_status(workflow: Run, stage: Stage) -> None:
    """Somebody chooses a status, and the page has it."""
    run = workflow("set.yml", inputs={"status": "degraded"})
    assert _statuses(run.run()) == {"set": "success"}
    assert stage.shown("Payments API") == ["degraded"]


@pytest.mark.parametrize(
    ("answer", "after"),
    [('{"database": "ok"}', "operational"), ('{"database": "gone"}', "down")],
    ids=["well", "not well"],
)
def test_verify__address_answers__decides(
    workflow: Run, stage: Stage, httpserver: HTTPServer, answer: str, after: str
) -> None:
    """A success counts when the address has answered well three times in a row."""
    httpserver.expect_request("/health").respond_with_data(answer)
    quick = {"verify-url": httpserver.url_for("/health"), "verify-interval": "0.01s", "verify-timeout": "0.5s"}
    results = workflow("verify.yml", scripts={"deploy.sh": 0}, with_=quick).run()
    assert _statuses(results) == {"deploy": "success" if after == "operational" else "failure"}
    assert stage.shown("Payments API") == ["maintenance", after]
    assert len(httpserver.log) >= 3 or after == "down"


def test_rollback_url__accepted__stays_in_maintenance(workflow: Run, stage: Stage, httpserver: HTTPServer) -> None:
    """The rollback service gets a signed request, and from then on the page is its business."""
    signed: list[bool] = []

    def take(request: Request) -> Response:
        digest = hmac.new(b"of a test, known to nobody", request.data, "sha256").hexdigest()
        signed.append(request.headers["X-Alert24-Deploy-Signature-256"] == f"sha256={digest}")
        return Response(status=202)

    httpserver.expect_request("/payments", method="POST").respond_with_handler(take)
    with_ = {"rollback-url": httpserver.url_for("/payments")}
    results = workflow("rollback-url.yml", scripts={"deploy.sh": 1}, with_=with_).run()
    assert _statuses(results) == {"deploy": "failure"}
    assert signed == [True]
    assert stage.shown("Payments API") == ["maintenance"]
