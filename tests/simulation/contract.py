"""The contract once more, stated independently of `policy`: what a page may show after a deployment."""

from __future__ import annotations

from collections.abc import Mapping

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
