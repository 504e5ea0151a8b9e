from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import click
import pytest

from alert24_deploy.cli.main import app
from alert24_deploy.cli.options import OPTIONS, RawOptions, raw_options

# `sandbox` and `demo` are for trying things out; what they take is not what a pipeline sets.
TRIALS = {"sandbox", "demo"}
# The contract's own names where a variable holds several.
SEVERAL = {"--service": "ALERT24_SERVICES", "--webhook-url": "ALERT24_WEBHOOK_URLS"}


def command(name: str) -> click.Command:
    """One command."""
    found = app.get_command(click.Context(app), name)
    assert found is not None
    return found


def every_option() -> Iterator[tuple[str, click.Option]]:
    """Each option of each command."""
    for name in app.list_commands(click.Context(app)):
        for parameter in command(name).params:
            if name not in TRIALS and isinstance(parameter, click.Option):
                yield name, parameter


EVERY = [pytest.param(name, option, id=f"{name} {option.opts[0]}") for name, option in every_option()]


@pytest.mark.parametrize(("name", "option"), EVERY)
def test_help__every_option__has_its_variable_and_names_it(name: str, option: click.Option) -> None:
    """Every option has an environment variable ALERT24_<OPTION>, and a newcomer reads so in --help."""
    long = option.opts[0]
    variable = SEVERAL.get(long, "ALERT24_" + long.removeprefix("--").replace("-", "_").upper())
    record = option.get_help_record(click.Context(command(name)))
    assert record is not None
    assert record[1].endswith(f"[env: {variable}]")


@pytest.mark.parametrize(("name", "option"), EVERY)
def test_gather__variable_alone__is_the_option(name: str, option: click.Option) -> None:
    """What a variable says reaches the settings under the option's name, spelled as the user wrote it."""
    known = OPTIONS[option.opts[0].removeprefix("--")]
    raw = gathering(command(name), [], {known.variable: "word"})
    assert raw.words[known.key] == "word"
    assert raw.display_name(known.key) == known.variable


def test_help__no_option__takes_the_key() -> None:
    """The key is never on the command line, where every process can read it."""
    assert not {option.opts[0] for _, option in every_option()} & {"--api-key", "--key", "--token"}


@pytest.mark.parametrize("name", app.list_commands(click.Context(app)))
def test_help__every_command__has_a_sentence_in_the_list(name: str) -> None:
    """Who reads `--help` learns what each command is for."""
    assert len(command(name).get_short_help_str()) > 15


def gathering(taker: click.Command, arguments: list[str], environ: Mapping[str, str]) -> RawOptions:
    """The words of a command line; required arguments are not looked at."""
    context = taker.make_context(taker.name, list(arguments), resilient_parsing=not arguments)
    return raw_options(context, environ, {})


def start_words(*arguments: str, **environ: str) -> RawOptions:
    """The words of a `start`."""
    variables = {f"ALERT24_{name.upper()}": value for name, value in environ.items()}
    return gathering(command("start"), [*arguments, "--state", "x"], variables)


def test_gather__option_and_variable__the_option_wins() -> None:
    """What is typed is nearer than what the job's environment says."""
    raw = start_words("--timeout", "5", timeout="90")
    assert (raw.words["timeout"], raw.display_name("timeout")) == ("5", "--timeout")


def test_gather__empty_option_and_variable__the_option_wins_all_the_same() -> None:
    """An option that is given empty says that the variable does not hold."""
    assert start_words("--description", "", description="Deploying").words["description"] == ""


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_gather__empty_variable__as_good_as_none(empty: str) -> None:
    """A variable that a CI sets to nothing is not set."""
    assert "timeout" not in start_words(timeout=empty).words


def test_gather__services_repeated__each_whole() -> None:
    """`-s` takes one reference, whatever characters it has."""
    raw = start_words("-s", "Payments, EU", "--service", 'a "quoted" [name]', "-s", "two\nlines")
    assert json.loads(raw.words["services"]) == ["Payments, EU", 'a "quoted" [name]', "two\nlines"]


def test_gather__services_and_variable__only_what_was_typed() -> None:
    """Services that are typed are not added to the variable's."""
    assert json.loads(start_words("-s", "API", services="Web").words["services"]) == ["API"]


def test_gather__flag__true() -> None:
    """A flag needs no value on the command line."""
    assert start_words("--dry-run").words["dry-run"] == "true"


def test_gather__variable_of_another_command__not_taken() -> None:
    """A job's environment may hold finish's options while start runs."""
    assert "outcome" not in start_words(outcome="success").words


def test_gather__argument_of_the_same_name__stays_an_argument() -> None:
    """`set` takes STATUS as an argument; the variable of the option `--status` is not its."""
    raw = gathering(command("set"), ["down"], {"ALERT24_STATUS": "degraded"})
    assert "status" not in raw.words


def test_spelled__nothing_given__as_the_option() -> None:
    """A message about what is missing names the option."""
    raw = start_words()
    assert (raw.display_name("services"), raw.display_name("api-key")) == ("--service", "ALERT24_API_KEY")


@pytest.mark.parametrize(("word", "expected"), [("true", True), ("1", True), ("false", False), ("junk", False)])
def test_asks_for__a_flags_word__only_where_it_says_yes(word: str, expected: bool) -> None:
    """A variable that says no does not ask."""
    assert start_words(dry_run=word).asks_for("dry-run") is expected
