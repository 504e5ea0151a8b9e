from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alert24_deploy.ci import github
from alert24_deploy.ci.github import GitHubConsole
from alert24_deploy.errors import WrongSetting

ON = {"GITHUB_ACTIONS": "true"}
MADE_UP = "wh_" + "T0ken" * 6


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No runner's files, unless a test gives some."""
    for name in ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "RUNNER_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("secret", "environ", "told"),
    [
        (MADE_UP, ON, f"::add-mask::{MADE_UP}\n"),
        (" \n", ON, ""),  # an empty mask would hide everything
        (MADE_UP, {"GITHUB_ACTIONS": "false"}, ""),  # where nobody reads commands, the mask would print the secret
        (MADE_UP, {"GITLAB_CI": "true"}, ""),
    ],
)
def test_mask__on_github_alone__said_to_the_runner(
    capfd: pytest.CaptureFixture[str], secret: str, environ: dict[str, str], told: str
) -> None:
    """The runner is told what to hide, and nobody else."""
    github.mask(secret, environ)
    assert capfd.readouterr() == (told, "")


def test_inputs__set_and_not__text_and_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner hands inputs over in capitals, with their hyphens."""
    monkeypatch.setenv("INPUT_API-URL", "https://app.alert24.io")
    assert github.inputs(["api-url", "services"]) == {"api-url": "https://app.alert24.io", "services": ""}


@pytest.mark.parametrize(("write", "variable"), [(github.set_output, "OUTPUT"), (github.save_state, "STATE")])
def test_file_commands__value_of_several_lines__one_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: object, variable: str
) -> None:
    """A value with line ends in it sets nothing but itself."""
    path = tmp_path / "file"
    path.touch()
    monkeypatch.setenv(f"GITHUB_{variable}", str(path))
    assert callable(write)
    write("services", "a\nother=b")
    first, *middle, last, end = path.read_text().split("\n")
    name, _, delimiter = first.partition("<<")
    assert (name, middle, last, end) == ("services", ["a", "other=b"], delimiter, "")


@pytest.mark.parametrize("write", [github.set_output, github.save_state])
def test_file_commands__no_file__not_a_word(capfd: pytest.CaptureFixture[str], write: object) -> None:
    """Without the runner's file there is nobody to read it, and the old commands are not used."""
    assert callable(write)
    write("services", "[]")
    assert capfd.readouterr() == ("", "")


FILES = [(github.OUTPUT, github.set_output), (github.STATE, github.save_state)]


@pytest.mark.parametrize(("variable", "write"), FILES)
@pytest.mark.parametrize("path", ["/dev/full", "missing", "."])
def test_file_commands__can_not_be_written__a_mistake_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, write: Callable[[str, str], None], path: str
) -> None:
    """A full disk, a missing file or a folder is no bug of ours."""
    monkeypatch.setenv(variable, str(tmp_path / path))
    with pytest.raises(WrongSetting, match=variable):
        write("services", "[]")
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("path", [None, "", "missing", "."])
@pytest.mark.parametrize("variable", [github.OUTPUT, github.STATE])
def test_require_file__unusable__names_the_set_ups_and_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, path: str | None
) -> None:
    """Whoever runs Forgejo or Gitea reads what to use instead."""
    if path is not None:
        monkeypatch.setenv(variable, path and str(tmp_path / path))
    with pytest.raises(WrongSetting) as caught:
        github.require_file(variable)
    message = str(caught.value)
    assert all(word in message for word in (variable, "Forgejo", "act_runner", "alert24-deploy run", "phase: "))


def test_require_file__usable__left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checking writes nothing."""
    path = tmp_path / "state"
    path.write_text("before")
    monkeypatch.setenv(github.STATE, str(path))
    github.require_file(github.STATE)
    assert path.read_text() == "before"


def test_state__saved_and_not__text_and_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Post finds what main saved."""
    monkeypatch.setenv("STATE_deployment", "{}")
    assert (github.state("deployment"), github.state("nothing")) == ("{}", "")


def test_add_summary__a_file__appended_unless_too_large(tmp_path: Path) -> None:
    """What other steps have written stays, and what the runner would refuse is not written."""
    path = tmp_path / "summary"
    path.write_text("before\n")
    for text in ("### Größe", "x" * (github.SUMMARY_LIMIT + 1)):
        github.add_summary(text, {"GITHUB_STEP_SUMMARY": str(path)})
    assert path.read_text(encoding="utf-8") == "before\n### Größe\n"


def test_add_summary__can_not_be_written__a_warning(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A summary is never worth a failure, and outside GitHub there is none."""
    github.add_summary("x", {})
    assert capfd.readouterr() == ("", "")
    github.add_summary("x", {"GITHUB_STEP_SUMMARY": str(tmp_path)})
    assert capfd.readouterr().out.startswith("::warning ")


WAYS = [("warn", "warning"), ("fail", "error"), ("note", "notice")]


@pytest.mark.parametrize(("way", "command"), WAYS)
def test_console__annotations__one_command_with_every_line(
    capfd: pytest.CaptureFixture[str], way: str, command: str
) -> None:
    """A message of several lines is one annotation."""
    getattr(GitHubConsole(), way)("first\nsecond")
    out = capfd.readouterr().out
    assert out.startswith(f"::{command} title=alert24-deploy")
    assert out.endswith("::first%0Asecond\n")


@pytest.mark.parametrize("way", ["warn", "fail", "note", "info", "print"])
def test_console__foreign_text__no_command_of_its_own(capfd: pytest.CaptureFixture[str], way: str) -> None:
    """A server's or service's text commands the runner nothing."""
    getattr(GitHubConsole(), way)("x\n::set-env name=A::b\r::stop-commands::t\n##[error]y")
    lines = capfd.readouterr().out.splitlines()
    ours = [line for line in lines if line.startswith("::")]
    assert [line.partition(" ")[0] for line in ours] in ([], ["::warning"], ["::error"], ["::notice"])
    assert not any("##[" in line for line in lines)


def test_console__debug_logging__verbose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who re-runs a job with debug logging sees every request."""
    monkeypatch.setenv("RUNNER_DEBUG", "1")
    assert GitHubConsole().verbose
