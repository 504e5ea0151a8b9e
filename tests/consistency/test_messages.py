"""Each message in the table of things that often go wrong is one that the program really says."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from helpers.action_workflows import ChangedEnvironment
from helpers.github_runner import Job, ProcessExecutor

from .pages import ROOT, code, rows
from .stage import Stage

PAGE = (ROOT / "docs/reference/messages.md").read_text("utf-8")
MESSAGES = {code(row[0]): row[1] for row in rows(PAGE, "part of the message")}
Scenario = Callable[[Stage, HTTPServer], str]


def _start(stage: Stage, *words: str, **env: str) -> str:
    variables = {f"ALERT24_{name.upper()}": value for name, value in env.items()}
    return stage.run(["alert24-deploy", "start", *words], variables).people


def _action(
    stage: Stage, with_: dict[str, str], changes: Mapping[str, str | None] | None = None, **given: object
) -> str:
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    executor = ChangedEnvironment(ProcessExecutor(Path(sys.executable).parent, measured), "main", changes or {})
    job = Job(stage.folder / "job", executor, **given)  # type: ignore[arg-type]
    job.uses(Path(__file__).resolve().parents[2], {"api-url": stage.sandbox.url, "services": "Web shop", **with_})
    return "\n".join(annotation.message for annotation in job.execute().annotations)


def _no_key(stage: Stage, _: HTTPServer) -> str:
    return _start(stage, "-s", "Web shop", api_key="")


def _fork(stage: Stage, _: HTTPServer) -> str:
    repositories = {"head": {"repo": {"full_name": "a/shop"}}, "base": {"repo": {"full_name": "b/shop"}}}
    return _action(stage, {}, event={"pull_request": repositories}, github={"event_name": "pull_request"})


def _no_state_file_of_runner(stage: Stage, _: HTTPServer) -> str:
    return _action(stage, {"api-key": stage.sandbox.add_key(["write"])}, {"GITHUB_STATE": None})


def _unknown_key(stage: Stage, _: HTTPServer) -> str:
    return _start(stage, "-s", "Web shop", api_key="mistyped")


def _read_only(stage: Stage, _: HTTPServer) -> str:
    return _start(stage, "-s", "Web shop", api_key=stage.sandbox.add_key(["read"]))


def _unknown_service(stage: Stage, _: HTTPServer) -> str:
    return _start(stage, "-s", "Payment API")


def _two_of_a_name(stage: Stage, _: HTTPServer) -> str:
    stage.sandbox.add_service("API")
    stage.sandbox.add_service("API")
    return _start(stage, "-s", "API")


def _redirect(stage: Stage, server: HTTPServer) -> str:
    elsewhere = {"Location": "https://app.example.com/"}
    server.expect_request(re.compile(".*")).respond_with_data(status=302, headers=elsewhere)
    return _start(stage, "-s", "Web shop", api_url=server.url_for("").rstrip("/"))


def _http(stage: Stage, _: HTTPServer) -> str:
    return _start(stage, "-s", "Web shop", api_url="http://app.example.com")


def _certificate(stage: Stage, _: HTTPServer) -> str:
    return _start(stage, "-s", "Web shop", api_url=stage.sandbox.url.replace("http:", "https:"))


def _no_bundle(stage: Stage, _: HTTPServer) -> str:
    url = stage.sandbox.url.replace("http:", "https:")
    words = ["alert24-deploy", "start", "-s", "Web shop", "--api-url", url]
    return stage.run(words, {"REQUESTS_CA_BUNDLE": "/nowhere.pem"}).people


def _no_certificates(stage: Stage, _: HTTPServer) -> str:
    return _action(stage, {"api-key": stage.key, "ca-certificates": "/etc/ssl/company.pem"})


def _no_connection(stage: Stage, _: HTTPServer) -> str:
    stage.sandbox.stop()
    return _start(stage, "-s", "Web shop", timeout="1s")


def _left_in_maintenance(stage: Stage, _: HTTPServer) -> str:
    _start(stage, "-s", "Payments API")
    stage.sandbox.fail(100, 500, method="PUT")
    ended = stage.run(["alert24-deploy", "finish", "--outcome", "success", "--timeout", "1s"])
    assert (ended.code, stage.sandbox.status_of("Payments API")) == (4, "maintenance")
    return ended.people


def _unknown_outcome(stage: Stage, _: HTTPServer) -> str:
    _start(stage, "-s", "Web shop")
    return stage.run(["alert24-deploy", "finish", "--outcome", "succes"]).people


def _empty_outcome(stage: Stage, _: HTTPServer) -> str:
    _start(stage, "-s", "Web shop")
    state = (stage.folder / ".alert24-deploy/state.json").read_text()
    return _action(stage, {"phase": "finish", "state": state, "api-key": "mistyped"})


def _wrong_state(stage: Stage, _: HTTPServer) -> str:
    state = json.dumps({"version": 1, "deployment": "cut o"})
    return _action(stage, {"phase": "finish", "state": state, "api-key": "mistyped", "outcome": "success"})


def _no_state(stage: Stage, _: HTTPServer) -> str:
    return stage.run(["alert24-deploy", "finish", "--outcome", "success"]).people


def _second_finish(stage: Stage, server: HTTPServer) -> str:
    _unknown_outcome(stage, server)
    return stage.run(["alert24-deploy", "finish", "--outcome", "success"]).people


# By the beginning of what the page quotes, in its order.
SCENARIOS: dict[str, Scenario] = {
    "There is no API key": _no_key,
    "No status was set": _fork,
    "Alert24 answered 401": _unknown_key,
    "Alert24 answered 403": _read_only,
    "there is no service": _unknown_service,
    "2 services are named": _two_of_a_name,
    "Alert24 answered 302": _redirect,
    "over http://": _http,
    "the server's certificate": _certificate,
    "Could not find a suitable TLS": _no_bundle,
    "the file '/etc/ssl/company.pem'": _no_certificates,
    "Could not look up": _no_connection,
    "Could not set": _left_in_maintenance,
    "'succes' is not": _unknown_outcome,
    "`outcome` is empty": _empty_outcome,
    "GITHUB_STATE is not set": _no_state_file_of_runner,
    "the input `state`": _wrong_state,
    "There is no state file": _no_state,
    "This deployment was finished": _second_finish,
}


def test_page__messages__each_has_its_scenario() -> None:
    """No message stands in the table that nobody has seen."""
    assert len(MESSAGES) == len(SCENARIOS)
    assert all(message.startswith(words) for message, words in zip(MESSAGES, SCENARIOS, strict=True))


@pytest.mark.runner
@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.expects_warnings("some of the messages are warnings")
def test_page__message__is_what_the_program_says(stage: Stage, httpserver: HTTPServer, message: str) -> None:
    """In its circumstances the program says what the page quotes, with other values for its three dots."""
    scenario = next(scenario for words, scenario in SCENARIOS.items() if message.startswith(words))
    constant = [part for part in message.split("...") if part]
    told = scenario(stage, httpserver)
    places = [told.casefold().find(part.casefold()) for part in constant]
    assert -1 not in places, f"{constant} not all in:\n{told}"
    assert places == sorted(places)
