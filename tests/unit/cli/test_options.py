from __future__ import annotations

from collections.abc import Mapping

import click
import pytest

from alert24_deploy.cli.main import app
from alert24_deploy.cli.options import GivenOptions, given_options
from alert24_deploy.settings import read
from alert24_deploy.settings.setting import OPTION
from alert24_deploy.settings.table import SETTINGS

from .tools import command, commands, every_option

# What `sandbox` and `demo` take is not what a pipeline sets: those options are no settings; nor is `init --write`.
TRIALS = {"sandbox", "demo"}
EVERY = [
    pytest.param(name, option, id=f"{name} {option.opts[0]}")
    for name, option in every_option()
    if name not in TRIALS and option.name not in ("help", "write")
]
BY_OPTION = {row.long_form: row for row in SETTINGS.values() if OPTION in row.where}


def test_options__are_those_of_the_table() -> None:
    """Every option of the table belongs to a command, and no command but a trial has another."""
    found = {option.opts[0] for name, option in every_option() if name not in TRIALS}
    assert found - {"--write"} == set(BY_OPTION)


@pytest.mark.parametrize(("name", "option"), EVERY)
def test_help__every_option__shows_its_variable_and_default(name: str, option: click.Option) -> None:
    """Every option has an environment variable ALERT24_<OPTION>, and --help shows it with the default."""
    row = BY_OPTION[option.opts[0]]
    record = option.get_help_record(click.Context(command(name)))
    assert record is not None
    text = record[1].replace("\u00a0", " ")
    assert text.startswith(row.help)
    shown = f"env var: {row.variable}" + (f"; default: {row.default}" if row.default else "")
    assert text.endswith(f"[{shown}]")


@pytest.mark.parametrize(("name", "option"), EVERY)
def test_given__variable_alone__is_the_option(name: str, option: click.Option) -> None:
    """What a variable says reaches the settings under the option's name, spelled as the user wrote it."""
    row = BY_OPTION[option.opts[0]]
    options = given(command(name), [], {row.variable: "word"})
    assert options.texts[row.name] == "word"
    assert options.display_name(row.name) == row.variable


@pytest.mark.parametrize(("name", "option"), EVERY)
def test_option__with_values_to_choose_from__completes_them(name: str, option: click.Option) -> None:
    """The TAB key offers the values of a setting that has few."""
    context = click.Context(command(name))
    offered = [item.value for item in option.shell_complete(context, "")]
    assert offered == list(BY_OPTION[option.opts[0]].choices)


def test_set__status__completes_its_values() -> None:
    """The TAB key offers the statuses after `set`."""
    taker = command("set")
    (argument,) = [parameter for parameter in taker.params if isinstance(parameter, click.Argument)]
    assert [item.value for item in argument.shell_complete(click.Context(taker), "d")] == ["degraded", "down"]


def test_help__no_option__takes_the_key() -> None:
    """The key is never on the command line, where every process can read it."""
    assert not {option.opts[0] for _, option in every_option()} & {"--api-key", "--key", "--token"}


@pytest.mark.parametrize("name", commands())
def test_help__every_command__has_a_sentence_in_the_list(name: str) -> None:
    """`--help` says what each command is for."""
    assert len(command(name).get_short_help_str()) > 15


def given(taker: click.Command, arguments: list[str], environ: Mapping[str, str]) -> GivenOptions:
    """What a command line gives; required arguments are not looked at."""
    context = taker.make_context(taker.name, list(arguments), resilient_parsing=not arguments)
    return given_options(context, environ)


def started(*arguments: str, **environ: str) -> GivenOptions:
    """What is given to a `start`."""
    variables = {f"ALERT24_{name.upper()}": value for name, value in environ.items()}
    return given(command("start"), [*arguments, "--state", "x"], variables)


def test_given__option_and_variable__the_option_wins() -> None:
    """What is typed is nearer than what the job's environment says."""
    options = started("--timeout", "5", timeout="90")
    assert (options.texts["timeout"], options.display_name("timeout")) == ("5", "--timeout")


@pytest.mark.parametrize(
    ("arguments", "variable", "field", "nothing"),
    [
        (["--description", ""], {"description": "Deploying"}, "description", ""),
        (["--on-failure", ""], {"on_failure": "degraded"}, "policy", {}),
        (["-s", ""], {"services": "Web"}, "services", ()),
        (["--fail-on-unreachable", ""], {"fail_on_unreachable": "never"}, "fail_on_unreachable", "finish"),
    ],
)
def test_given__empty_option_and_variable__the_option_wins_all_the_same(
    arguments: list[str], variable: dict[str, str], field: str, nothing: object
) -> None:
    """An option that is given empty, such as by a script's empty variable, is as good as none."""
    options = started(*arguments, **variable)
    assert getattr(read(options.texts, str, options.parsed), field) == nothing


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_given__empty_variable__as_good_as_none(empty: str) -> None:
    """A variable that a CI sets to nothing is not set."""
    assert "timeout" not in started(timeout=empty).texts


def test_given__repeated__each_whole() -> None:
    """`-s` takes one reference, whatever characters it has, and a receiver's URL is not split; a variable adds none."""
    references = ("Payments, EU", 'a "quoted" [name]', '["x"]', "two\nlines")
    urls = ("https://example.com/a,http/b", "https://example.com/c")
    words = [word for reference in references for word in ("-s", reference)]
    options = started(*words, *(word for url in urls for word in ("--webhook-url", url)), services="Web")
    settings = read(options.texts, str, options.parsed)
    assert (settings.services, tuple(url.reveal() for url in settings.webhook_urls)) == (references, urls)


def test_given__flag_and_choice__are_values() -> None:
    """What click has parsed is not turned into text and parsed again."""
    options = started("--dry-run", "--on-success", "PREVIOUS")
    assert (options.parsed, set(options.texts)) == ({"dry-run": True, "on-success": "previous"}, {"state"})


def test_given__variable_of_another_command__not_taken() -> None:
    """A job's environment may hold finish's options while start runs."""
    assert "outcome" not in started(outcome="success").texts


def test_given__argument_of_the_same_name__stays_an_argument() -> None:
    """`set` takes STATUS as an argument; the variable of the option `--status` is not its."""
    options = given(command("set"), ["down"], {"ALERT24_STATUS": "degraded"})
    assert "status" not in options.texts


def test_given__process_environment__is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables come from the environment that the program was handed, and click splits none of them."""
    monkeypatch.setenv("ALERT24_SERVICES", "Payments API")
    monkeypatch.setenv("ALERT24_ON_FAILURE", "which click would refuse")
    options = started()
    assert (dict(options.parsed), "services" in options.texts) == ({}, False)


def test_display_name__nothing_given__as_the_option() -> None:
    """A message about what is missing names the option."""
    options = started()
    assert (options.display_name("services"), options.display_name("api-key")) == ("--service", "ALERT24_API_KEY")


@pytest.mark.parametrize(("word", "expected"), [("true", True), ("1", True), ("false", False), ("junk", False)])
def test_asks_for__a_flags_variable__only_if_it_says_yes(word: str, expected: bool) -> None:
    """A variable that says no does not ask; a flag on the command line does, whatever the variable says."""
    assert started(dry_run=word).asks_for("dry-run") is expected
    assert started("--dry-run", dry_run=word).asks_for("dry-run")


def test_app__every_command__is_loaded_by_its_name() -> None:
    """The list of commands and the modules agree."""
    assert [command(name).name for name in commands()] == app.list_commands(click.Context(app))
