"""A command line that can't be read: the message, the code, the JSON document, and the state for finish."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alert24_deploy.state import Stage
from alert24_deploy.state.codec import decode

from .tools import KEY, ran

STATE = Path(".alert24-deploy/state.json")
CREDENTIALS = {"ALERT24_API_KEY": KEY}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in an empty directory."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("strat", "There is no command 'strat' (did you mean start?)."),
        ("zzz", "There is no command 'zzz'."),
        ("start --servce A", "There is no option '--servce' (did you mean --service?)."),
        ("start --zzz", "There is no option '--zzz'."),
        ("start extra", "extra"),
        ("set", "STATUS"),
        ("set ok -s A", "'ok' is not a valid status.\nNothing was changed.\nUse operational, degraded, down"),
        ("set operatonal", "'operatonal' is not a valid status (did you mean operational?)."),
        ("services --status up", "'up' is not a valid status for --status"),
        ("finish --on-conflict wurst", "'wurst' is not a valid value for --on-conflict (did you mean worst?)."),
    ],
)
def test_misuse__suggests_the_nearest(line: str, told: str) -> None:
    """A slip is answered with what is wrong, what was probably meant, and where help is."""
    ended = ran(*line.split())
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert "--help" in ended.err


@pytest.mark.parametrize("arguments", [["--api-key", KEY], [f"--api-key={KEY}"], ["--token", KEY]])
def test_misuse__key_as_an_option__says_where_it_goes_without_showing_it(arguments: list[str]) -> None:
    """Whoever types the key reads why there is no such option, and what to use."""
    ended = ran("start", *arguments)
    assert ended.code == 2
    assert KEY not in ended.err
    assert all(word in ended.err for word in ("list of processes", "ALERT24_API_KEY", "--api-key-file"))


def test_wrong_choice__reads_the_same_as_a_variable() -> None:
    """One mistake, one message, wherever the value comes from."""
    option = ran("finish", "-s", "A", "--on-failure", "ok", environ=CREDENTIALS).err
    variable = ran("finish", "-s", "A", environ={**CREDENTIALS, "ALERT24_ON_FAILURE": "ok"}).err
    assert "Nothing was changed." in option
    assert option.replace("--on-failure", "ALERT24_ON_FAILURE").partition("\nTry: ")[0] == variable.rstrip("\n")


@pytest.mark.parametrize(
    ("line", "environ", "told"),
    [
        ("start --json --on-failure ok", {}, "ok"),
        ("start --json --servce A", {}, "--service"),
        ("start --json", {}, "API key"),
        ("start --servce A", {"ALERT24_JSON": "true"}, "--service"),
        ("start", {"ALERT24_JSON": "false"}, ""),
        ("run --servce A -- deploy --json", {}, ""),  # what stands after `--` is not ours to read
    ],
)
def test_mistake__json__a_document_too(line: str, environ: dict[str, str], told: str) -> None:
    """A script that asked for JSON gets its error as JSON."""
    out = ran(*line.split(), environ=environ).out
    assert bool(out) is bool(told)
    if told:
        document = json.loads(out)
        assert (document["command"], document["exit_code"], document["error"]["code"]) == ("start", 2, 2)
        assert told in document["error"]["message"]


@pytest.mark.parametrize("command", [["start"], ["run", "--", "true"], ["rollback", "--", "true"]], ids=" ".join)
@pytest.mark.parametrize("mistake", ["--on-failure ok", "--servce A", "--state "], ids=str)
def test_mistake__of_what_starts__is_recorded(command: list[str], mistake: str) -> None:
    """The finish that follows must not set services to down for a deployment that never began."""
    assert ran(command[0], *mistake.split(" "), *command[1:], environ={"ALERT24_DRY_RUN": "false"}).code == 2
    assert decode(STATE.read_text()).stage is Stage.FAILED


@pytest.mark.parametrize(
    ("line", "environ"),
    [
        ("start --dry-run --on-failure ok", {}),
        ("start --dry-run -s API", {}),
        ("start --on-failure ok", {"ALERT24_DRY_RUN": "true"}),
        ("finish --on-failure ok", {}),
        ("run --on-failure ok --state other.json -- deploy --state x", {}),
        ("start -s API --state .", {}),
    ],
)
def test_mistake__dry_run_or_another_state__leaves_no_state_here(line: str, environ: dict[str, str]) -> None:
    """A rehearsal leaves no trace, a state belongs where `--state` says, and one that can't be saved is no error."""
    ended = ran(*line.split(), environ=environ)
    assert (ended.code, "can't be written" in ended.err) == (2, False)
    assert not STATE.exists()
    assert not Path("x").exists()
    assert Path("other.json").exists() is ("other.json" in line)


def test_variable__misspelled__is_warned_about_once() -> None:
    """A typo in a variable's name doesn't stay silent."""
    ended = ran("start", environ={**CREDENTIALS, "ALERT24_SERVICE": "API"})
    assert ended.err.count("ALERT24_SERVICE is unknown and ignored. Did you mean ALERT24_SERVICES?") == 1


def test_start__no_key__recorded_as_never_begun() -> None:
    """The finish that follows must not take the page down for a deployment that never began."""
    ended = ran("start", "-s", "API")
    assert (ended.code, decode(STATE.read_text()).stage) == (2, Stage.FAILED)


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
