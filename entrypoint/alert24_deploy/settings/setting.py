"""What one row of the table of settings says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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


class Setting(NamedTuple):
    """One setting.

    Attributes:
        name: its name in kebab-case; the action's input has the same.
        group: the heading under which `--help` lists it.
        help: what it does, for `--help`.
        parse: from what a user wrote to the value.
        metavar: what `--help` shows as the option's value; empty for a flag.
        choices: the values that it can have, if they are few.
        noun: what a value is, for messages.
        default: the value if none is given, as a user would write it; empty for none.
        where: where it exists.
        secret: whether its value is masked.
        fresh: whether its value may change while a job runs, so that the action's post stage reads it again.
        option_name: the option's name, if that differs.
        short: the option's short form, a letter.
        parse_items: from the values of an option that may be repeated to the setting's value.
    """

    name: str
    group: str
    help: str
    parse: Callable[[RawValue], Any]
    metavar: str = ""
    choices: tuple[str, ...] = ()
    noun: str = "value"
    default: str = ""
    where: tuple[str, ...] = (OPTION,)
    secret: bool = False
    fresh: bool = False
    option_name: str = ""
    short: str = ""
    parse_items: Callable[[tuple[str, ...], str], Any] | None = None

    @property
    def is_flag(self) -> bool:
        """Tell whether the option takes no value."""
        return not self.metavar

    @property
    def field(self) -> str:
        """Return the name of its field in `Settings` or `Policy`."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Return the name of its environment variable."""
        return f"ALERT24_{self.field.upper()}"

    @property
    def long_form(self) -> str:
        """Return the option as a user types it: `--service`."""
        return f"--{self.option_name or self.name}"
