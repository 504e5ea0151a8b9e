"""What is verified before a deployment is called a success, with real addresses, commands and monitors."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from alert24_sandbox import Monitor, Sandbox
from helpers.background import background
from helpers.cli import Cli

from .diary import Diary

SOON = ["--verify-timeout", "0.4s", "--verify-interval", "0.1s"]
LONG = ["--verify-timeout", "20s", "--verify-interval", "0.1s"]


@pytest.fixture(autouse=True)
def api(sandbox: Sandbox) -> None:
    """One service, which is not quite well."""
    sandbox.add_service("API", id="svc-1", status="degraded")


@pytest.mark.parametrize(
    ("answer", "words", "told"),
    [
        (Response("ready"), [], ""),
        (Response("ready", 299), [], ""),
        (Response("ready", 404), [], "it answered 404"),
        (Response("", 302, {"Location": "/elsewhere"}), [], "it answered 302 (a redirect is not followed)"),
        (Response("", 302, {"Location": "/elsewhere"}), ["--verify-status", "300-399"], ""),
        (Response("ready"), ["--verify-status", "204"], "it answered 200"),
        (Response("we are ready."), ["--verify-text", "are ready"], ""),
        (Response("we are not"), ["--verify-text", "are ready"], "without the expected text"),
        (Response("größer".encode()), ["--verify-text", "größer"], ""),
        (Response(b"\xff\x00\xfe"), ["--verify-text", "x"], "without the expected text"),
    ],
)
def test_verify_url__page_follows_the_answer(
    sandbox: Sandbox, tool: Cli, httpserver: HTTPServer, answer: Response, words: list[str], told: str
) -> None:
    """A status, and a text where one is asked for; a redirect is an answer, not a way."""
    httpserver.expect_request("/health").respond_with_response(answer)
    httpserver.expect_request("/elsewhere").respond_with_data("ready")
    result = tool("run", "--verify-url", httpserver.url_for("/health"), *SOON, *words, "--", "true")
    result.says(told)
    assert (result.code, sandbox.status_of("API")) == ((6, "down") if told else (0, "operational"))


def test_verify_header__is_sent__and_neither_shown_nor_passed_on(
    sandbox: Sandbox, tool: Cli, httpserver: HTTPServer
) -> None:
    """A token for the health check is for the health check alone."""
    token = "Bearer 0123456789abcdef"
    httpserver.expect_request("/health", headers={"Authorization": token}).respond_with_data("ready")
    env = {"ALERT24_VERIFY_HEADER": f"Authorization: {token}", "ANOTHER": token}
    words = ["--verify-url", httpserver.url_for("/health"), *SOON, "--verbose"]
    result = tool("run", *words, "--", "sh", "-c", "env > environment", env=env)
    assert (result.code, sandbox.status_of("API")) == (0, "operational")
    assert token not in result.people + (tool.folder / "environment").read_text(encoding="utf-8")


def test_verify_header__short_value__hides_nothing_else(sandbox: Sandbox, tool: Cli, httpserver: HTTPServer) -> None:
    """`staging` and `1` are words: the command keeps what else holds them."""
    httpserver.expect_request("/health", headers={"X-Debug": "1"}).respond_with_data("ready")
    words = ["--verify-url", httpserver.url_for("/health"), *SOON, "--verify-header", "X-Debug: 1"]
    result = tool("run", *words, "--", "sh", "-c", 'test "$REPLICAS" = 13', env={"REPLICAS": "13"})
    assert (result.code, sandbox.status_of("API")) == (0, "operational")


def test_verify__several_ways__all_must_be_well(
    sandbox: Sandbox, tool: Cli, httpserver: HTTPServer, diary: Diary
) -> None:
    """An address that is well does not excuse a command that fails."""
    httpserver.expect_request("/health").respond_with_data("ready")
    words = ["--verify-url", httpserver.url_for("/health"), "--verify-command", diary.noting("looked", "exit 2"), *SOON]
    result = tool("run", *words, "--", "true")
    result.says("the check's exit code was 2")
    assert (result.code, sandbox.status_of("API"), diary.steps[:1]) == (6, "down", ["looked"])


def run_when_asked(sandbox: Sandbox, monitor: Monitor, *, up: bool) -> None:
    """Run a monitor as soon as somebody has seen, after start, how it was before."""

    def looks() -> int:
        writes = [number for number, each in enumerate(sandbox.requests) if each.method == "PUT"]
        later = sandbox.requests[writes[0] :] if writes else []
        return sum("monitoring" in each.path and each.status == 200 for each in later)

    sandbox.wait_for(lambda: looks() >= 1, timeout=20)
    sandbox.run_check(monitor, up=up)


QUICK: Any = {"interval": 1, "timeout": 1}


@pytest.mark.parametrize(("up", "after", "code"), [(True, "operational", 0), (False, "down", 6)])
def test_verify_checks__run_after_the_end__decide(sandbox: Sandbox, tool: Cli, up: bool, after: str, code: int) -> None:
    """Each linked monitor must run once more, and be up."""
    monitor = sandbox.add_monitor("API", "ping", **QUICK)
    sandbox.run_check(monitor)
    words = ["--verify-checks", *(LONG if up else ["--verify-timeout", "8s", "--verify-interval", "0.1s"])]
    with background(lambda: run_when_asked(sandbox, monitor, up=up)):
        result = tool("run", *words, "--", "true")
    assert (result.code, sandbox.status_of("API")) == (code, after)


@pytest.mark.parametrize(("words", "after"), [([], "degraded"), (["--on-unverified", "operational"], "operational")])
def test_verify_checks__inconclusive__on_unverified_decides(
    sandbox: Sandbox, tool: Cli, words: list[str], after: str
) -> None:
    """A monitor that did not run in time proves nothing: a warning, the status for that, no failure and no rollback."""
    sandbox.run_check(sandbox.add_monitor("API", "ping", **QUICK))
    words = [*words, "--verify-checks", "--verify-timeout", "2s", "--verify-interval", "0.1s", "--rollback", "exit 1"]
    result = tool("run", *words, "--", "true")
    result.says("Warning:", "1 monitor did not run since", "could not be verified")
    assert (result.code, sandbox.status_of("API")) == (0, after)


def test_verify_checks__monitors_of_the_documented_default__timeout_too_short_is_refused(
    sandbox: Sandbox, tool: Cli, diary: Diary
) -> None:
    """A monitor runs every ten minutes by default: two minutes can't be enough, and that is said before anything."""
    sandbox.add_monitor("API", "ping")
    words = ["--verify-checks", "--verify-timeout", "2m", "--", "sh", "-c", diary.noting("command")]
    result = tool("run", *words)
    result.says("--verify-timeout is 120 s", "needs up to 630 s", "Nothing was changed")
    assert (result.code, sandbox.writes, diary.steps) == (2, [], [])


def test_verify_checks__without_a_timeout__waits_as_long_as_the_slowest_needs(sandbox: Sandbox, tool: Cli) -> None:
    """How long that can take is said at start."""
    monitor = sandbox.add_monitor("API", "ping")
    sandbox.run_check(monitor)
    with background(lambda: run_when_asked(sandbox, monitor, up=True)):
        result = tool("run", "--verify-checks", "--verify-interval", "0.1s", "--", "true")
    result.says("waits up to 645 s")
    assert (result.code, sandbox.status_of("API")) == (0, "operational")


def test_verify_checks__no_monitor_linked__wrong_use_before_anything(sandbox: Sandbox, tool: Cli, diary: Diary) -> None:
    """What could never be verified is said before the deployment, not after it."""
    sandbox.add_service("Web", monitors=["ping Web"])
    words = ["-s", "API", "-s", "Web", "--verify-checks"]
    result = tool("run", *words, "--", "sh", "-c", diary.noting("command"))
    result.says("No active Alert24 monitor is linked to 'API'", "Nothing was changed")
    assert (result.code, sandbox.writes, diary.steps) == (2, [], [])


@pytest.mark.expects_warnings("start goes on without Alert24")
def test_verify_checks__alert24_cannot_be_reached__the_deployment_goes_on(
    sandbox: Sandbox, tool: Cli, diary: Diary
) -> None:
    """`fail-on-unreachable` has its say before the monitors do; without them nothing is verified."""
    sandbox.fail(times=None)
    words = ["--timeout", "0.5s", "--verify-checks", *SOON]
    result = tool("run", *words, "--", "sh", "-c", diary.noting("command"))
    assert (result.code, diary.steps) == (4, ["command"])
    assert tool("run", *words, "--fail-on-unreachable", "always", "--", "true").code == 4


def test_verification__in_ci__tells_what_it_waits_for_once(tool: Cli, httpserver: HTTPServer) -> None:
    """A log gets a line now and then, with the reason and the seconds, not one for each look."""
    answers = iter([Response("", 503)] * 6 + [Response("ready")] * 2)
    httpserver.expect_request("/health").respond_with_handler(lambda _: next(answers))
    result = tool("run", "--verify-url", httpserver.url_for("/health"), *LONG, "--", "true")
    assert result.people.count("Verifying the deployment: it answered 503 (0 s)") == 1
