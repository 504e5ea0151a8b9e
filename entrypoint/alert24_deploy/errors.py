"""Every error that a user can meet, each with its exit code.

A message answers, in this order: what happened, why, what state the page is left in, what to do. Code that raises an
error knows why; its callers add what they were doing (`what`) and how the page is left (`left`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .text import capitalize

NOTHING_CHANGED = "Nothing was changed."
STILL_IN_MAINTENANCE = "Nothing was changed: services that start set are still in maintenance."
SEE_DOCTOR = "`alert24-deploy doctor` finds out what is wrong."

WRONG_USE = 2
REFUSED = 3
UNREACHABLE = 4
HOOK_FAILED = 5
NOT_VERIFIED = 6
BUG = 70


class Alert24DeployError(Exception):
    """An expected error: shown as a few sentences, without a traceback."""

    exit_code = BUG

    def __init__(self, why: str, *, detail: str = "", remedy: str = "") -> None:
        """Keep the reason, a clause without its full stop; sentences that explain it; and a sentence on what to do."""
        super().__init__(why)
        self.why = why
        self.detail = detail
        self.remedy = remedy
        self.what = ""
        self.left = ""

    def with_context(self, *, what: str = "", left: str = "") -> Alert24DeployError:
        """Add what was being done and how the page is left, unless a callee has said so already; return self."""
        self.what = self.what or what
        self.left = self.left or left
        return self

    def headline(self) -> str:
        """Return the first sentence: what happened and why."""
        return f"{self.what}: {self.why}." if self.what else f"{capitalize(self.why)}."

    def __str__(self) -> str:
        """Return the whole message, a line for each part."""
        middle = " ".join(part for part in (self.detail, self.left) if part)
        return "\n".join(part for part in (self.headline(), middle, self.remedy) if part)


class WrongSetting(Alert24DeployError):
    """An option, input or environment variable has a value that can't be used, or is missing."""

    exit_code = WRONG_USE


class BrokenState(Alert24DeployError):
    """The state that start left is not what start writes: cut off, edited, or of another version."""

    exit_code = WRONG_USE


class Alert24Refused(Alert24DeployError):
    """Alert24 understood and said no: key, scope, service, value. Trying again would not help."""

    exit_code = REFUSED


class NoSuchService(Alert24Refused):
    """Alert24 answered 404: the id is not one of this organisation's."""


class MissingScope(Alert24Refused):
    """Alert24 answered 403: the key's scopes don't allow the request."""


class UnknownService(Alert24Refused):
    """A reference names no service of this organisation, or more than one."""


class CannotReachAlert24(Alert24DeployError):
    """No usable answer in the time given; `sent` if a request went out that may have been carried out all the same."""

    exit_code = UNREACHABLE

    def __init__(self, why: str, *, detail: str = "", remedy: str = "", sent: bool = True) -> None:
        """Keep the parts of the message and whether anything went out."""
        super().__init__(why, detail=detail, remedy=remedy)
        self.sent = sent


class Interrupted(CannotReachAlert24):
    """A signal arrived while a request was waiting for its turn or its response."""


def worst(errors: list[Alert24DeployError]) -> Alert24DeployError:
    """Return the error that decides the exit code.

    A refusal, which no waiting will heal, comes first; then a signal, which fails every phase, so that no outage that
    `fail-on-unreachable` forgives hides it.
    """
    return min(errors, key=lambda error: (isinstance(error, CannotReachAlert24), not isinstance(error, Interrupted)))


@contextlib.contextmanager
def explaining(*, what: str = "", left: str = "") -> Iterator[None]:
    """Add what was being done and how the page is left to an error that comes out of the block."""
    try:
        yield
    except Alert24DeployError as error:
        error.with_context(what=what, left=left)
        raise
