"""The contract once more, stated independently of `policy`: what a page may show after a deployment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

_SETTLE = ("success", "unverified", "rolled back")
RANKS = {"operational": 0, "degraded": 1, "down": 3}
_OPTIONS = {
    "success": ("on_success", "operational"),
    "unverified": ("on_unverified", "degraded"),
    "failure": ("on_failure", "down"),
    "rolled back": ("on_rollback", "previous"),
    "cancelled": ("on_cancelled", "degraded"),
}


def rank(status: str) -> int:
    """Return how bad a status is; what Alert24's documentation does not name lies between degraded and down."""
    return RANKS.get(status, 2)


def chosen(policy: Mapping[str, str], ending: str) -> str:
    """Return the user's choice for an ending."""
    option, default = _OPTIONS.get(ending, ("", "previous"))
    return policy.get(option, default)


def fitting(policy: Mapping[str, str], ending: str, before: str | None, earlier: str | None = None) -> str:
    """Return the status that fits an ending.

    Args:
        policy: the options that are not left at their defaults.
        ending: how the deployment ended, a word of `actors.OUTCOMES`.
        before: what start found, None if unknown.
        earlier: what an earlier attempt of the same run had found, if nobody else has written since.
    """
    choice = chosen(policy, ending)
    reliable = before if before not in (None, "maintenance") else None
    if choice == "previous" and ending == "rolled back" and earlier:
        return "operational" if earlier == "maintenance" else earlier
    if choice == "previous" and ending == "skipped" and before == "maintenance":
        return "maintenance"
    if choice == "previous":
        return reliable or "operational"
    if ending == "cancelled" and choice != "maintenance" and reliable and rank(reliable) > rank(choice):
        return reliable
    return choice


def page_after(
    policy: Mapping[str, str],
    ending: str,
    before: str | None,
    shown: str | None,
    mine: bool,
    earlier: str | None = None,
) -> str | None:
    """Return what the page shows after finish, None if that stays unknown.

    Args:
        policy: the options that are not left at their defaults.
        ending: how the deployment ended.
        before: what start found, None if unknown.
        shown: what the page shows, None if it can't be read.
        mine: whether this deployment, or an earlier attempt, wrote that, or nobody has written since start.
        earlier: what an earlier attempt had found.
    """
    fits = fitting(policy, ending, before, earlier)
    if fits == "maintenance" and (shown is None or ending == "skipped"):
        return shown
    if shown in (None, "maintenance", fits) or mine:
        return fits
    rule = policy.get("on_conflict", "worst")
    if rule == "overwrite":
        return fits
    replaces_maintenance_alone = fits == "maintenance" or chosen(policy, ending) == "previous"
    if rule == "keep" or replaces_maintenance_alone:
        return shown
    return max(str(shown), fits, key=rank)


class Ran(NamedTuple):
    """A deployment among others, with what no other deployment can know."""

    name: str
    lane: str
    run: str
    attempt: int
    began: int  # its place among all starts and ends
    ended: int | None  # None if nobody has recorded its end
    ending: str
    policy: Mapping[str, str]
    found: str | None  # what its start found on the page

    @property
    def before(self) -> str | None:
        """The status from before it, None for another deployment's maintenance."""
        return None if self.found == "maintenance" else self.found

    @property
    def asks(self) -> str | None:
        """The status that its outcome asks for, None for the one from before it."""
        previous = chosen(self.policy, self.ending) == "previous"
        return None if previous else fitting(self.policy, self.ending, self.found)


def counts(one: Ran, every: Sequence[Ran]) -> bool:
    """An outcome counts until a success of its lane that started later, or a later attempt of the same run."""
    later = [each for each in every if each.lane == one.lane and each.began > one.began]
    settled = any(each.ended is not None and each.ending in _SETTLE for each in later)
    return not (settled or any(each.run == one.run and each.attempt > one.attempt for each in later))


def page_together(every: Sequence[Ran]) -> set[str]:
    """Return what the page may show after the last end: the worst that counts.

    It is one status, or two if a start had read the page before another deployment's end.
    """
    ended = [each for each in every if each.ended is not None]
    last = max(ended, key=lambda each: each.ended or 0)
    asked = {each.name: each.asks for each in ended if each.asks and counts(each, every)}
    finder = last if counts(last, every) else max(every, key=lambda each: each.began)
    base = _before(finder, every, set(asked))
    if any((each.ended or 0) > last.began for each in ended if each.name in asked and each is not last):
        base = ""
    statuses = list(asked.values())
    if base and last.asks is None:
        statuses.append(base)
    if not statuses and not base and last.ending == "skipped":
        return {"maintenance", "operational"}  # the page was in maintenance before them all
    others = {max(asked.values(), key=rank)} if asked and last.name not in asked else set()
    return {max(statuses or [base or "operational"], key=rank), *others}


def _before(one: Ran, every: Sequence[Ran], asked: Collection[str]) -> str:
    if one.before:
        return one.before
    nearest = max((each for each in every if each.began < one.began), key=lambda each: each.began, default=None)
    if nearest is None:
        return ""
    if nearest.ended is not None and one.ended is not None and nearest.ended < one.ended and nearest.name in asked:
        return ""  # what that one asks for stands
    return _before(nearest, every, asked)
