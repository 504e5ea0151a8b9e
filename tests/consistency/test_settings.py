from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import yaml

from alert24_deploy import errors
from alert24_deploy.action.inputs import INPUTS
from alert24_deploy.cli import finish
from alert24_deploy.cli.main import app
from alert24_deploy.cli.options import OPTIONS
from alert24_deploy.policy import DeploymentResult, Outcome, Policy, target
from alert24_deploy.settings import Settings, read
from alert24_deploy.settings.table import PARSERS, POLICY_OPTIONS
from alert24_deploy.state.file import DEFAULT_PATH

from .pages import README, ROOT, code, rows

MANIFEST = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
# The second document has GitLab's own tags.
SPEC = (ROOT / "gitlab-ci-component.yml").read_text("utf-8").split("\n---\n")[0]
COMPONENT = yaml.safe_load(SPEC)["spec"]["inputs"]
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text("utf-8")
# What the commands themselves put in the place of nothing: the action has others.
BY_COMMAND = {"outcome": finish._AUTO, "state": DEFAULT_PATH}
ENDINGS = {
    "the deployment succeeded": DeploymentResult(Outcome.SUCCESS),
    "the deployment failed": DeploymentResult(Outcome.FAILURE),
    "the deployment failed and was rolled back": DeploymentResult(Outcome.FAILURE, rolled_back=True),
    "the deployment was cancelled": DeploymentResult(Outcome.CANCELLED),
    "the deployment did not run": DeploymentResult(Outcome.SKIPPED),
}


def _default(text: str) -> str | None:
    """The default that a description names, None where it tells one in words."""
    found = re.search(r"Default: `?([\w:./-]+?)`?(?:[.,]? |[.,]?$)", text)
    return found[1] if found else None


def _of_action() -> dict[str, str]:
    found = {
        name: re.search(r"Default: `([^`]+)`\.$", entry["description"]) for name, entry in MANIFEST["inputs"].items()
    }
    return {name: default[1] for name, default in found.items() if default}


def _of_command_line() -> dict[str, str]:
    found = {option.key: _default(option.help) for option in OPTIONS.values()}
    return {name: default for name, default in found.items() if default and not default.startswith("no")}


def _of_component() -> dict[str, str]:
    texts = {name: entry.get("default") for name, entry in COMPONENT.items() if name in PARSERS}
    return {name: str(text).lower() for name, text in texts.items() if text not in ("", [], None)}


def _meant(name: str, word: str) -> object:
    """The value that a setting has with a word."""
    settings = read({name: word}, str)
    return Policy.given(settings.policy) if name in POLICY_OPTIONS else getattr(settings, name.replace("-", "_"))


def _without(name: str) -> object:
    """The value that a setting has when nobody gives it."""
    if name in BY_COMMAND:
        return BY_COMMAND[name]
    return Policy() if name in POLICY_OPTIONS else getattr(Settings(display_name=str), name.replace("-", "_"))


def test_action__inputs__are_those_that_are_read() -> None:
    """Nothing is offered that nobody reads, and nothing read that is not offered."""
    assert set(MANIFEST["inputs"]) == set(INPUTS)


def test_action__inputs__are_settings() -> None:
    """The action and the command line call a thing by one name."""
    assert set(MANIFEST["inputs"]) <= set(PARSERS)
    assert {option.key for option in OPTIONS.values()} - {"api-key-file"} <= set(PARSERS)


@pytest.mark.parametrize(("kind", "head"), [("inputs", "input"), ("outputs", "output")])
def test_readme__manifest__is_listed_in_order(kind: str, head: str) -> None:
    """README knows every input and output, and no other."""
    assert [code(row[0]) for row in rows(README, head)] == list(MANIFEST[kind])


@pytest.mark.parametrize("door", [_of_action, _of_command_line, _of_component], ids=["action", "cli", "component"])
def test_defaults__of_each_door__are_the_engines(door: Callable[[], dict[str, str]]) -> None:
    """A default that a user reads is the value that counts when nothing is given."""
    told = door()
    assert len(told) > 5
    assert {name: _meant(name, word) for name, word in told.items()} == {name: _without(name) for name in told}


def test_action__default_keys__are_only_two() -> None:
    """Every other input is empty by default, so that what start remembered can win."""
    assert {name for name, entry in MANIFEST["inputs"].items() if "default" in entry} == {"phase", "job-status"}


def test_readme__outcomes__are_the_policys() -> None:
    """The table of outcomes is what the policy does by default, from each status that start may have found."""
    told = {row[0]: row[1] for row in rows(README, "when")}
    assert set(told) == set(ENDINGS)
    for clause, ending in ENDINGS.items():
        for before in ("operational", "degraded", "down"):
            assert told[clause] in (f"`{target(Policy(), ending, before)}`", "the previous status")
            assert told[clause] != "the previous status" or target(Policy(), ending, before) == before


def test_readme__exit_codes__are_those_of_errors() -> None:
    """Every exit code that an error can have is explained."""
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}
    assert {int(row[0]) for row in rows(README, "code")} == {0, *codes}


def test_readme__commands__are_all_there() -> None:
    """README's table names every command."""
    told = " ".join(row[0] for row in rows(README, "command"))
    listed = app.list_commands(app.make_context("alert24-deploy", ["services"]))
    assert set(re.findall(r"`(\w+)", told)) == set(listed)


@pytest.mark.parametrize("name", OPTIONS)
def test_cli_page__each_option__has_its_variable(name: str) -> None:
    """An option stands in the documentation with the environment variable that stands for it."""
    text = " ".join(CLI_PAGE.split())
    assert f"--{name} " in text
    assert f"[env: {OPTIONS[name].variable}]" in text
