from __future__ import annotations

import json
from pathlib import Path

import pytest

from alert24_deploy.state import Stage
from alert24_deploy.state.codec import decode

from .tools import KEY, ran

STATE = Path(".alert24-deploy/state.json")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in an empty directory."""
    monkeypatch.chdir(tmp_path)


def test_start__no_key__recorded_as_never_begun() -> None:
    """The finish that follows must not take the page down for a deployment that never began."""
    ended = ran("start", "-s", "API")
    assert (ended.code, decode(STATE.read_text()).stage) == (2, Stage.FAILED)


def test_start__no_service__recorded_as_never_begun() -> None:
    """The same holds where no service is named."""
    ended = ran("start", environ={"ALERT24_API_KEY": KEY})
    assert (ended.code, decode(STATE.read_text()).stage) == (2, Stage.FAILED)
    assert "Nothing was changed." in ended.err


def test_start__mistake_in_a_dry_run__recorded_nowhere() -> None:
    """A rehearsal leaves no trace."""
    assert ran("start", "-s", "API", "--dry-run").code == 2
    assert not STATE.exists()


def test_start__mistake_and_a_variable_that_asks_for_no_dry_run__recorded() -> None:
    """ALERT24_DRY_RUN=false is no dry run."""
    ran("start", "-s", "API", environ={"ALERT24_DRY_RUN": "false"})
    assert decode(STATE.read_text()).stage is Stage.FAILED


def test_start__mistake_and_an_empty_state_option__recorded_at_the_usual_place() -> None:
    """An option that is empty is as good as none."""
    ran("start", "-s", "API", "--state", "")
    assert STATE.exists()


def test_start__mistake_where_no_state_can_be_saved__told_as_the_mistake(tmp_path: Path) -> None:
    """The user reads what was wrong, not what went wrong afterwards."""
    ended = ran("start", "-s", "API", "--state", str(tmp_path))
    assert "there is no API key" in ended.err.lower().replace("api key", "API key")


def test_mistake__json__a_document_too() -> None:
    """A script that asked for JSON gets its error as JSON."""
    ended = ran("start", "--json")
    document = json.loads(ended.out)
    assert (document["command"], document["exit_code"], document["error"]["code"]) == ("start", 2, 2)


def test_mistake__variable_that_asks_for_no_json__no_document() -> None:
    """ALERT24_JSON=false is no JSON."""
    assert ran("start", environ={"ALERT24_JSON": "false"}).out == ""


def test_finish__neither_state_nor_service__says_both_ways_out() -> None:
    """Nobody can tell which services to set; the page is as start left it."""
    ended = ran("finish", "--outcome", "success", environ={"ALERT24_API_KEY": KEY})
    assert ended.code == 2
    assert "--state" in ended.err
    assert "--service" in ended.err
    assert "still in maintenance" in ended.err


def test_finish__auto_outside_gitlab__asks_for_the_outcome() -> None:
    """An outcome is not guessed."""
    ended = ran("finish", "-s", "API", environ={"ALERT24_API_KEY": KEY})
    assert (ended.code, "CI_JOB_STATUS" in ended.err) == (2, True)


def test_set__unknown_status__lists_the_right_ones() -> None:
    """A status is one of four."""
    ended = ran("set", "up", "-s", "API", environ={"ALERT24_API_KEY": KEY})
    assert ended.code == 2
    assert "'up' is not a valid status.\n" in ended.err
    assert "Use operational, degraded, down or maintenance." in ended.err


def test_services__unknown_status__names_the_option() -> None:
    """The filter is checked before Alert24 is asked."""
    ended = ran("services", "--status", "up", environ={"ALERT24_API_KEY": KEY})
    assert (ended.code, "'up' is not a valid status for --status" in ended.err) == (2, True)


@pytest.mark.parametrize("arguments", [["bogus"], ["start", "--bogus"], ["set"], ["start", "extra"]], ids=" ".join)
def test_command_line__wrong_use__2_and_where_help_is(arguments: list[str]) -> None:
    """A slip is answered in one sentence and a hint."""
    ended = ran(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "--help" in ended.err


def test_command_line__key_as_an_option__unknown_and_not_shown() -> None:
    """Who types the key on the command line reads that there is no such option, without seeing it again."""
    ended = ran("start", "--api-key", KEY)
    assert (ended.code, KEY in ended.err) == (2, False)
