"""What passes between the action's stages, and how a stage knows the outcome."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from alert24_deploy.action import inputs
from alert24_deploy.action.stages import _outcome
from alert24_deploy.action.state_store import ActionStateStore
from alert24_deploy.ci.pipeline import deployment_id
from alert24_deploy.errors import BrokenState, WrongSetting
from alert24_deploy.settings import Settings, read
from alert24_deploy.state import ServiceState, Stage, State
from alert24_deploy.state.codec import encode

JOB = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "deploy"}
STATE = State("github-7-1-deploy-77ab77cd-0a1b2c3d", Stage.STARTED, "2026-01-31T10:00:00Z")


def _unexpected(warning: str) -> None:
    raise AssertionError(warning)


def settings(outcome: str = "") -> Settings:
    """Settings of a job that GitHub calls a success."""
    return read({"outcome": outcome, "job-status": "success"}, str)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runner's files for outputs and state."""
    for name in ("GITHUB_OUTPUT", "GITHUB_STATE"):
        (tmp_path / name).touch()
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def test_outcome__explicit__wins_over_the_job() -> None:
    """What the user says of the deployment counts more than the job."""
    assert _outcome(settings(outcome="failure"), STATE, JOB) == "failure"


@pytest.mark.parametrize("name", ["", "GITHUB_JOB", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "RUNNER_TEMP"])
def test_outcome__job_that_started__is_the_jobs(tmp_path: Path, name: str) -> None:
    """A later job is green whatever became of the deployment: its own status is never taken for it."""
    job = {**JOB, "RUNNER_TEMP": str(tmp_path)}
    state = State(deployment_id(job), Stage.STARTED, "2026-01-31T10:00:00Z")
    for word in ("", "auto", " Auto "):
        if name:
            with pytest.raises(WrongSetting, match="started in another job"):
                _outcome(settings(outcome=word), state, {**job, name: str(tmp_path.parent)})
        else:
            assert _outcome(settings(outcome=word), state, job) == "success"


def test_outcome__never_began__needs_none() -> None:
    """What never began is put back, whatever the outcome."""
    state = State("elsewhere-0", Stage.FAILED, "2026-01-31T10:00:00Z")
    assert _outcome(settings(), state, JOB) == "success"


def test_keep__secrets_and_outcomes__stay_out(files: Path) -> None:
    """The file that carries inputs to post holds neither a secret nor an outcome."""
    given = {name: f"value-of-{name}" for name in inputs.INPUTS}
    inputs.keep(given)
    text = (files / "GITHUB_STATE").read_text()
    fresh = (*inputs.SECRETS, "outcome", "rollback-outcome", "job-status", "ca-certificates")
    assert [name for name in fresh if f"value-of-{name}" in text] == []
    assert all(f"value-of-{name}" in text for name in inputs.INPUTS if name not in fresh)


@pytest.mark.parametrize(("length", "kept"), [(60_000, True), (60_001, False)])
def test_keep__certificates__if_the_runner_can_pass_them_on(files: Path, length: int, kept: bool) -> None:
    """Linux takes at most 128 KiB in one variable: post reads a longer list again."""
    inputs.keep({"ca-certificates": "ca.pem"}, "x" * length)
    assert ("x" * length in (files / "GITHUB_STATE").read_text()) == kept


@pytest.mark.parametrize("saved", ["not JSON", "[]", '{"phase": 1}'])
def test_kept__not_what_main_wrote__broken(monkeypatch: pytest.MonkeyPatch, saved: str) -> None:
    """What post finds is checked like everything from outside."""
    monkeypatch.setenv("STATE_inputs", saved)
    with pytest.raises(BrokenState):
        inputs.kept()


def test_kept__names_of_no_input__are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only inputs come back, and never a secret from the state."""
    monkeypatch.setenv("STATE_inputs", json.dumps({"phase": "auto", "api-key": "x", "odd": "y"}))
    kept = inputs.kept()
    assert kept is not None
    assert (kept["phase"], kept["api-key"], "odd" in kept) == ("auto", "", False)


def test_store__save__can_be_loaded_and_goes_to_post(files: Path) -> None:
    """The state goes to STATE_* for post, not to the outputs."""
    store = ActionStateStore("", _unexpected, starting=True)
    store.save(STATE)
    assert (store.load(), encode(STATE) in (files / "GITHUB_STATE").read_text()) == (STATE, True)
    assert (files / "GITHUB_OUTPUT").read_text() == ""


def test_store__as_output__goes_to_a_later_job(files: Path) -> None:
    """For a job that finishes, the state is an output of one line."""
    ActionStateStore("", _unexpected, as_output=True, starting=True).save(STATE)
    lines = (files / "GITHUB_OUTPUT").read_text().splitlines()
    assert lines[1] == encode(STATE)


def test_store__too_large_for_the_environment__refused_before_anything() -> None:
    """What the runner could not hand over stops start, with nothing changed."""
    many = tuple(ServiceState(f"svc_{number:06}", "A service" * 10, "operational") for number in range(1000))
    with pytest.raises(WrongSetting, match="too large for one step"):
        ActionStateStore("", _unexpected, starting=True).save(State("x", Stage.STARTING, "now", services=many))


def test_store__broken_input__names_it() -> None:
    """A state that was cut off on its way is told by the input's name."""
    with pytest.raises(BrokenState, match="The input `state` can't be used"):
        ActionStateStore('{"version":1', _unexpected, as_output=True).load()


@pytest.mark.parametrize("variable", ["GITHUB_STATE", "GITHUB_OUTPUT"])
def test_store__save_fails_while_a_deployment_starts__stops_it(
    files: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Whoever finishes would not know what was started; what was saved before still counts."""
    store = ActionStateStore("", _unexpected, as_output=variable == "GITHUB_OUTPUT", starting=True)
    store.save(STATE)
    before = (files / variable).read_text()
    monkeypatch.setenv(variable, "/dev/full")
    with pytest.raises(WrongSetting, match=variable):
        store.save(replace(STATE, stage=Stage.FAILED))
    assert (store.load(), (files / variable).read_text()) == (STATE, before)


@pytest.mark.parametrize("as_output", [True, False])
def test_store__save_fails_at_finish_or_in_post__warns_and_remembers(
    monkeypatch: pytest.MonkeyPatch, as_output: bool
) -> None:
    """Once the deployment is over, the page matters more than the state."""
    for name in ("GITHUB_OUTPUT", "GITHUB_STATE"):
        monkeypatch.setenv(name, "/dev/full")
    monkeypatch.setenv("STATE_deployment", encode(STATE))
    warnings: list[str] = []
    warn = warnings.append
    store = ActionStateStore(encode(STATE), warn, as_output=True) if as_output else ActionStateStore.of_main(warn)
    finished = replace(STATE, stage=Stage.FINISHED)
    store.save(finished)
    assert (len(warnings), store.load()) == (1, finished)


def test_entry__without_githubs_extra__says_what_to_install(tmp_path: Path) -> None:
    """An installation without actions-toolkit is told in a sentence, not by a traceback."""
    hide = "import sys; sys.modules['actions_toolkit'] = None; from alert24_deploy.action import main; main()"
    ended = subprocess.run([sys.executable, "-c", hide], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, "alert24-deploy[github]" in ended.stderr) == (2, True), ended.stderr
    assert "Traceback" not in ended.stderr
