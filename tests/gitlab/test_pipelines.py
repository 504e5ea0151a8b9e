"""Whole pipelines in a real runner, each judged by what the sandbox saw."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import GitLabApi, at, gitlab_job
from helpers.key_watch import KeyWatch
from helpers.processes import SCRIPT

from .pipelines import Project, install_runner
from .release import PYZ, SUMS, sums

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

API = "Payments API"
Make = Callable[[str], Project]


@pytest.fixture(scope="session")
def runner() -> None:
    """gitlab-ci-local, installed."""
    install_runner()


@pytest.fixture
def shop(sandbox: Sandbox) -> Sandbox:
    """A sandbox with the services of the fixtures."""
    sandbox.add_service(API)
    sandbox.add_service("Search", status="degraded")
    sandbox.add_service("""Shop's "front", $HOME `id`""", description="Where people buy.")
    return sandbox


@pytest.fixture
def make(
    runner: None,  # noqa: ARG001 - only has to be there
    shop: Sandbox,
    api_key: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    key_watch: KeyWatch,
) -> Make:
    """Makes a project from a fixture, whose variables are the sandbox's address and key, without the tool."""

    def make(fixture: str) -> Project:
        outside = tmp_path_factory.mktemp("outside")
        project = Project(tmp_path / "a project", fixture, key_watch, outside / "home", outside / "bin")
        project.variables |= {"ALERT24_API_URL": shop.url, "ALERT24_API_KEY": api_key}
        return project

    return make


@pytest.fixture
def with_tool(make: Make) -> Make:
    """Makes a project on a machine that has the tool."""

    def with_tool(fixture: str) -> Project:
        project = make(fixture)
        project.install_tool()
        return project

    return with_tool


def changes(page: Sandbox) -> list[str]:
    """The statuses that visitors saw one after the other, with the service where it is not the first one."""
    return [event.after if event.service == API else f"{event.service}: {event.after}" for event in page.events]


@pytest.mark.parametrize("fixture", ["wrap", "wrap-own-scripts", "component"])
def test_wrap__succeeds__operational(with_tool: Make, shop: Sandbox, fixture: str) -> None:
    """A job that extends ours is in maintenance while it deploys, however the component is included."""
    ended = with_tool(fixture).run()
    assert (ended.code, ended.jobs, changes(shop)) == (0, {"deploy": "PASS"}, ["maintenance", "operational"])
    if fixture == "wrap-own-scripts":
        assert ended.log.index("> own before") < ended.log.index('"stage":"started"') < ended.log.index("> own after")


def test_wrap__fails__as_the_input_says(with_tool: Make, shop: Sandbox) -> None:
    """A script that fails leaves what `on-failure` asks for."""
    ended = with_tool("failing-deploy").run()
    assert (ended.code, ended.jobs, changes(shop)) == (1, {"deploy": "FAIL"}, ["maintenance", "degraded"])


@pytest.mark.parametrize(("deploy", "after"), [("exit 0", "operational"), ("exit 7", "down")])
def test_init__what_it_prints__runs(with_tool: Make, shop: Sandbox, deploy: str, after: str) -> None:
    """The file of `init gitlab`, with this component in the place of the published one: both its jobs run."""
    project = with_tool("component")
    services = [word for service in shop.services for word in ("-s", service.name)]
    printed = subprocess.run([SCRIPT, "init", "gitlab", *services], capture_output=True, text=True, check=True).stdout
    text = printed.replace("/alert24/alert24-deploy/deploy@1", "/$CI_PROJECT_PATH/deploy@$CI_COMMIT_SHA")
    (project.root / ".gitlab-ci.yml").write_text(text.replace("./deploy.sh", deploy))
    ended = project.run()
    assert ended.jobs.get("end-maintenance") == "PASS", ended.log
    assert changes(shop).count("maintenance") == 1
    assert {service.status for service in shop.services} == {after}


def test_names__with_blanks_and_quotes__found(with_tool: Make, shop: Sandbox) -> None:
    """Names and a description with all that a shell gives a meaning to arrive as they are."""
    assert with_tool("two-services").run().code == 0
    other = """Shop's "front", $HOME `id`"""
    assert sorted(changes(shop)) == sorted(
        ["maintenance", "operational", f"{other}: maintenance", f"{other}: operational"]
    )
    shown = {request.json["description"] for request in shop.writes}
    assert shown == {"""We're "deploying" $HOME `id`""", "", "Where people buy."}


@pytest.mark.parametrize(
    ("deploy", "code", "last", "after"),
    [("true", 0, "alert24:succeeded", "operational"), ("false", 1, "alert24:failed", "down")],
)
def test_jobs__around_a_deployment__page_follows(
    with_tool: Make, shop: Sandbox, deploy: str, code: int, last: str, after: str
) -> None:
    """Three jobs of ours: start before the deployment's stage, and after it the one that its outcome asks for."""
    project = with_tool("jobs")
    project.variables["DEPLOY"] = deploy
    ended = project.run()
    verdict = "PASS" if code == 0 else "FAIL"
    assert ended.jobs == {"test": "PASS", "alert24:start": "PASS", "deploy": verdict, last: "PASS"}
    assert (ended.code, changes(shop)) == (code, ["maintenance", after])


def test_jobs__needs__only_these_count(with_tool: Make, shop: Sandbox) -> None:
    """With `needs`, a job that fails after the deployment doesn't turn the page down."""
    ended = with_tool("jobs-needs").run()
    assert ended.jobs == {"page start": "PASS", "deploy": "PASS", "page succeeded": "PASS", "report": "FAIL"}
    assert changes(shop) == ["maintenance", "operational"]


def test_own_image__without_the_tool__fetched(make: Make, shop: Sandbox, pyz: Path, httpserver: HTTPServer) -> None:
    """In an image without the tool, the real single file is fetched, checked and run, before and after."""
    files = {PYZ: pyz.read_bytes()}
    for name, data in {SUMS: sums(files), **files}.items():
        httpserver.expect_request(f"/v1/{name}").respond_with_data(data)
    project = make("own-image")
    project.install_python()
    project.variables["PAGE_KEY"] = project.variables.pop("ALERT24_API_KEY")
    project.variables["ALERT24_TOOL_URL"] = httpserver.url_for("/v1").rstrip("/")
    project.variables["ALERT24_TOOL_SHA256"] = hashlib.sha256(sums(files)).hexdigest()
    ended = project.run()
    assert (ended.code, changes(shop), len(httpserver.log)) == (0, ["maintenance", "operational"], 2)


@pytest.mark.parametrize(
    ("deploy", "status", "after"), [("true", "success", "operational"), ("false", "failed", "degraded")]
)
def test_reconcile__nobody_finished__ends_the_maintenance(
    with_tool: Make, shop: Sandbox, httpserver: HTTPServer, deploy: str, status: str, after: str
) -> None:
    """The job in .post runs whatever became of the deployment, and asks GitLab about the job that deploys."""
    gitlab = GitLabApi(httpserver)
    job = gitlab_job(status=status, started_at=at(-1), finished_at=at(1))
    gitlab.add(job, id=287, status="running", started_at=at(-1), finished_at=None)
    project = with_tool("reconcile")
    project.variables |= {**gitlab.environ, "CI_PIPELINE_ID": "287", "ALERT24_CI_TOKEN": "glpat-0123456789"}
    project.variables["DEPLOY"] = deploy
    ended = project.run()
    # This runner also warns about the predefined variables that lead it to the tests' GitLab.
    assert (ended.jobs["deploy"], ended.jobs["reconcile"]) == ("PASS" if deploy == "true" else "FAIL", "PASS")
    assert changes(shop) == ["maintenance", after]
