"""What one row of the table of settings says, and the kinds of rows that recur."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from ..policy import STATUSES, TARGETS
from . import parsers
from .parsers import RawValue

# The groups, in the order of `--help`.
ALERT24 = "Alert24"
DEPLOYMENT = "Deployment"
POLICY = "Policy"
CHECK = "Check"
RECONCILE = "Reconcile"
VERIFICATION = "Verification"
ROLLBACK = "Rollback"
PROCESS = "Process"
OUTPUT = "Output"
GROUPS = (ALERT24, DEPLOYMENT, POLICY, CHECK, RECONCILE, VERIFICATION, ROLLBACK, PROCESS, OUTPUT)


# Where a setting exists.
OPTION = "an option, with its environment variable"
VARIABLE = "an environment variable alone"
INPUT = "an input of the action"
COMPONENT = "an input of the GitLab component"
NOT_COMPONENT = (OPTION, INPUT)
EVERYWHERE = (OPTION, INPUT, COMPONENT)


class Setting(NamedTuple):
    """One setting."""

    group: str  # the heading under which `--help` lists it
    help: str
    parse: Callable[[RawValue], Any]  # from what a user wrote to the value
    field: str = ""  # its name in `Settings`, which fills it in
    metavar: str = ""  # what `--help` shows as the option's value; empty for a flag
    choices: tuple[str, ...] = ()
    noun: str = "value"  # what a value is, for messages
    default: str = ""  # as a user would write it; empty for none
    empty: Any = None  # the value if there is neither one nor a default
    where: tuple[str, ...] = (OPTION,)
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


def row(*arguments: Any, **attributes: Any) -> Any:
    """Return a Setting, typed as anything: in the class `Settings` it stands for the value."""
    return Setting(*arguments, **attributes)


def one_of(choices: tuple[str, ...], noun: str = "value", **attributes: Any) -> partial[Any]:
    """Return what makes rows for settings that have one of a few values."""
    parse = partial(parsers.choice, allowed=choices, noun=noun)
    return partial(row, choices=choices, noun=noun, parse=parse, empty="", **attributes)


text = partial(row, parse=lambda word: word.text, empty="")
flag = partial(row, parse=parsers.flag, empty=False)
duration = partial(row, parse=parsers.duration, metavar="DURATION")
secret = partial(row, parse=parsers.secret, secret=True)
one_outcome = partial(row, DEPLOYMENT, parse=parsers.outcome, empty="", fresh=True)
one_status = one_of(STATUSES, "status", metavar="STATUS")
one_target = partial(one_of(TARGETS, "status", metavar="STATUS", where=EVERYWHERE), POLICY)
