"""The self-test's program that judges jobs which must fail, against a GitHub of the tests' own."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
import yaml
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.ci_api import CiServer, Item, answer, github_job, github_step

from .pages import ROOT

PROGRAM = ROOT / ".github/selftest/endings.py"
ENDINGS = {
    "failure": "failure",
    "rolled back": "failure",
    "step timeout": "failure",
    "job timeout": "cancelled",
    "cancelled": "cancelled",
}
BRANCH = "selftest/7-2"
DELETED = ("DELETE", f"/git/refs/heads/{BRANCH}")


class GitHub(CiServer):
    """GitHub's API as far as the program needs it. One job ends after the other; the last waits to be cancelled."""

    def __init__(self, server: HTTPServer) -> None:
        super().__init__(server, "/repos/octo/shop")
        self.ended = [_job(ending, conclusion) for ending, conclusion in ENDINGS.items()]
        self.looks = 0
        self.deploys_at = 12  # the look at which the jobs have come to the step "Deploy"
        self.cancelled = False

    def calls(self) -> list[tuple[str, str]]:
        """Return method and path of each request that changes something."""
        pairs = [(request.method, path) for request, path in zip(self.requests, self.paths(), strict=True)]
        return [pair for pair in pairs if pair[0] != "GET"]

    def rule(self, path: str, request: Request) -> Response:
        """Return what the documentation says for a method, a path and a body."""
        workflow, run = "/actions/workflows/selftest-victim.yml", "/actions/runs/42"
        commit = {"message": "Self-test: jobs that must fail", "tree": "tree of abc", "parents": ["abc"]}
        runs = [{"id": 42, "html_url": "https://github.com/run"}] if self.looks else []
        answers: dict[tuple[str, str], tuple[object, object]] = {
            ("GET", "/git/commits/abc"): ({}, {"tree": {"sha": "tree of abc"}}),
            ("POST", "/git/commits"): (commit, {"sha": "def"}),
            ("POST", "/git/refs"): ({"ref": f"refs/heads/{BRANCH}", "sha": "def"}, {}),
            ("POST", f"{workflow}/dispatches"): ({"ref": BRANCH}, {}),
            ("GET", f"{workflow}/runs"): ({}, {"workflow_runs": runs if request.args.get("branch") == BRANCH else []}),
            ("GET", f"{run}/jobs"): ({}, {"jobs": [self._now(number, job) for number, job in enumerate(self.ended)]}),
            DELETED: ({}, None),
        }
        if self.looks > max(self.deploys_at, len(self.ended) + 3):  # only one job is left, and it waits
            answers["POST", f"{run}/cancel"] = ({}, {})
        wanted, body = answers[request.method, path]
        self.cancelled |= path == f"{run}/cancel"
        right = json.loads(request.get_data() or "{}") == wanted
        return answer(body, 200) if right else answer({"message": "Problems parsing JSON"}, 422)

    def _answer(self, request: Request) -> Response:
        response = super()._answer(request)
        self.looks += request.method == "GET"
        return response

    def _now(self, number: int, job: Item) -> Item:
        if self.cancelled or (self.looks > number + 4 and not job["name"].endswith(", cancelled")):
            return job
        deploy = github_step("Deploy", None, "in_progress" if self.looks > self.deploys_at else "queued")
        return {**job, "status": "in_progress", "conclusion": None, "steps": [deploy]}


def _job(ending: str, conclusion: str, verdict: str | None = "success") -> Item:
    steps = [github_step("Deploy", conclusion), github_step("Post Run ./")]
    steps += [github_step("Post Expect the page", verdict)] if verdict else []
    return github_job(*steps, name=f"Docker, {ending}", conclusion=conclusion, html_url="https://github.com/job")


@pytest.fixture
def github(httpserver: HTTPServer) -> GitHub:
    """A GitHub whose jobs all end as they must."""
    return GitHub(httpserver)


def judged(github: GitHub) -> subprocess.CompletedProcess[str]:
    """Run the program in attempt 2 of run 7."""
    environ = {
        "GITHUB_API_URL": github.url.removesuffix("/repos/octo/shop"),
        "GITHUB_REPOSITORY": "octo/shop",
        "GITHUB_TOKEN": "of nobody",
        "GITHUB_SHA": "abc",
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "2",
    }
    return subprocess.run([sys.executable, PROGRAM, "0"], env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("deploys_at", [2, 12], ids=["others end last", "it waits last"])
def test_endings__all_as_they_must__cancels_when_the_others_have_ended(github: GitHub, deploys_at: int) -> None:
    """The jobs run on a commit of their own, the run is cancelled when one is left that waits, and the branch goes."""
    github.deploys_at = deploys_at
    ended = judged(github)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [path for _, path in github.calls()] == [
        "/git/commits",
        "/git/refs",
        "/actions/workflows/selftest-victim.yml/dispatches",
        "/actions/runs/42/cancel",
        DELETED[1],
    ]


@pytest.mark.parametrize(
    ("job", "problem"),
    [
        (_job("failure", "failure", "failure"), "Docker, failure: the page is wrong, or was not checked"),
        (_job("failure", "failure", None), "Docker, failure: the page is wrong, or was not checked"),
        (_job("failure", "success"), "Docker, failure: the job's conclusion is 'success'."),
        (_job("surprise", "failure"), "No job has ended as 'failure'."),
    ],
    ids=["wrong page", "not checked", "did not fail", "not there"],
)
def test_endings__one_not_as_it_must__fails(github: GitHub, job: Item, problem: str) -> None:
    """A job whose page is wrong, or that did not end as it should, is named."""
    github.ended[0] = job
    ended = judged(github)
    assert ended.returncode == 1
    assert f"::error::{problem}" in ended.stdout
    assert github.calls()[-1] == DELETED


def test_endings__github_answers_an_error_once__goes_on(github: GitHub) -> None:
    """Minutes of waiting don't end because of one bad gateway."""
    github.instead = [answer({"tree": {"sha": "tree of abc"}}), *[answer({"sha": "def"}, 201)] * 3, answer({}, 502)]
    ended = judged(github)
    assert ended.returncode == 0
    assert "::warning::HTTP Error 502" in ended.stdout


def test_endings__start_is_refused__fails_and_leaves_no_branch(github: GitHub) -> None:
    """A token that may not start workflows is seen at once."""
    github.instead = [answer({"tree": {"sha": "x"}}), *[answer({"sha": "def"}, 201)] * 2, answer({}, 403)]
    ended = judged(github)
    assert ended.returncode == 1
    assert "HTTP Error 403" in ended.stderr
    assert github.calls()[-1] == DELETED


def test_endings__jobs_of_the_workflow__have_the_names_that_are_judged() -> None:
    """The program finds each ending in a job's name, and in each job the steps that it looks for, in their order."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/selftest-victim.yml").read_text("utf-8"))["jobs"]
    matrices = {id_: job["strategy"]["matrix"] for id_, job in jobs.items()}
    docker, native = ({leg["ending"]: leg["status"] for leg in matrix["include"]} for matrix in matrices.values())
    assert docker.keys() == ENDINGS.keys()
    assert native.items() <= docker.items()
    assert list(native) == matrices["native"]["ending"]
    for job, ours in ((jobs["docker"], "./"), (jobs["native"], "./native")):
        assert re.search(r", \$\{\{ matrix\.ending \}\}$", job["name"])
        names = [step.get("name") or step.get("uses") for step in job["steps"]]
        assert [names[i + 1] for i, name in enumerate(names) if name == "Expect the page"] == [ours]
        assert names.index(ours) < names.index("Deploy")
