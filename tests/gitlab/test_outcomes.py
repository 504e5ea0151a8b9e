"""What the page shows after jobs that end in every way that GitLab knows, by the component's own scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import GitLabApi, gitlab_job

from .jobs import Ended, Machine
from .rendering import job, load, render

pytestmark = pytest.mark.slow

NAMES = ["Payments API", """Shop's "front", EU"""]
BEFORE = ("operational", "degraded")
ROLLED_BACK = 'touch "$ALERT24_FOLDER/rolled-back"'
DURING = ("maintenance", "maintenance")


class Pipeline:
    """A project that deploys with the component, on a machine with the tool."""

    def __init__(self, machine: Machine, page: Sandbox, key: str) -> None:
        self.machine, self.page = machine, page
        machine.install_tool()
        machine.project_variables["ALERT24_API_KEY"] = key
        self.inputs: dict[str, Any] = {"services": NAMES, "api-url": page.url, "timeout": "20"}

    def run(self, jobs: str, name: str = "deploy", ending: str = "", **inputs: object) -> Ended:
        """Run one of the jobs that a project's YAML has beside the component's."""
        configuration = {**render({**self.inputs, **inputs}), **load(jobs)}
        return self.machine.run(job(configuration, name), ending=ending)

    def statuses(self) -> tuple[str, ...]:
        """What visitors see."""
        return tuple(service.status for service in self.page.services)

    def seen(self) -> list[tuple[str, str]]:
        """Each change of the first service's status."""
        return [(event.before, event.after) for event in self.page.events if event.service == NAMES[0]]


@pytest.fixture
def pipeline(machine: Machine, page: Sandbox, api_key: str) -> Pipeline:
    """A project with the sandbox's key in ALERT24_API_KEY."""
    return Pipeline(machine, page, api_key)


def deploying(*lines: str) -> str:
    """A project whose job extends ours, with these lines as its script."""
    return f"deploy:\n  extends: .alert24-deploy\n  script: {json.dumps(list(lines))}\n"


@pytest.mark.parametrize(
    ("line", "ending", "after"),
    [
        ("true", "", ("operational", "operational")),
        ("false", "", ("down", "down")),
        ("exit 7", "canceled", ("degraded", "degraded")),
        ("exit 7", "timedout", ("down", "down")),
        ("exit 7", "something new", ("down", "down")),
    ],
)
def test_wrap__ends__page_follows(pipeline: Pipeline, line: str, ending: str, after: tuple[str, ...]) -> None:
    """In maintenance while the script runs, and then as the job's status deserves."""
    ended = pipeline.run(deploying('cat "$ALERT24_FOLDER/state.json"', line), ending=ending)
    assert pipeline.statuses() == after
    assert [each[1] for each in pipeline.seen()] == ["maintenance", after[0]]
    assert ended.after_code == (2 if ending == "something new" else 0)
    ended.says('"before":"degraded"')


@pytest.mark.parametrize(
    ("inputs", "lines", "after"),
    [
        ({"on-success": "previous"}, ["true"], BEFORE),
        ({"on-failure": "degraded"}, ["false"], ("degraded", "degraded")),
        ({"dry-run": True}, ["false"], BEFORE),
        ({}, [ROLLED_BACK, "false"], BEFORE),
    ],
)
def test_wrap__policy_inputs_and_rollback__decide(
    pipeline: Pipeline, inputs: dict[str, Any], lines: list[str], after: tuple[str, ...]
) -> None:
    """The policy's inputs reach the tool, and so does a script's word that it rolled back."""
    assert pipeline.run(deploying(*lines), **inputs).after_code == 0
    assert pipeline.statuses() == after


def test_wrap__rolled_back_by_the_job_before__does_not_count(pipeline: Pipeline) -> None:
    """On a runner that keeps the directory, the next deployment begins without the last one's word."""
    for lines in ([ROLLED_BACK, "false"], ["false"]):
        pipeline.run(deploying(*lines))
    assert pipeline.statuses() == ("down", "down")


def test_wrap__description__shown_meanwhile(pipeline: Pipeline) -> None:
    """A description with quotes and dollars is shown as it was written, and the services' own come back."""
    text = """We're "deploying" $HOME `now` # not a comment: really"""
    ended = pipeline.run(deploying("true"), description=text)
    written = [request.json.get("description") for request in pipeline.page.writes]
    assert (ended.green, written) == (True, [text, text, "", ""])


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *[("ALERT24_API_KEY_VARIABLE", name) for name in ("NO_SUCH_KEY", "BAD-NAME; touch ran", "1")],
        ("ALERT24_API_KEY", "/no/such/key"),
    ],
)
def test_start__no_key__nothing_deployed(pipeline: Pipeline, variable: str, value: str) -> None:
    """Without a key the deployment doesn't run, and the page is never touched; a path that leads nowhere is named."""
    pipeline.machine.project_variables[variable] = value
    ended = pipeline.run(deploying("touch deployed"))
    assert (ended.status, pipeline.page.requests) == ("failed", [])
    assert list(pipeline.machine.project.iterdir()) == []
    ended.says(value if variable == "ALERT24_API_KEY" else "key")


def test_start__key_in_another_variable_and_a_file__found(
    pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The key's variable may have any name; if it is of type File, GitLab puts the key into a file."""
    variables = pipeline.machine.project_variables
    variables["PAGE_KEY"], variables["ALERT24_API_KEY"] = variables["ALERT24_API_KEY"], "another"
    assert pipeline.run(deploying("true"), **{"api-key-variable": "PAGE_KEY"}).green
    file = tmp_path_factory.mktemp("runner") / "ALERT24_API_KEY"
    file.write_text(variables["PAGE_KEY"] + "\n")
    variables["ALERT24_API_KEY"] = str(file)
    assert pipeline.run(deploying("true")).green
    assert [after for _, after in pipeline.seen()] == ["maintenance", "operational"] * 2


def test_start__unknown_service__page_as_before(pipeline: Pipeline) -> None:
    """A start that fails stops the deployment, and after_script knows that it never began: nothing goes down."""
    ended = pipeline.run(deploying("touch deployed"), services=["Payments API", "Shop"])
    ended.says("there is no service 'Shop'", "section_start:")
    assert (ended.status, pipeline.page.writes, pipeline.statuses()) == ("failed", [], BEFORE)
    assert not (pipeline.machine.project / "deployed").exists()


@pytest.mark.parametrize("half_way", [True, False])
def test_start__refused_half_way_or_wrong_setting__page_as_before(pipeline: Pipeline, half_way: bool) -> None:
    """What was written is put back; one that can't even read its settings leaves word, with ALERT24_DRY_RUN=false."""
    if half_way:
        pipeline.page.fail(1, 404, method="PUT", path=pipeline.page.service(NAMES[1]).id)
    else:
        pipeline.machine.project_variables["ALERT24_TIMEOUT"] = "soon"
    ended = pipeline.run(deploying("touch deployed"))
    assert (ended.status, ended.after_code, pipeline.statuses()) == ("failed", 0 if half_way else 2, BEFORE)


def test_wrap__own_before_script_with_reference__start_runs(pipeline: Pipeline) -> None:
    """A job with a before_script of its own keeps ours by `!reference`, in either order, and so with after_script."""
    jobs = """
deploy:
  extends: .alert24-deploy
  before_script: [echo first, !reference [.alert24-deploy, before_script], echo second]
  script: ['true']
  after_script: [!reference [.alert24-deploy, after_script], echo last]
"""
    ended = pipeline.run(jobs)
    assert ended.green
    assert [after for _, after in pipeline.seen()] == ["maintenance", "operational"]
    ended.says("first", "second", "last")


@pytest.mark.parametrize(("line", "code"), [("true", 2), ("false", 0)])
def test_wrap__own_before_script_without_reference__is_told(pipeline: Pipeline, line: str, code: int) -> None:
    """Where start never ran, finish touches nothing, and fails a job that otherwise would look well."""
    ended = pipeline.run(f"deploy: {{extends: .alert24-deploy, before_script: ['true'], script: ['{line}']}}\n")
    assert (ended.after_code, pipeline.page.requests) == (code, [])
    ended.says("!reference" if code else "never began")


@pytest.mark.parametrize("services", ["Payments API, Search", '["Payments API", "Search"]', "Payments API\nSearch"])
def test_wrap__services_in_any_form__all_read(pipeline: Pipeline, services: str) -> None:
    """A job's own ALERT24_SERVICES wins over the input, as JSON, one a line, or as gitlab-ci-local's `a,b`."""
    pipeline.page.add_service("Search", status="degraded")
    own = f"  variables: {json.dumps({'ALERT24_SERVICES': services})}\n"
    assert pipeline.run(deploying("true") + own).green
    assert pipeline.statuses() == ("operational", "degraded", "operational")


def test_wrap__traced__shows_no_key(pipeline: Pipeline, api_key: str) -> None:
    """A script that traces its commands from before_script on doesn't let the key into the log."""
    ended = pipeline.run(
        "deploy:\n  extends: .alert24-deploy\n  script: [':']\n"
        "  before_script: [set -x, !reference [.alert24-deploy, before_script]]\n"
    )
    assert ended.green
    assert api_key not in ended.log
    ended.says("+ alert24_deploy start")


def test_wrap__script__finds_nothing_of_ours(pipeline: Pipeline) -> None:
    """Start leaves no variable and no shell option behind in the shell that the script shares."""
    left = '[ -z "${tool:-}${file:-}${name:-}${code:-}${ALERT24_STATE:-}" ]'
    ended = pipeline.run(deploying(left, "case $- in *e*) ;; *) exit 9 ;; esac"))
    assert ended.green, ended.log


def test_finish__page_unreachable__job_fails(pipeline: Pipeline) -> None:
    """A page left in maintenance fails the job, as `fail-on-unreachable: finish` promises; `never` lets it pass."""
    pipeline.page.fail(100, 503)
    ended = pipeline.run(deploying("true"), timeout="1")
    assert (ended.status, ended.after_code) == ("success", 4)
    assert pipeline.run(deploying("true"), timeout="1", **{"fail-on-unreachable": "never"}).green


@pytest.mark.parametrize(
    ("last", "after"), [("alert24:succeeded", ("operational", "operational")), ("alert24:failed", ("down", "down"))]
)
def test_jobs__end__page_follows(pipeline: Pipeline, last: str, after: tuple[str, ...]) -> None:
    """Three jobs: the first sets maintenance and leaves a file, and one of the two last ones finishes."""
    assert pipeline.run("{}", "alert24:start", mode="jobs").green
    assert pipeline.statuses() == DURING
    assert pipeline.run("{}", last, mode="jobs").green
    assert pipeline.statuses() == after


def test_wrap__recording_inputs__reach_alert24(pipeline: Pipeline) -> None:
    """Both changes say what GitLab knows, and what the inputs say instead."""
    pipeline.machine.project_variables |= {"CI_PROJECT_PATH": "shop/web", "CI_JOB_NAME": "deploy"}
    pipeline.machine.project_variables |= {"CI_ENVIRONMENT_NAME": "production", "GITLAB_USER_LOGIN": "octavia"}
    change = ["risk_level=high", "environment=$HOME"]
    inputs: dict[str, Any] = {"services": NAMES[:1], "change": change, "record-change": True}
    assert pipeline.run(deploying("true"), **inputs).green
    begin, end = (each.fields for each in pipeline.page.changes)
    for each in (begin, end):
        known = (each["source"], each["changed_by"], each["risk_level"], each["environment"])
        assert known == ("gitlab-ci", "octavia", "high", "$HOME")
        assert "lane:shop/web / deploy / $HOME" in each["tags"]  # type: ignore[operator]


@pytest.mark.parametrize("lane", ["none", "shop"])
def test_jobs__incident__is_resolved_by_the_next_pipeline(pipeline: Pipeline, lane: str) -> None:
    """Whichever job ends a deployment, its lane is the one that it started with."""
    inputs: dict[str, Any] = {"mode": "jobs", "lane": lane, "incident-on-failure": True}
    for last, shown in (("failed", "open"), ("succeeded", "resolved")):
        for name in ("alert24:start", f"alert24:{last}"):
            pipeline.machine.project_variables |= {"CI_PROJECT_PATH": "shop/web", "CI_JOB_NAME": name}
            assert pipeline.run("{}", name, **inputs).green
        (incident,) = pipeline.page.incidents
        assert incident.fields["status"] == shown


@pytest.mark.parametrize(
    ("started", "after"), [(None, BEFORE), ("2026-01-01T00:00:00.000Z", ("down", "down"))], ids=["outdated", "ran"]
)
def test_jobs__failed_with_a_deploying_job__asks_whether_it_ran(
    pipeline: Pipeline, httpserver: HTTPServer, started: str | None, after: tuple[str, ...]
) -> None:
    """An older pipeline whose deployment GitLab drops as outdated turns nothing down; one that ran and failed does."""
    gitlab = GitLabApi(httpserver)
    gitlab.add(gitlab_job(status="failed", started_at=started), id=11, status="running", finished_at=None)
    pipeline.machine.project_variables |= {**gitlab.environ, "ALERT24_CI_TOKEN": "glpat-0123456789"}
    inputs = {"mode": "jobs", "deploy-job": "deploy"}
    assert pipeline.run("{}", "alert24:start", **inputs).green
    ended = pipeline.run("{}", "alert24:failed", **inputs)
    assert (ended.green, pipeline.statuses()) == (True, after), ended.log


@pytest.mark.parametrize("start_failed", [True, False])
def test_jobs__never_began__page_as_before(pipeline: Pipeline, start_failed: bool) -> None:
    """The last job finds the first one's word that nothing began, or, if it never ran, no file at all."""
    if start_failed:
        assert pipeline.run("{}", "alert24:start", mode="jobs", services=["Shop"]).status == "failed"
    ended = pipeline.run("{}", "alert24:failed", mode="jobs")
    assert (ended.green, pipeline.page.writes, pipeline.statuses()) == (True, [], BEFORE)
    assert start_failed or not pipeline.page.requests
    ended.says("" if start_failed else "never began")


def test_jobs__first_ones_file_is_lost__success_heals_and_failure_tells(pipeline: Pipeline) -> None:
    """With `needs`, only jobs among them hand on their files: without the first one's, a failure changes nothing."""
    pipeline.run("{}", "alert24:start", mode="jobs")
    for path in pipeline.machine.project.glob(".alert24-deploy/*/state.json"):
        path.unlink()
    ended = pipeline.run("{}", "alert24:failed", mode="jobs", needs=["deploy"])
    assert ended.status == "failed"
    ended.says("among the jobs in needs")
    assert pipeline.run("{}", "alert24:succeeded", mode="jobs").green
    assert pipeline.statuses() == ("operational", "operational")
