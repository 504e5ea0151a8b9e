from __future__ import annotations

import re

import pytest
import yaml

from alert24_deploy import errors
from alert24_deploy.action.inputs import INPUTS
from alert24_deploy.policy import DeploymentResult, Outcome, Policy, target
from alert24_deploy.settings.setting import COMPONENT as COMPONENT_INPUT
from alert24_deploy.settings.setting import INPUT, OPTION, VARIABLE, Setting
from alert24_deploy.settings.table import SETTINGS
from alert24_deploy.state.file import OUR_DIRECTORY

from .pages import README, ROOT, code, rows

MANIFEST = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
# The second document has GitLab's own tags.
SPEC = (ROOT / "gitlab-ci-component.yml").read_text("utf-8").split("\n---\n")[0]
COMPONENT = yaml.safe_load(SPEC)["spec"]["inputs"]
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text("utf-8")
REFERENCE = ROOT / "docs" / "reference"
ENDINGS = {
    "the deployment succeeded": DeploymentResult(Outcome.SUCCESS),
    "the deployment succeeded, but could not be verified": DeploymentResult(Outcome.SUCCESS, unverified=True),
    "the deployment failed": DeploymentResult(Outcome.FAILURE),
    "the deployment failed and was rolled back": DeploymentResult(Outcome.FAILURE, rolled_back=True),
    "the deployment was cancelled": DeploymentResult(Outcome.CANCELLED),
    "the deployment did not run": DeploymentResult(Outcome.SKIPPED),
}


ROWS = SETTINGS.values()
ACTION = [row for row in ROWS if INPUT in row.where]
IN_COMPONENT = [row for row in ROWS if COMPONENT_INPUT in row.where]
# The action has the job's status instead of an outcome, and takes a state from an output instead of a file.
NOT_THE_ACTIONS = {"outcome", "state"}


def test_action__inputs__are_the_tables() -> None:
    """Nothing is offered that nobody reads, and nothing read that is not offered."""
    assert set(MANIFEST["inputs"]) == {row.name for row in ACTION} == set(INPUTS)


@pytest.mark.parametrize("row", [row for row in ACTION if row.name not in NOT_THE_ACTIONS], ids=lambda row: row.name)
def test_action__default__is_the_tables(row: Setting) -> None:
    """The description ends with the default of the table, word for word, or says in words that there is none."""
    entry = MANIFEST["inputs"][row.name]
    told = re.search(r"Default: `([^`]+)`\.$", entry["description"])
    if row.default:
        assert (told[1] if told else entry["default"]) == row.default
    else:
        assert not told or (row.is_flag and told[1] == "false")


@pytest.mark.parametrize("row", [row for row in ACTION if row.choices], ids=lambda row: row.name)
def test_action__choices__are_all_named(row: Setting) -> None:
    """A description names every value, or says that they are the same as those of `on-success`."""
    description = MANIFEST["inputs"][row.name]["description"]
    missing = [choice for choice in row.choices if f"`{choice}`" not in description]
    assert not missing or "same choices as `on-success`" in " ".join(description.split())


def test_native_action__differs_in_name_and_runs_only() -> None:
    """Without Docker, the action has the same inputs and outputs; its stages are files that are there."""
    native = yaml.safe_load((ROOT / "native" / "action.yml").read_text("utf-8"))
    assert {key for key in MANIFEST if native[key] != MANIFEST[key]} == {"name", "runs"}
    assert set(native) == set(MANIFEST)
    assert {native["runs"][stage] for stage in ("main", "post")} <= {file.name for file in (ROOT / "native").iterdir()}


def test_action_types__every_input_and_output__has_a_type() -> None:
    """Generators of typed workflows learn of each, and an enum has the values of the table."""
    types = yaml.safe_load((ROOT / "action-types.yml").read_text("utf-8"))
    assert {kind: list(types[kind]) for kind in types} == {kind: list(MANIFEST[kind]) for kind in ("inputs", "outputs")}
    assert {entry["type"] for entry in types["inputs"].values()} == {"boolean", "enum", "integer", "list", "string"}
    enums = {name: tuple(entry["allowed-values"]) for name, entry in types["inputs"].items() if entry["type"] == "enum"}
    assert enums == {row.name: row.choices for row in ACTION if row.choices}


def test_component__inputs__are_the_tables() -> None:
    """The component offers what the table says, and its own: what its scripts and GitLab's runner need."""
    named = {name for name in COMPONENT if name in SETTINGS and SETTINGS[name].where != (INPUT,)}
    assert named == {row.name for row in IN_COMPONENT}


@pytest.mark.parametrize("row", IN_COMPONENT, ids=lambda row: row.name)
def test_component__default_and_options__are_the_tables(row: Setting) -> None:
    """What GitLab fills in is what the program would take."""
    entry = COMPONENT[row.name]
    assert tuple(entry.get("options", ())) == row.choices
    if row.default:
        assert entry["default"] == row.default
    else:
        # GitLab before 18.1 takes no empty default beside a regex, so the component says `none`.
        assert entry["default"] in ([], False) or (entry["default"], "regex" in entry) == ("none", True)


def test_component__sets__the_tables_variables() -> None:
    """Each input of a setting reaches the program by its variable."""
    content = (ROOT / "gitlab-ci-component.yml").read_text("utf-8")
    wired = {row.name for row in IN_COMPONENT if re.search(rf"{row.variable}:[^A-Z]*inputs\.{row.name} ", content)}
    assert wired == {row.name for row in IN_COMPONENT}


@pytest.mark.parametrize(("kind", "head"), [("inputs", "input"), ("outputs", "output")])
def test_action_page__manifest__is_listed_in_order(kind: str, head: str) -> None:
    """The page of the action knows every input and output, and no other."""
    page = (REFERENCE / "action.md").read_text("utf-8")
    assert [code(row[0]) for row in rows(page, head)] == list(MANIFEST[kind])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_settings_page__each_row__has_its_names(row: Setting) -> None:
    """The page of the settings has each under its group, with the names by which it can be set, and no other name."""
    page = (REFERENCE / "settings.md").read_text("utf-8").partition(f"\n### {row.group}\n")[2].partition("\n### ")[0]
    table = {cells[0].split("<br>")[0]: cells for cells in rows(page, "setting, option, variable")}
    names, where, *_ = table[f"`{row.name}`"]
    assert (f"`{row.long_form}`" in names) == (OPTION in row.where)
    assert (f"`{row.variable}`" in names) == bool({OPTION, VARIABLE} & set(row.where))
    assert ("action" in where, "GitLab" in where) == (INPUT in row.where, COMPONENT_INPUT in row.where)


def test_state__default__lies_in_our_directory() -> None:
    """The directory that carries its own .gitignore is the one where the state is."""
    assert SETTINGS["state"].default.split("/") == [OUR_DIRECTORY, "state.json"]


def test_action__default_keys__are_only_two() -> None:
    """Every other input is empty by default, so that what start remembered can win."""
    assert {name for name, entry in MANIFEST["inputs"].items() if "default" in entry} == {"phase", "job-status"}


def test_readme__outcomes__are_the_policys() -> None:
    """The table of outcomes is what the policy does by default, from each status that start may have found."""
    told = {row[0]: row[1] for row in rows(README, "when")}
    assert set(told) == set(ENDINGS)
    for clause, ending in ENDINGS.items():
        for before in ("operational", "degraded", "down"):
            after = target(Policy(), ending, before)
            usual, *exceptions = told[clause].split(", ")
            exception = f"`{after}` if it was `{before}` before"
            assert usual in (f"`{after}`", "the previous status") or exception in exceptions
            assert usual != "the previous status" or after == before


def test_exit_codes__are_those_of_errors() -> None:
    """Every exit code that an error can have is explained."""
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}
    assert {int(row[0]) for row in rows((REFERENCE / "exit-codes.md").read_text("utf-8"), "code")} == {0, *codes}


@pytest.mark.parametrize("row", [row for row in ROWS if OPTION in row.where], ids=lambda row: row.name)
def test_cli_page__each_option__has_its_variable_and_default(row: Setting) -> None:
    """The documentation shows an option with its environment variable and its default."""
    text = " ".join(CLI_PAGE.split())
    assert f"{row.long_form} " in text
    assert f"[env var: {row.variable}{f'; default: {row.default}' if row.default else ''}]" in text


@pytest.mark.parametrize("row", [row for row in ROWS if VARIABLE in row.where], ids=lambda row: row.name)
def test_cli_page__each_variable_without_an_option__is_listed(row: Setting) -> None:
    """What can only be set by a variable is documented, too."""
    assert [f"`{row.variable}`", row.help] in rows(CLI_PAGE, "variable")
