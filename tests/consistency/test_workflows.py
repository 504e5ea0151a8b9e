"""The examples for GitHub, each run by the tests' runner."""

from __future__ import annotations

import os
import runpy
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.github_runner import JobResult, ProcessExecutor
from helpers.private_ca import CA, tls
from helpers.raw_server import Exchange, RawServer, ok

from .stage import EXAMPLES, Stage
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
    """README's first example: maintenance, and then the status for the job's outcome."""
    run = workflow("deploy.yml", scripts={"deploy.sh": code})
    assert _statuses(run.run()) == {"deploy": status}
    assert stage.shown("Payments API") == ["maintenance", after]
    assert stage.calls == ["deploy.sh"]


@pytest.mark.parametrize(("code", "after"), [(0, "operational"), (1, "down")])
def test_init__what_it_prints__runs(workflow: Run, stage: Stage, code: int, after: str) -> None:
    """The file of `init github`, for a name that a workflow could misread: both jobs, and the page follows."""
    odd = 'Tom\'s "EU", ${{ x }} $(id) #1'
    stage.sandbox.add_service(odd)
    stage.shell(f"alert24-deploy init github --write -s 'Payments API' -s {shlex.quote(odd)}")
    path = stage.folder / ".github/workflows/deploy.yml"
    results = workflow(str(path), scripts={"deploy.sh": code}).run()
    assert _statuses(results) == {"deploy": "failure" if code else "success", "reconcile": "success"}
    assert stage.shown("Payments API") == stage.shown(odd) == ["maintenance", after]


def test_windows__deployment_fails__page_follows(workflow: Run, stage: Stage) -> None:
    """The action without Docker takes the same inputs; tests/action has its stories."""
    assert _statuses(workflow("windows.yml", scripts={"deploy.ps1": 1}).run()) == {"deploy": "failure"}
    assert stage.shown("Payments API") == ["maintenance", "down"]


@pytest.mark.parametrize(("deploy", "rollback", "after"), [(1, 0, "degraded"), (1, 1, "down"), (0, 0, "operational")])
def test_rollback__of_a_failure__decides(workflow: Run, stage: Stage, deploy: int, rollback: int, after: str) -> None:
    """The rollback runs after a failure alone, and its outcome decides between what was before and down."""
    stage.sandbox.set_status("Payments API", "degraded")
    run = workflow("rollback.yml", scripts={"deploy.sh": deploy, "rollback.sh": rollback})
    assert _statuses(run.run()) == {"deploy": "failure" if deploy else "success"}
    assert stage.shown("Payments API") == ["degraded", "maintenance", after]
    assert stage.calls == ["deploy.sh", "rollback.sh"][: 1 + deploy]


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


def test_jobs__failed_jobs_run_again__end_operational_without_maintenance(workflow: Run, stage: Stage) -> None:
    """Re-run failed jobs: no start is repeated, and finish replaces the first attempt's down, and says so."""
    run = workflow("jobs.yml", scripts={"deploy.sh": 1})
    run.run()
    run.scripts = {"deploy.sh": 0}
    results = run.run("deploy", "finish")
    assert _statuses(results) == {"start": "success", "deploy": "success", "finish": "success"}
    assert stage.shown("Payments API") == stage.shown("Web shop") == ["maintenance", "down", "operational"]
    assert "an earlier attempt of this run set that" in "\n".join(results["finish"].steps[0].log)


def test_jobs__deploying_job_is_rejected__is_down_although_nothing_was_deployed(workflow: Run, stage: Stage) -> None:
    """Why the gate must not come after start: a rejected job's result is a failure."""
    run = workflow("jobs.yml", scripts={"deploy.sh": 0}, rejected=["deploy"])
    assert _statuses(run.run()) == {"start": "success", "deploy": "failure", "finish": "success"}
    assert (stage.calls, stage.shown("Payments API")) == ([], ["maintenance", "down"])


@pytest.mark.parametrize(
    ("name", "jobs"),
    [
        ("approval.yml", {"deploy": "failure"}),
        ("approval-jobs.yml", {"start": "failure", "deploy": "skipped", "finish": "success"}),
    ],
)
def test_approval__rejected__changes_nothing(workflow: Run, stage: Stage, name: str, jobs: dict[str, str]) -> None:
    """With the action behind the gate, maintenance begins after the approval, and a rejection changes nothing."""
    stage.sandbox.set_status("Payments API", "degraded")
    run = workflow(name, scripts={"deploy.sh": 0}, rejected=[next(iter(jobs))])
    assert _statuses(run.run()) == jobs
    assert (stage.calls, stage.shown("Payments API")) == ([], ["degraded"])


@pytest.mark.parametrize("name", ["approval.yml", "approval-jobs.yml"])
@pytest.mark.parametrize(("code", "after"), [(0, "operational"), (1, "down")])
def test_approval__approved__page_follows(workflow: Run, stage: Stage, name: str, code: int, after: str) -> None:
    """After the approval, it is a deployment like any other."""
    workflow(name, scripts={"deploy.sh": code}).run()
    assert stage.shown("Payments API") == ["maintenance", after]


def test_matrix__each_job_has_its_service__each_page_follows(workflow: Run, stage: Stage) -> None:
    """Jobs with their own services set maintenance and the final status each for itself."""
    assert _statuses(workflow("matrix.yml", scripts={"deploy.sh": 0}).run()) == {"deploy": "success"}
    assert stage.calls == ["deploy.sh Payments API", "deploy.sh Web shop"]
    assert stage.shown("Payments API") == stage.shown("Web shop") == ["maintenance", "operational"]


@pytest.mark.parametrize(("code", "status", "after"), [(0, "success", "operational"), (1, "failure", "down")])
def test_composite__job_ends__page_follows(workflow: Run, stage: Stage, code: int, status: str, after: str) -> None:
    """The action in a composite one finishes with the job that uses it, and by its status."""
    run = workflow("composite-caller.yml", scripts={"deploy.sh": code})
    assert _statuses(run.run()) == {"deploy": status}
    assert stage.shown("Payments API") == ["maintenance", after]


@pytest.mark.parametrize(("code", "status", "after"), [(0, "success", "operational"), (1, "failure", "down")])
def test_reusable__job_ends__page_follows(workflow: Run, stage: Stage, code: int, status: str, after: str) -> None:
    """The caller gives what the reusable workflow asks for, which then deploys like any other."""
    (caller,) = yaml.safe_load((EXAMPLES / "github/reusable-caller.yml").read_text())["jobs"].values()
    # YAML reads `on` as true.
    wanted = yaml.safe_load((EXAMPLES / "github/reusable.yml").read_text())[True]["workflow_call"]
    assert (caller["with"].keys(), caller["secrets"].keys()) == (wanted["inputs"].keys(), wanted["secrets"].keys())
    run = workflow("reusable.yml", scripts={"deploy.sh": code}, inputs=caller["with"])
    assert _statuses(run.run()) == {"deploy": status}
    assert stage.shown("Payments API") == ["maintenance", after]


@pytest.mark.parametrize(("code", "incidents"), [(0, 0), (1, 1)])
def test_record_change__job_ends__is_recorded(workflow: Run, stage: Stage, code: int, incidents: int) -> None:
    """Start and end are changes in Alert24, and a failure opens an incident."""
    workflow("record-change.yml", scripts={"deploy.sh": code}).run()
    assert [change.fields["environment"] for change in stage.sandbox.changes] == ["production"] * 2
    assert len(stage.sandbox.incidents) == incidents


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


@pytest.mark.parametrize(("certificates", "after"), [(CA, "operational"), ("", "down")])
def test_ca_certificates__of_the_company__are_trusted(
    workflow: Run, stage: Stage, certificates: str, after: str
) -> None:
    """A variable of the repository has the company's CA, by which its own health check proves itself."""

    def reply(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(ok(b"well", "Connection: close"))

    with RawServer(reply, tls()) as server:
        checks = {"verify-url": server.url, "verify-interval": "0.01s", "verify-timeout": "0.5s"}
        variables = {"COMPANY_CA": certificates}
        workflow("ca-certificates.yml", scripts={"deploy.sh": 0}, with_=checks, variables=variables).run()
    assert stage.shown("Payments API") == ["maintenance", after]


def test_rollback_url__accepted__stays_in_maintenance(workflow: Run, stage: Stage, httpserver: HTTPServer) -> None:
    """The rollback service gets a signed request, and from then on the page is its business."""
    signed: list[bool] = []
    check = runpy.run_path(str(EXAMPLES / "rollback-service/signature.py"))["is_from_us"]

    def take(request: Request) -> Response:
        header = request.headers["X-Alert24-Deploy-Signature-256"]
        signed.append(check(request.data, header, "of a test, known to nobody"))
        signed.append(check(request.data + b" ", header, "of a test, known to nobody"))
        return Response(status=202)

    httpserver.expect_request("/payments", method="POST").respond_with_handler(take)
    with_ = {"rollback-url": httpserver.url_for("/payments")}
    results = workflow("rollback-url.yml", scripts={"deploy.sh": 1}, with_=with_).run()
    assert _statuses(results) == {"deploy": "failure"}
    assert signed == [True, False]
    assert stage.shown("Payments API") == ["maintenance"]
