"""The options, each once: its name, its help and its environment variable."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from ..settings.parsers import TRUE

_F = TypeVar("_F", bound=Callable[..., Any])


class Option(NamedTuple):
    """An option of the command line; `setting` is its name among the settings where that differs."""

    name: str
    metavar: str
    help: str
    short: str = ""
    setting: str = ""

    @property
    def key(self) -> str:
        """Return the setting's name."""
        return self.setting or self.name

    @property
    def variable(self) -> str:
        """Return the environment variable that stands for the option."""
        return "ALERT24_" + self.key.replace("-", "_").upper()

    @property
    def parameter(self) -> str:
        """Return the name under which click hands the value over."""
        return self.name.replace("-", "_")

    @property
    def is_flag(self) -> bool:
        """Whether the option takes no value."""
        return not self.metavar


_TARGETS = "operational|degraded|down|maintenance|previous"
_ALL = [
    Option("api-url", "URL", "Alert24's address. Default: https://app.alert24.net"),
    Option("api-key-file", "FILE", "A file that holds the API key. Otherwise the key is read from ALERT24_API_KEY."),
    Option(
        "service",
        "ID|NAME",
        "A service, by id or name; may be given again. The variable takes a JSON array, or one a line, or a,b.",
        short="s",
        setting="services",
    ),
    Option("status", "STATUS", "Only the services with this status."),
    Option("timeout", "DURATION", "How long Alert24 may take in all, as 90, 90s, 2m. Default: 60s"),
    Option("concurrency", "N", "How many services are written at once. Default: 8"),
    Option("dry-run", "", "Read, say what would be written, and write nothing."),
    Option(
        "fail-on-unreachable",
        "never|finish|always",
        "When Alert24 can't be reached, which phase fails. Default: finish",
    ),
    Option("verbose", "", "Say every request."),
    Option("json", "", "Write one JSON document to stdout; people's text goes to stderr."),
    Option("state", "FILE", "Where start saves what it finds, for finish. Default: .alert24-deploy/state.json"),
    Option(
        "description",
        "TEXT",
        "Send this as the service's description; finish puts back what start replaced.",
    ),
    Option("respect-existing-maintenance", "", "Leave services alone that are in maintenance already."),
    Option("on-success", _TARGETS, "The status after a success. Default: operational"),
    Option("on-failure", _TARGETS, "The status after a failure. Default: down"),
    Option("on-cancelled", _TARGETS, "The status after a cancellation. Default: degraded"),
    Option("on-rollback", _TARGETS, "The status after a failure that was rolled back. Default: previous"),
    Option(
        "on-conflict",
        "worst|overwrite|keep",
        "What to do where somebody else has written since start. Default: worst, the worse report stands",
    ),
    Option(
        "outcome",
        "auto|success|failure|cancelled|skipped",
        "How the deployment ended; auto reads GitLab's CI_JOB_STATUS. Default: auto",
    ),
    Option("rollback-outcome", "success|failure|...", "How the rollback ended, where there was one."),
    Option(
        "webhook-url",
        "URL",
        "A webhook receiver, instead of a key and services; may be given again. A secret: rather use the variable.",
        setting="webhook-urls",
    ),
    Option("webhook-signature-header", "NAME", "Sign what receivers get with ALERT24_WEBHOOK_SECRET, in this header."),
    Option("rollback", "COMMAND", "Run by sh where the deployment fails; see docs/guides/rollback.md."),
    Option("rollback-timeout", "DURATION", "How long the rollback may take. Default: no limit"),
    Option("rollback-on", "failure,cancelled", "The outcomes that are rolled back. Default: failure"),
    Option("rollback-url", "URL", "Ask this service of yours to roll a failure back, by HTTP."),
    Option("command-timeout", "DURATION", "How long the command may take; then it has failed. Default: no limit"),
    Option("grace", "DURATION", "How long a command may take to end after a signal, before it is killed. Default: 10s"),
    Option("allow-workflow-commands", "", "On GitHub, let what the commands print command the runner."),
    Option("verify-url", "URL", "Call the deployment a success only when this address answers well."),
    Option("verify-status", "RANGE", "The HTTP statuses that are well. Default: 200-299"),
    Option("verify-text", "TEXT", "A text that the answer must contain."),
    Option("verify-header", "NAME: VALUE", "A header to ask with."),
    Option("verify-command", "COMMAND", "Call the deployment a success only when this, run by sh, succeeds."),
    Option("verify-checks", "", "Call it a success only when Alert24's own monitors have run since, and are up."),
    Option("verify-timeout", "DURATION", "How long verification may take. Default: 2m"),
    Option("verify-interval", "DURATION", "The time between two looks. Default: 5s"),
    Option("verify-successes", "N", "How many looks in a row must be well. Default: 1"),
    Option("on-pass", "STATUS", "The status where the check passes. Default: operational"),
    Option("on-fail", "STATUS", "The status where the check fails. Default: down"),
    Option("override-maintenance", "", "Write to services in maintenance, too."),
    Option("url", "URL", "Check this address instead of a command; --verify-... say what is well."),
]
OPTIONS: Mapping[str, Option] = {option.name: option for option in _ALL}

COMMON = ("api-url", "api-key-file", "timeout", "verbose", "json")
WRITING = (
    "service",
    "webhook-url",
    "webhook-signature-header",
    *COMMON,
    "concurrency",
    "dry-run",
    "fail-on-unreachable",
)
POLICY = ("on-success", "on-failure", "on-cancelled", "on-rollback", "on-conflict")
REMEMBERED = ("state", "description", "respect-existing-maintenance", *POLICY)
PROCESS = ("command-timeout", "grace", "allow-workflow-commands")
LOOKS = ("verify-status", "verify-text", "verify-header")
VERIFY = (
    "verify-url",
    "verify-command",
    "verify-checks",
    *LOOKS,
    "verify-timeout",
    "verify-interval",
    "verify-successes",
)
ROLLBACK = ("rollback", "rollback-timeout", "rollback-on", "rollback-url")


_REPEATED = ("services", "webhook-urls")


def options(*names: str) -> Callable[[_F], _F]:
    """Return a decorator that gives a command these options."""

    def decorate(function: _F) -> _F:
        for name in reversed(names):
            function = _declare(OPTIONS[name])(function)
        return function

    return decorate


def _declare(option: Option) -> Callable[[_F], _F]:
    forms = [f"--{option.name}", *([f"-{option.short}"] if option.short else [])]
    help_text = f"{option.help}  [env: {option.variable}]"
    if option.is_flag:
        return click.option(*forms, is_flag=True, default=None, help=help_text)
    return click.option(*forms, metavar=option.metavar, multiple=option.key in _REPEATED, help=help_text)


def own_option(form: str, **attributes: Any) -> Callable[[_F], _F]:
    """Return an option of one command alone, which is no setting; it has its variable like the others."""
    variable = "ALERT24_" + form.removeprefix("--").replace("-", "_").upper()
    attributes["help"] = f"{attributes['help']}  [env: {variable}]"
    return click.option(form, envvar=variable, **attributes)


class RawOptions(NamedTuple):
    """The settings' words, and how the user spelled each of them."""

    words: Mapping[str, str]
    spellings: Mapping[str, str]

    def display_name(self, name: str) -> str:
        """Return a setting's name as the user wrote it, or would."""
        if name in self.spellings:
            return self.spellings[name]
        option = next((option for option in _ALL if option.key == name), None)
        return f"--{option.name}" if option else f"ALERT24_{name.replace('-', '_').upper()}"

    def asks_for(self, name: str) -> bool:
        """Whether a flag is on; not where it says `false`, nor where it can't be read."""
        return self.words.get(name, "").strip().lower() in TRUE


def raw_options(ctx: click.Context, environ: Mapping[str, str], arguments: Mapping[str, str]) -> RawOptions:
    """Return the words of a command's options: the command line's, else the environment's; and its arguments."""
    words = dict(arguments)
    spellings = {name: name.upper() for name in arguments}
    declared = {parameter.name for parameter in ctx.command.params if isinstance(parameter, click.Option)}
    for option in _ALL:
        if option.parameter not in declared:
            continue
        if ctx.get_parameter_source(option.parameter) is ParameterSource.COMMANDLINE:
            words[option.key] = _word(option, ctx.params[option.parameter])
            spellings[option.key] = f"--{option.name}"
        elif environ.get(option.variable, "").strip():
            words[option.key] = environ[option.variable]
            spellings[option.key] = option.variable
    return RawOptions(words, spellings)


def _word(option: Option, value: object) -> str:
    """Return an option's value as the word that the cleaners read; `-s` keeps each reference whole as JSON."""
    if isinstance(value, tuple):
        return json.dumps(list(value)) if option.key == "services" else "\n".join(value)
    return "true" if value is True else str(value)
