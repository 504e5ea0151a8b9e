"""What one row of the table of settings says, and the kinds of rows that recur."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from ..policy import STATUSES, TARGETS
from . import parsers
from .parsers import RawValue

# Where a setting exists.
OPTION = "an option, with its environment variable"
VARIABLE = "an environment variable alone"
INPUT = "an input of the action"
COMPONENT = "an input of the GitLab component"
OPTION_ONLY = (OPTION,)
EVERYWHERE = (OPTION, INPUT, COMPONENT)


class Setting(NamedTuple):
    """One setting."""

    group: str
    help: str
    parse: Callable[[RawValue], Any]  # from what a user wrote to the value
    field: str = ""  # its name in `Settings`, which fills it in
    metavar: str = ""  # what `--help` shows as the option's value; empty for a flag
    choices: tuple[str, ...] = ()
    noun: str = "value"  # what a value is, for messages
    default: str = ""  # as a user would write it; empty for none
    empty: Any = None  # the value if there is neither one nor a default
    where: tuple[str, ...] = (OPTION, INPUT)
    secret: bool = False  # whether its value is masked
    fresh: bool = False  # whether its value may change while a job runs, so that the action's post stage reads it again
    option_name: str = ""  # the option's name, if that differs
    short: str = ""  # the option's short form, a letter
    parse_items: Callable[[tuple[str, ...], str], Any] | None = None  # the value, from those of a repeated option

    @property
    def name(self) -> str:
        """Return its name in kebab-case, which is also that of the action's input."""
        return self.field.replace("_", "-")

    @property
    def is_flag(self) -> bool:
        """Tell whether the option takes no value."""
        return not self.metavar

    @property
    def variable(self) -> str:
        """Return the name of its environment variable."""
        return f"ALERT24_{self.field.upper()}"

    @property
    def long_form(self) -> str:
        """Return the option as a user types it: `--service`."""
        return f"--{self.option_name or self.name}"


class Group(str):
    """A heading of `--help`. It makes its rows, typed as anything: in the class `Settings` they stand for values."""

    __slots__ = ()

    def row(self, meaning: str, parse: Callable[[RawValue], Any], **attributes: Any) -> Any:
        """Return a row with a parser of its own."""
        return Setting(self, meaning, parse, **attributes)

    def text(self, meaning: str, **attributes: Any) -> Any:
        """Return a row for a text that is taken as it is."""
        return self.row(meaning, lambda word: word.text, empty="", **attributes)

    def flag(self, meaning: str, **attributes: Any) -> Any:
        """Return a row for true or false."""
        return self.row(meaning, parsers.flag, empty=False, **attributes)

    def duration(self, meaning: str, **attributes: Any) -> Any:
        """Return a row for seconds."""
        return self.row(meaning, parsers.duration, metavar="DURATION", **attributes)

    def secret(self, meaning: str, parse: Callable[[RawValue], Any] = parsers.secret, **attributes: Any) -> Any:
        """Return a row for what is masked."""
        return self.row(meaning, parse, secret=True, **attributes)

    def outcome(self, meaning: str, **attributes: Any) -> Any:
        """Return a row for an outcome, which post reads again."""
        return self.row(meaning, parsers.outcome, empty="", fresh=True, **attributes)

    def one_of(self, meaning: str, choices: tuple[str, ...], noun: str = "value", **attributes: Any) -> Any:
        """Return a row for one of a few values."""
        parse = partial(parsers.choice, allowed=choices, noun=noun)
        return self.row(meaning, parse, choices=choices, noun=noun, empty="", **attributes)

    def consecutive(self, meaning: str, **attributes: Any) -> Any:
        """Return a row for a number of equal results in a row."""
        return self.row(meaning, partial(parsers.count, most=100), metavar="N", default="1", **attributes)

    def status(self, meaning: str, **attributes: Any) -> Any:
        """Return a row for a status to set."""
        return self.one_of(meaning, STATUSES, "status", metavar="STATUS", **attributes)

    def target(self, meaning: str, **attributes: Any) -> Any:
        """Return a row for what finish makes of an outcome."""
        return self.one_of(meaning, TARGETS, "status", metavar="STATUS", where=EVERYWHERE, **attributes)


# In the order of `--help`.
ALERT24 = Group("Alert24")
DEPLOYMENT = Group("Deployment")
POLICY = Group("Policy")
CHECK = Group("Check")
RECORDING = Group("Recording")
RECONCILE = Group("Reconcile")
VERIFICATION = Group("Verification")
ROLLBACK = Group("Rollback")
PROCESS = Group("Process")
OUTPUT = Group("Output")
GROUPS = (ALERT24, DEPLOYMENT, POLICY, RECORDING, CHECK, RECONCILE, VERIFICATION, ROLLBACK, PROCESS, OUTPUT)
