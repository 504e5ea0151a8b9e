"""What commands and hooks find in their environment: the job's variables, and of ours the four documented ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.processes import CliProcess
from helpers.results import state_in

OURS = "ALERT24_"


def noting(path: Path) -> str:
    """A line of shell that keeps the environment in a file."""
    return f"env -0 > '{path}'"


def environment(path: Path) -> dict[str, str]:
    """What was kept there."""
    pairs = [line.partition("=") for line in path.read_text(encoding="utf-8").split("\0") if line]
    return {name: value for name, _, value in pairs}


@pytest.fixture
def crowded(tool_process: CliProcess, api_key: str) -> CliProcess:
    """A job whose environment is full of our settings and secrets, under their names and under others."""
    tool_process.environ.update(
        ALERT24_SERVICES='["API", "Größe, \\"x\\""]',
        ALERT24_ROLLBACK_SECRET="a secret of 25 characters",
        SIGNING_SECRET="a secret of 25 characters",
        ALERT24_VERIFY_HEADER="X-Environment: prod",
        ALERT24_UNHEARD_OF="1",
        PRODUCTION_KEY=api_key,
        CURL_OPTIONS=f"-H 'Authorization: Bearer {api_key}'",
        DEPLOY_TO="prod",
        TWO_LINES="a\nb",
    )
    tool_process.environ["INPUT_API-KEY"] = api_key
    return tool_process


@pytest.fixture(autouse=True)
def services(sandbox: Sandbox) -> None:
    """Two services, one with a name that has everything a list might be cut at."""
    sandbox.add_service("API")
    sandbox.add_service('Größe, "x"')


def test_environment__of_every_command__holds_no_secret_and_no_setting_of_ours(crowded: CliProcess) -> None:
    """Neither under its own name nor under another; what is the job's own is there."""
    paths = {step: crowded.folder / step for step in ("command", "verify", "rollback")}
    looks = ["--verify-command", f"{noting(paths['verify'])}; exit 1", "--verify-timeout", "1s"]
    hook = ["--rollback", noting(paths["rollback"])]
    result = crowded("run", *looks, *hook, "--", "sh", "-c", noting(paths["command"]))
    assert result.code == 6
    for step, path in paths.items():
        found = environment(path)
        ours = {name for name in found if name.startswith(OURS)}
        more = {"ALERT24_OUTCOME", "ALERT24_EXIT_CODE"} if step == "rollback" else set()
        assert ours == {"ALERT24_DEPLOYMENT_ID", "ALERT24_SERVICES"} | more
        assert {"PRODUCTION_KEY", "CURL_OPTIONS", "SIGNING_SECRET"}.isdisjoint(found)
        assert (found["DEPLOY_TO"], found["TWO_LINES"]) == ("prod", "a\nb")


@pytest.mark.parametrize(("command", "code"), [("exit 3", "3"), ("kill -KILL $$", "137"), ("exit 0", "0")])
def test_environment__of_a_rollback__tells_the_failure(crowded: CliProcess, command: str, code: str) -> None:
    """The id that the state has, the outcome, the services' names as JSON, and the command's exit code."""
    path = crowded.folder / "rollback"
    looks = ["--verify-command", "false", "--verify-timeout", "0.2s"]
    crowded("run", *looks, "--rollback", noting(path), "--", "sh", "-c", command)
    found = environment(path)
    assert found["ALERT24_DEPLOYMENT_ID"] == state_in(crowded.folder)["deployment"]
    assert json.loads(found["ALERT24_SERVICES"]) == ["API", 'Größe, "x"']
    assert (found["ALERT24_OUTCOME"], found["ALERT24_EXIT_CODE"]) == ("failure", code)


def test_environment__of_check_and_rollback__is_as_bare(crowded: CliProcess) -> None:
    """Every command that runs something of the user's keeps its own to itself."""
    for name in ("check", "rollback"):
        path = crowded.folder / name
        assert crowded(name, "--", "sh", "-c", noting(path)).code == 0
        found = environment(path)
        assert {each for each in found if each.startswith(OURS)} == {"ALERT24_DEPLOYMENT_ID", "ALERT24_SERVICES"}
        assert "PRODUCTION_KEY" not in found
