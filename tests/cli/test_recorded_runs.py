"""What the records make of runs that are gone: whether others wait for them, and who ends their maintenance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
import requests
from pytest_httpserver import HTTPServer

from alert24_deploy.alert24.client import Alert24
from alert24_sandbox import Sandbox
from helpers.ci_api import TOKEN, GitHubApi, GitLabApi, Item, answer, gitlab_job
from helpers.cli import Cli

from .reconciling import LATER, Clock, add_run, at, deploying, steps

RUN = {"GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "deploy"}
HERE = {"GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "heal"}
LOST = deploying(*steps(None, None), began=-70)
WAITS = "'API' stays in maintenance, because another deployment still runs: github-42-"
BY_THE_CLOCK = ("reconcile", "-s", "svc-1", "--record-change", "--max-age", "20h")


@pytest.fixture
def clock() -> Clock:
    """Alert24's clock."""
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """An Alert24 with that clock and one service."""
    with Sandbox(now=clock) as running:
        running.add_service("API", id="svc-1")
        yield running


@pytest.fixture(autouse=True)
def github(httpserver: HTTPServer, cli: Cli) -> GitHubApi:
    """GitHub, whose run 7 is this process's, with a token."""
    api = GitHubApi(httpserver, "/api/v3")
    cli.environ |= {**api.environ, **HERE, "ALERT24_CI_TOKEN": TOKEN, "ALERT24_SERVICES": "svc-1"}
    cli.environ |= {"GITHUB_SERVER_URL": "https://github.com"}
    return api


def begin(cli: Cli, clock: Clock, *options: str, minutes: float = 60, state: str = "dead.json", **env: str) -> None:
    """Start a recorded deployment of the run 42 so many minutes ago; its state is lost."""
    clock.ahead = timedelta(minutes=-minutes)
    result = cli("start", "--record-change", "--state", state, *options, env={**RUN, **env})
    assert (result.code, "Warning" in result.people) == (0, False)
    clock.ahead = timedelta()


def ends(sandbox: Sandbox) -> list[str]:
    """The summaries of the ends, without their durations."""
    summaries = [str(each.fields["summary"]) for each in sandbox.changes]
    return [each.partition(" after")[0] for each in summaries if not each.endswith("started")]


@pytest.mark.parametrize(
    ("job", "fields", "after"),
    [
        (LOST, {}, "degraded"),
        (deploying(*steps("failure"), began=-70), {}, "down"),
        (deploying(*steps("success"), began=-70, conclusion="success"), {}, "operational"),
        (deploying(began=-70, ended=None), {"status": "in_progress", "conclusion": None}, "maintenance"),
    ],
    ids=["lost", "failed", "deployed", "goes on"],
)
def test_reconcile__past_the_declared_end__by_the_run_that_the_records_name(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, job: Item, fields: Item, after: str
) -> None:
    """`max-duration` ends maintenance that `--max-age` alone would leave, once, and nobody names the run."""
    begin(cli, clock, "--max-duration", "30m")
    add_run(github, job, began=-70, **fields)
    for _ in range(2):
        assert cli(*BY_THE_CLOCK).code == 0
    assert sandbox.status_of("API") == after
    assert len(ends(sandbox)) == (after != "maintenance")


def test_reconcile__before_the_declared_end__left_and_nobody_is_asked(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi
) -> None:
    """A deployment may take as long as it has declared."""
    begin(cli, clock)
    result = cli(*BY_THE_CLOCK)
    result.says("it has been in maintenance for ")
    assert (result.code, sandbox.status_of("API"), github.requests) == (0, "maintenance", [])


@pytest.mark.parametrize(("to", "code", "after"), [((), 2, "maintenance"), (("--to", "down"), 0, "down")])
def test_reconcile__overdue_run_is_unknown__only_to_decides(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, to: tuple[str, ...], code: int, after: str
) -> None:
    """Without an answer about the run, the user's `--to` counts, and the end is recorded all the same."""
    begin(cli, clock, "--max-duration", "30m")
    result = cli(*BY_THE_CLOCK, *to, "--workflow", "deploy.yml")
    assert (result.code, sandbox.status_of("API"), len(ends(sandbox))) == (code, after, not code)
    assert "/repos/octo/shop/actions/runs/42" in github.paths()


def test_reconcile__several_runs__each_service_by_its_own(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi
) -> None:
    """What the records say of one service decides nothing for another; one without records is old by `--max-age`."""
    sandbox.add_service("Web", id="svc-2")
    sandbox.add_service("Old", id="svc-3")
    begin(cli, clock, "-s", "svc-1", "--max-duration", "30m")
    begin(cli, clock, "-s", "svc-2", "--max-duration", "30m", state="b.json", GITHUB_RUN_ID="43")
    sandbox.set_status("svc-3", "maintenance")
    add_run(github, deploying(*steps("failure"), began=-70), began=-70)
    add_run(github, LOST, id=43, began=-70)
    result = cli(*BY_THE_CLOCK, "-s", "svc-2", "-s", "svc-3")
    assert [each.status for each in sandbox.services] == ["down", "degraded", "maintenance"]
    result.says("Old: stays maintenance (it has been in maintenance for 0 min only)")
    assert result.code == 0


def test_reconcile__a_run_of_several_jobs__all_its_deployments_end(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi
) -> None:
    """The jobs of a matrix died with their run: each has its end, and the page waits for none of them."""
    for name in "ab":
        begin(cli, clock, state=f"{name}.json", minutes=10)
    add_run(github, deploying(*steps("failure")), deploying(*steps("failure")))
    result = cli("reconcile", "--run", "42", "--job", "deploy", "--record-change", "--incident-on-failure")
    assert (result.code, sandbox.status_of("API"), ends(sandbox)) == (0, "down", ["Deployment failed"] * 2)
    first, second, *recorded = (each.fields for each in sandbox.changes)
    assert {each["external_id"] for each in recorded} == {first["external_id"], second["external_id"]}
    url = "https://github.com/octo/shop/actions/runs/42"
    assert {(each["pipeline_url"], each["commit_sha"]) for each in recorded} == {(url, None)}
    assert {tag for tag in recorded[0]["tags"] if tag.startswith(("lane", "run"))} == {  # type: ignore[attr-defined]
        tag
        for tag in first["tags"]  # type: ignore[attr-defined]
        if tag.startswith(("lane", "run"))
    }


def test_reconcile__of_another_workflow__opens_the_incident_of_the_deployments_lane(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi
) -> None:
    """The next success of the deployment resolves what reconcile has opened for it."""
    begin(cli, clock, minutes=10)
    add_run(github, deploying(*steps("failure")))
    assert cli("reconcile", "--run", "42", "--record-change", "--incident-on-failure").code == 0
    (incident,) = sandbox.incidents
    assert str(incident.fields["description"]).endswith("failed: https://github.com/octo/shop/actions/runs/42")
    again = {**RUN, "GITHUB_RUN_ID": "43"}
    assert cli("start", "--record-change", "--incident-on-failure", env=again).code == 0
    assert cli("finish", "--outcome", "success", env=again).code == 0
    assert sandbox.incidents[0].fields["status"] == "resolved"


def test_reconcile__records_unreadable__says_so_and_the_age_decides(cli: Cli, sandbox: Sandbox, clock: Clock) -> None:
    """A key that may not read changes ends nothing early, and the warning names the scope."""
    begin(cli, clock, "--max-duration", "30m")
    sandbox.fail(100, 403, method="GET", path="/api/v1/services/svc-1/changes")
    result = cli(*BY_THE_CLOCK)
    result.says("It could not be read which deployments are overdue: Alert24 answered 403", "`write` scope")
    assert (result.code, sandbox.status_of("API")) == (0, "maintenance")


def test_attempt__a_later_one__ends_the_old_one(cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi) -> None:
    """A re-run waits for no earlier attempt, whose runner was lost, and asks nobody about it."""
    begin(cli, clock, minutes=5)
    second = {**RUN, "GITHUB_RUN_ATTEMPT": "2"}
    assert cli("start", "--record-change", env=second).code == 0
    assert cli("finish", "--outcome", "success", env=second).code == 0
    assert (sandbox.status_of("API"), github.requests) == ("operational", [])


@pytest.mark.parametrize(
    ("first", "second", "page"), [("failure", "success", "operational"), ("success", "failure", "down")]
)
def test_superseded_state__both_deployments_record_their_ends(
    cli: Cli, sandbox: Sandbox, github: GitHubApi, first: str, second: str, page: str
) -> None:
    """Two runs keep their state at one place: the first one's finish leaves the page, and blocks nobody."""
    runs = [RUN, {**RUN, "GITHUB_RUN_ID": "43"}]
    for run in runs:
        assert cli("start", "--record-change", env=run).code == 0
    left = cli("finish", "--outcome", first, env=runs[0])
    left.says("has started since, with the same state file")
    assert sandbox.status_of("API") == "maintenance"
    assert cli("finish", "--outcome", second, env=runs[1]).code == 0
    assert (sandbox.status_of("API"), github.requests) == (page, [])
    by_deployment = [each.fields["external_id"] for each in sandbox.changes]
    assert by_deployment[:2] == by_deployment[2:]


@pytest.mark.parametrize(
    ("shown", "page"),
    [
        ({"status": "in_progress", "conclusion": None}, "maintenance"),
        ({"status": "completed", "conclusion": "cancelled"}, "operational"),
        (None, "maintenance"),
    ],
    ids=["goes on", "ended", "unknown to GitHub, so perhaps of another repository"],
)
def test_goes_on__github__is_asked_about_the_other_run(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, shown: Item | None, page: str
) -> None:
    """Nobody waits for a run that has ended without a word; one that can't be found out about may go on."""
    begin(cli, clock, minutes=5)
    if shown:
        add_run(github, deploying(), **shown)
    assert cli("start", "--record-change").code == 0
    assert github.requests == []
    result = cli("finish", "--outcome", "success")
    assert (result.code, sandbox.status_of("API")) == (0, page)
    if page == "maintenance":
        result.says(WAITS, "(https://github.com/octo/shop/actions/runs/42)")
        until = datetime.now(timezone.utc) + timedelta(hours=1, minutes=55)
        result.says(f"deployments wait for it until {until:%Y-%m-%d} ", " UTC at most")
    assert {request.headers["Authorization"] for request in github.requests} == {f"Bearer {TOKEN}"}
    assert len(github.paths()) == len(set(github.paths()))


def test_goes_on__gitlab__by_the_job_token(cli: Cli, sandbox: Sandbox, clock: Clock, httpserver: HTTPServer) -> None:
    """On GitLab, the job's own token asks, unless the user gives another one."""
    gitlab = GitLabApi(httpserver)
    cli.environ |= {**gitlab.environ, "CI_JOB_TOKEN": "job-token", "CI_JOB_ID": "12", "CI_PIPELINE_ID": "11"}
    cli.environ |= {"GITHUB_ACTIONS": "false", "ALERT24_CI_TOKEN": ""}
    begin(cli, clock, minutes=5, CI_PIPELINE_ID="287", CI_JOB_ID="8")
    gitlab.add(gitlab_job())
    assert cli("start", "--record-change").code == 0
    assert cli("finish", "--outcome", "success").code == 0
    assert sandbox.status_of("API") == "operational"
    assert {request.headers["JOB-TOKEN"] for request in gitlab.requests} == {"job-token"}


@pytest.mark.parametrize(
    "changes",
    [{"ALERT24_CI_TOKEN": ""}, {"GITHUB_REPOSITORY": "nonsense"}, {"GITHUB_API_URL": "http://127.0.0.1:9"}],
    ids=["no token", "no repository", "API down"],
)
def test_goes_on__nobody_to_ask__it_may_go_on(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, changes: dict[str, str]
) -> None:
    """Whatever keeps GitHub from answering, the page stays in maintenance, and the finish succeeds."""
    begin(cli, clock, minutes=5)
    assert cli("start", "--record-change").code == 0
    result = cli("finish", "--outcome", "success", "--timeout", "2", env={"GITHUB_TOKEN": None, **changes})
    result.says(WAITS)
    assert (result.code, sandbox.status_of("API"), github.requests) == (0, "maintenance", [])


@pytest.mark.parametrize("external_id", ["github-42-1-deploy-x", "github-../../x-1", "gitlab-42-1-a", "http://x/"])
def test_goes_on__a_hostile_change__leads_the_token_nowhere(
    cli: Cli, sandbox: Sandbox, github: GitHubApi, httpserver: HTTPServer, external_id: str
) -> None:
    """Whatever address or id a change holds, the token goes to GitHub's API alone, and to a run's path alone."""
    tags = ["alert24-deploy", "phase:begin", "lane:x", "run:http://127.0.0.1:9#1", f"until:{at(LATER)}"]
    url = httpserver.url_for("/evil")
    forged = {"summary": "Deployed", "service_id": "svc-1", "external_id": external_id, "pipeline_url": url}
    cli("start", "--record-change")
    sandbox_post(sandbox, {**forged, "tags": tags})
    github.instead = [answer({}, 302, Location=url)]
    result = cli("finish", "--outcome", "success")
    result.says("because another deployment still runs: ")
    assert (result.code, sandbox.status_of("API")) == (0, "maintenance")
    asked = {"/repos/octo/shop/actions/runs/42"} if external_id.startswith("github-42") else set()
    assert set(github.paths()) == asked
    assert [request.path for request, _ in httpserver.log if request.path.startswith("/evil")] == []
    assert not any(TOKEN in str(request.headers) for request in sandbox.requests)


def sandbox_post(sandbox: Sandbox, fields: Item) -> None:
    """Somebody with a key writes a change."""
    headers = {"Authorization": f"Bearer {sandbox.add_key()}"}
    assert requests.post(f"{sandbox.url}/api/v1/changes", json=fields, headers=headers, timeout=10).status_code == 201


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (("finish", "--outcome", "failure"), 2),
        (("reconcile", "--outcome", "cancelled"), 2),
        (("reconcile", "--outcome", "cancelled", "--state", "lost.json", "--run", "42"), 2),
    ],
    ids=["finish", "reconcile", "reconcile without a state"],
)
def test_end__its_answer_is_lost__recorded_once(
    cli: Cli, sandbox: Sandbox, github: GitHubApi, command: tuple[str, ...], kept: int
) -> None:
    """Whoever records an end looks for it before it is sent again, whether it was carried out or not."""
    assert cli("start", "--record-change", env=RUN).code == 0
    add_run(github, LOST)
    sandbox.drop(method="POST", applied=True)
    assert cli(*command, "--record-change", env=RUN if command[0] == "finish" else {}).code == 0
    assert len(sandbox.changes) == kept
    assert sandbox.status_of("API") in ("down", "degraded")


def test_finish__killed_after_its_record__the_next_one_looks_first(
    cli: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finish that recorded the end and was killed is followed by one that records nothing again."""

    def killed(*_: object, **__: object) -> None:
        raise SystemExit(137)

    assert cli("start", "--record-change").code == 0
    with monkeypatch.context() as patch:
        patch.setattr(Alert24, "update", killed)
        with pytest.raises(SystemExit):
            cli("finish", "--outcome", "success")
    assert len(sandbox.changes) == 2
    assert cli("finish", "--outcome", "success").code == 0
    assert (len(sandbox.changes), sandbox.status_of("API")) == (2, "operational")


def test_finish__page_unreachable_after_the_record__second_finish_corrects_the_end(cli: Cli, sandbox: Sandbox) -> None:
    """A second finish with the same outcome records nothing; with another one, the last counts."""
    assert cli("start", "--record-change").code == 0
    sandbox.fail(100, 403, method="PUT")
    assert cli("finish", "--outcome", "success").code == 3
    sandbox.clear_faults()
    assert cli("finish", "--outcome", "failure").code == 0
    assert (ends(sandbox), sandbox.status_of("API")) == (["Deployment succeeded", "Deployment failed"], "down")
