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
    ("arguments", "told"),
    [
        (["strat"], "There is no command 'strat' (did you mean start?)."),
        (["rollbak"], "There is no command 'rollbak' (did you mean rollback?)."),
        (["zzz"], "There is no command 'zzz'."),
        (["start", "--servce", "A"], "There is no option '--servce' (did you mean --service?)."),
        (["start", "--zzz"], "There is no option '--zzz'."),
        (["set", "ok", "-s", "A"], "'ok' is not a valid status."),
        (["set", "operatonal"], "'operatonal' is not a valid status (did you mean operational?)."),
        (["finish", "--on-conflict", "wurst"], "'wurst' is not a valid value for --on-conflict (did you mean worst?)."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_misuse__suggests_the_nearest(arguments: list[str], told: str) -> None:
    """A slip is answered with what is wrong, what was probably meant, and where help is."""
    ended = ran(*arguments)
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
    ("arguments", "environ"),
    [
        (["start", "--json", "--on-failure", "ok"], {}),
        (["start", "--json", "--servce", "A"], {}),
        (["start", "--servce", "A"], {"ALERT24_JSON": "true"}),
    ],
)
def test_misuse__json__a_document_too(arguments: list[str], environ: dict[str, str]) -> None:
    """A script that asked for JSON gets its error as JSON."""
    document = json.loads(ran(*arguments, environ=environ).out)
    assert (document["command"], document["exit_code"], document["error"]["code"]) == ("start", 2, 2)
    assert "ok" in document["error"]["message"] or "--service" in document["error"]["message"]


def test_misuse__json_of_the_users_command__no_document() -> None:
    """What stands after `--` is not ours to read."""
    assert ran("run", "--servce", "A", "--", "deploy", "--json").out == ""


@pytest.mark.parametrize("command", [["start"], ["run", "--", "true"], ["rollback", "--", "true"]], ids=" ".join)
@pytest.mark.parametrize("mistake", [["--on-failure", "ok"], ["--servce", "A"]], ids=" ".join)
def test_misuse__of_what_starts__is_recorded(command: list[str], mistake: list[str]) -> None:
    """The finish that follows must not set services to down for a deployment that never began."""
    assert ran(command[0], *mistake, *command[1:]).code == 2
    assert decode(STATE.read_text()).stage is Stage.FAILED


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (["start", "--dry-run", "--on-failure", "ok"], {}),
        (["start", "--on-failure", "ok"], {"ALERT24_DRY_RUN": "true"}),
        (["finish", "--on-failure", "ok"], {}),
        (["run", "--on-failure", "ok", "--state", "other.json", "--", "deploy", "--state", "x"], {}),
    ],
)
def test_misuse__dry_run_or_another_state__leaves_no_state_here(arguments: list[str], environ: dict[str, str]) -> None:
    """A rehearsal leaves no trace, and a state belongs where `--state` says."""
    assert ran(*arguments, environ=environ).code == 2
    assert not STATE.exists()
    assert not Path("x").exists()
    assert Path("other.json").exists() is ("other.json" in arguments)


def test_variable__misspelled__is_warned_about_once() -> None:
    """A typo in a variable's name doesn't stay silent."""
    ended = ran("start", environ={**CREDENTIALS, "ALERT24_SERVICE": "API"})
    assert ended.err.count("ALERT24_SERVICE is unknown and ignored. Did you mean ALERT24_SERVICES?") == 1


def test_variable__all_known__no_warning() -> None:
    """Nobody is warned without a reason."""
    ended = ran("start", environ={**CREDENTIALS, "ALERT24_STATE": "x.json", "ALERT24_UNHEARD_OF": "1"})
    assert "Warning" not in ended.err
