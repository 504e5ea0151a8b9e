"""What the action says and does in cases that are easily forgotten."""

from __future__ import annotations

import html
import signal
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from alert24_sandbox import Sandbox
from helpers.action_workflows import ChangedEnvironment, Killable, Workflow
from helpers.github_runner import ProcessExecutor

pytestmark = pytest.mark.runner


@pytest.fixture
def workflow(tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox) -> Workflow:
    """Jobs that change the sandbox's two services."""
    return Workflow(tmp_path, process_executor, sandbox)


def test_api_key__input_is_empty_but_the_variable_is_set__says_so(workflow: Workflow) -> None:
    """A key in the environment is the command line's: the action must not take it in silence, nor go on without."""
    job = workflow.job(secrets={}, watched=[workflow.key], env={"ALERT24_API_KEY": workflow.key})
    workflow.page(job, {"api-key": None})
    result = job.execute()
    assert (result.step("page").exit_code, workflow.untouched()) == (2, True)
    assert "`api-key` is empty, although ALERT24_API_KEY is set" in result.step("page").messages("error")[0]
    assert not result.leaks


@pytest.mark.parametrize(("code", "status"), [(0, "operational"), (1, "down")])
def test_dry_run__post__says_what_it_would_have_written(workflow: Workflow, code: int, status: str) -> None:
    """A rehearsal shows both halves, in the log and in the summary, and writes nothing."""
    job = workflow.job()
    workflow.page(job, {"dry-run": "true"})
    job.run(lambda _: code, id="deploy")
    result = job.execute()
    post = result.post("page")
    assert f"Payments API: would be set to {status}" in "\n".join(post.log)
    assert "(dry run)" in post.summary
    assert (workflow.untouched(), result.step("page").outputs["changed"]) == (True, "false")


def test_verification__unhealthy__says_why(workflow: Workflow, httpserver: HTTPServer) -> None:
    """Whoever looks at the failed job reads what was not healthy. There is time for one look only."""
    httpserver.expect_request("/health").respond_with_data("", status=500)
    job = workflow.job()
    url = httpserver.url_for("/health")
    workflow.page(job, {"verify-url": url, "verify-timeout": "20s", "verify-interval": "20s"})
    post = job.execute().post("page")
    assert (post.exit_code, workflow.statuses()) == (6, ("down", "down"))
    assert any("could not be verified" in text and "500" in text for text in post.messages("error"))
    assert "500" in html.unescape(post.summary)


def test_verification__signal_meanwhile__counts_as_cancelled(
    workflow: Workflow, httpserver: HTTPServer, process_executor: ProcessExecutor
) -> None:
    """A step whose time is over gets SIGINT: the page comes first, and nobody knows whether the deployment works."""
    killable = workflow.executor = Killable(process_executor)

    def interrupt(_: Request) -> Response:
        assert killable.process
        killable.process.send_signal(signal.SIGINT)
        return Response(status=500)

    httpserver.expect_request("/health").respond_with_handler(interrupt)
    job = workflow.job()
    workflow.page(job, {"verify-url": httpserver.url_for("/health"), "verify-timeout": "60s"})
    result = job.execute()
    assert (workflow.statuses(), result.post("page").exit_code) == (("degraded", "degraded"), 130)


def test_post__key_is_gone__names_what_is_still_in_maintenance(
    tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox
) -> None:
    """A key that post no longer gets ends in an annotation that says how the page is left."""
    workflow = Workflow(tmp_path, ChangedEnvironment(process_executor, "post", {"INPUT_API-KEY": ""}), sandbox)
    job = workflow.job()
    workflow.page(job)
    post = job.execute().post("page")
    (error, *_) = post.messages("error")
    assert (post.exit_code, workflow.statuses()) == (2, ("maintenance", "maintenance"))
    assert "'Payments API' and 'Shop, front' are still in maintenance" in error
    assert "alert24-deploy set operational -s" in html.unescape(post.summary)


def test_finish__skipped_with_services_but_no_state__writes_nothing(workflow: Workflow) -> None:
    """A deployment that was skipped has not started, whatever services are named."""
    job = workflow.job()
    workflow.page(job, {"phase": "finish", "outcome": "skipped"})
    assert (job.execute().step("page").exit_code, workflow.untouched()) == (0, True)
