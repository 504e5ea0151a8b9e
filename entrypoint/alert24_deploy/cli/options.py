"""The command line's options, made from the table of settings, and what the user gave for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from ..errors import NOTHING_CHANGED, WrongSetting
from ..policy import TARGETS
from ..settings.parsers import TRUE, RawValue, choice
from ..settings.setting import (
    ALERT24,
    CHECK,
    GROUPS,
    OPTION,
    OUTPUT,
    POLICY,
    PROCESS,
    RECONCILE,
    RECORDING,
    ROLLBACK,
    VERIFICATION,
    Setting,
)
from ..settings.table import SETTINGS
from ..text import join_words

_F = TypeVar("_F", bound=Callable[..., Any])
_NO_BREAK = "\u00a0"
_COLUMN = 26  # characters of an option's name and value; longer ones have a line of their own
_OWN = "Options"  # the heading of a command's own options
_NOTES: Mapping[str, str] = {POLICY: f"STATUS is {join_words(TARGETS, 'or')}"}
_BY_FIELD = {row.field: row for row in SETTINGS.values()}


def _group(group: str) -> tuple[str, ...]:
    return tuple(row.name for row in SETTINGS.values() if row.group == group and OPTION in row.where)


COMMON = ("api-key-file", "api-url", "ca-certificates", "timeout", *_group(OUTPUT))
WRITING = (*_group(ALERT24), *_group(OUTPUT))
REMEMBERED = ("state", "description", "respect-existing-maintenance", *_group(POLICY))
PROCESSES = _group(PROCESS)
RECONCILING = _group(RECONCILE)
CHECKS = _group(CHECK)
HEALTH = ("verify-status", "verify-text", "verify-header")
VERIFICATIONS = _group(VERIFICATION)
ROLLBACKS = _group(ROLLBACK)
POLICIES = _group(POLICY)
RECORDINGS = _group(RECORDING)


class WrongChoice(click.UsageError):
    """A value that is not among those of an option, as an error of click's."""

    def __init__(self, error: WrongSetting, ctx: click.Context | None) -> None:
        """Keep the error, whose message click shows."""
        error.with_context(left=NOTHING_CHANGED)
        super().__init__(str(error), ctx)
        self.error = error


class SettingChoice(click.Choice[str]):
    """The values of a setting, ignoring case. An empty value counts as none, as in a variable."""

    def __init__(self, setting: Setting, display_name: str) -> None:
        """Keep the setting, and how the user calls it."""
        super().__init__(setting.choices, case_sensitive=False)
        self._setting = setting
        self._display_name = display_name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return the value, or raise WrongChoice, which reads like the error of a variable with such a value."""
        if not value.strip():
            return ""
        try:
            return choice(RawValue(value, self._display_name), self.choices, self._setting.noun)
        except WrongSetting as error:
            raise WrongChoice(error, ctx) from None


class DocumentedOption(click.Option):
    """An option that `--help` lists under its group, with its variable and its default."""

    def __init__(self, *args: Any, group: str = _OWN, **attributes: Any) -> None:
        """Keep the group."""
        super().__init__(*args, **{"show_default": True, "show_envvar": True, **attributes})
        self.group = group

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return names and help; `default: x` stays on one line."""
        record = super().get_help_record(ctx)
        if record is None or "  [" not in record[1]:
            return record
        text, _, extra = record[1].rpartition("  [")
        parts = [part.replace(" ", _NO_BREAK) for part in extra.split("; ")]
        return record[0], f"{text} [{'; '.join(parts)}"


class SettingOption(DocumentedOption):
    """An option of the table, whose variable is read by `given_options`.

    click would read the process's own environment, and split a variable with several values at spaces.
    """

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:  # noqa: ARG002
        """Return nothing."""
        return None


class GroupedCommand(click.Command):
    """A command whose help lists the options by group."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a list of options for each group that has any."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)):
                groups.setdefault(getattr(param, "group", OUTPUT), []).append(record)
        for group in sorted(groups, key=(_OWN, *GROUPS).index):
            note = f" ({_NOTES[group]})" if group in _NOTES else ""
            with formatter.section(group + note):
                formatter.write_dl(groups[group], col_max=_COLUMN)

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, with plain spaces."""
        return super().get_help(ctx).replace(_NO_BREAK, " ")


def options(*names: str) -> Callable[[_F], _F]:
    """Return a decorator that gives a command the options of these settings."""

    def decorate(function: _F) -> _F:
        for name in reversed(names):
            function = _declare(SETTINGS[name])(function)
        return function

    return decorate


def _declare(setting: Setting) -> Callable[[_F], _F]:
    forms = [setting.long_form, *([f"-{setting.short}"] if setting.short else []), setting.field]
    attributes: dict[str, Any] = {"group": setting.group, "help": setting.help, "envvar": setting.variable}
    if setting.is_flag:
        return click.option(*forms, cls=SettingOption, is_flag=True, **attributes)
    if setting.choices:
        attributes["type"] = SettingChoice(setting, setting.long_form)
    return click.option(
        *forms,
        cls=SettingOption,
        metavar=setting.metavar,
        multiple=setting.parse_items is not None,
        default=setting.default or None,
        **attributes,
    )


def own_option(form: str, *field: str, **attributes: Any) -> Callable[[_F], _F]:
    """Return an option of one command alone, which is no setting; it has its variable like the others."""
    variable = "ALERT24_" + form.removeprefix("--").replace("-", "_").upper()
    return click.option(form, *field, cls=DocumentedOption, envvar=variable, **attributes)


class GivenOptions(NamedTuple):
    """What the user gave for a command's settings, by their names."""

    texts: Mapping[str, str]  # to be read by the settings' parsers: variables, and options with a free text
    parsed: Mapping[str, object] = {}  # by click: flags, choices, and the texts of an option that may be repeated
    names: Mapping[str, str] = {}  # how the user calls each of them

    def display_name(self, name: str) -> str:
        """Return how the user calls a setting, or would call it."""
        setting = SETTINGS[name]
        return self.names.get(name) or (setting.long_form if OPTION in setting.where else setting.variable)

    def asks_for(self, name: str) -> bool:
        """Tell whether a flag is on; it is not if its variable says so or can't be read."""
        return bool(self.parsed.get(name)) or self.texts.get(name, "").strip().lower() in TRUE


def given_options(ctx: click.Context, environ: Mapping[str, str]) -> GivenOptions:
    """Return what was given for the settings among a command's parameters, typed or else by variables."""
    texts: dict[str, str] = {}
    parsed: dict[str, object] = {}
    names: dict[str, str] = {}
    for param in ctx.command.params:
        setting = _BY_FIELD.get(param.name or "")
        if setting is None:
            continue
        if ctx.get_parameter_source(setting.field) is ParameterSource.COMMANDLINE:
            value = ctx.params[setting.field]
            if isinstance(value, str) and not setting.choices:
                texts[setting.name] = value
            elif value != "":
                parsed[setting.name] = value
            names[setting.name] = setting.long_form if isinstance(param, click.Option) else param.human_readable_name
        elif environ.get(setting.variable, "").strip():
            texts[setting.name] = environ[setting.variable]
            names[setting.name] = setting.variable
    return GivenOptions(texts, parsed, names)
