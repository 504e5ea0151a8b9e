"""What the page on curl says: the scripts with curl leave the page wrong, and those without it don't."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from .stage import EXAMPLES, Stage

pytestmark = pytest.mark.slow

API = "Payments API"
Script = Callable[[Stage], str]


def _by_curl(stage: Stage, file: str = "before.sh") -> str:
    """A script with curl, for the sandbox and its service."""
    script = (EXAMPLES / "from-curl" / file).read_text()
    identity = stage.sandbox.service(API).id
    return script.replace("https://app.alert24.net", stage.sandbox.url).replace("svc_YOUR_SERVICE_ID", identity)


def _by_run(_: Stage) -> str:
    """The script that has replaced it."""
    return (EXAMPLES / "shell/run.sh").read_text()


def _deploys(stage: Stage, script: str = "", code: int = 0) -> None:
    stage.program("./deploy.sh", script=script, code=code)
    stage.program("./rollback.sh", code=1)


def _meanwhile(server: HTTPServer, do: Callable[[], object]) -> str:
    """A line of shell by which a deployment has the test do something at that moment."""

    def handle(_: Request) -> Response:
        do()
        return Response()

    server.expect_request("/meanwhile").respond_with_handler(handle)
    return f"curl -fsS {server.url_for('/meanwhile')}"


BOTH = pytest.mark.parametrize(("script", "shown"), [(_by_curl, "wrong"), (_by_run, "right")], ids=["curl", "run"])


@BOTH
def test_deployment__fails__is_down_and_not_in_maintenance(stage: Stage, script: Script, shown: str) -> None:
    """The second call of curl is never made."""
    _deploys(stage, code=1)
    assert stage.shell(script(stage)).code == 1
    assert stage.sandbox.status_of(API) == {"wrong": "maintenance", "right": "down"}[shown]


@BOTH
@pytest.mark.expects_warnings("a monitor has found the service down")
def test_monitor__finds_the_service_down__is_not_overwritten(
    stage: Stage, script: Script, shown: str, httpserver: HTTPServer
) -> None:
    """The second call of curl hides what the monitor has found."""
    _deploys(stage, _meanwhile(httpserver, lambda: stage.sandbox.set_status(API, "down")))
    assert stage.shell(script(stage)).code == 0
    assert stage.sandbox.status_of(API) == {"wrong": "operational", "right": "down"}[shown]


@BOTH
@pytest.mark.expects_warnings("another deployment still runs")
def test_another_deployment__ends_first__page_stays_in_maintenance(
    stage: Stage, script: Script, shown: str, httpserver: HTTPServer
) -> None:
    """The other one begins and ends while this one deploys."""
    seen: list[str] = []
    recorded = {"ALERT24_RECORD_CHANGE": "true", "ALERT24_LANE": "this"}
    other = {
        "wrong": _by_curl(stage).replace("./deploy.sh", "true"),
        "right": f"alert24-deploy run --lane other --state other.json --service '{API}' -- true",
    }

    def meanwhile() -> None:
        assert stage.shell(other[shown], recorded).code == 0
        seen.append(stage.sandbox.status_of(API))

    _deploys(stage, _meanwhile(httpserver, meanwhile))
    assert stage.shell(script(stage), recorded).code == 0
    assert seen == [{"wrong": "operational", "right": "maintenance"}[shown]]
    assert stage.sandbox.status_of(API) == "operational"


@BOTH
def test_key__is_revoked__is_noticed_before_the_deployment(stage: Stage, script: Script, shown: str) -> None:
    """With curl, the exit code is 0 although Alert24 has refused, and nothing stops the deployment."""
    _deploys(stage)
    ended = stage.shell(script(stage), {"ALERT24_API_KEY": "revoked"})
    assert (ended.code, stage.calls) == {"wrong": (0, ["deploy.sh"]), "right": (3, [])}[shown]
    assert stage.shown(API) == []


@BOTH
def test_runner__is_lost__reconcile_ends_the_maintenance(stage: Stage, script: Script, shown: str) -> None:
    """Neither script survives that, but one of them has a command for it."""
    _deploys(stage, "kill -9 $PPID")
    assert stage.shell(script(stage)).code == -signal.SIGKILL
    assert stage.sandbox.status_of(API) == "maintenance"
    if shown == "right":
        assert stage.run(["alert24-deploy", "reconcile"]).code == 0
        assert stage.sandbox.status_of(API) == "degraded"


def test_check__during_a_deployment__ends_its_maintenance(stage: Stage) -> None:
    """The health check with curl writes over maintenance; test_scripts.py shows that the other one doesn't."""
    stage.sandbox.set_status(API, "maintenance")
    stage.program("pg_isready")
    assert stage.shell(_by_curl(stage, "check-before.sh")).code == 0
    assert stage.sandbox.status_of(API) == "operational"
