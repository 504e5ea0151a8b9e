"""What a finish that could not write says: which services are still in maintenance, and what ends that."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from ..errors import STILL_IN_MAINTENANCE, Alert24DeployError
from ..policy import MAINTENANCE, OPERATIONAL
from ..state import ServiceState, State
from .report import Action, ServiceResult, names_of


def still_in_maintenance(state: State | None) -> str:
    """Return a sentence about the page for an error that ends finish before it has written anything."""
    pending = [each.name for each in state.services if each.pending] if state else []
    return f"Nothing was changed: {_are_still(pending)}." if pending else STILL_IN_MAINTENANCE


def explain(
    error: Alert24DeployError,
    results: Sequence[ServiceResult],
    services: Mapping[str, ServiceState],
    *,
    by_command: bool,
) -> None:
    """Add to an error which services are still in maintenance, and the command that ends it.

    Args:
        error: the finish's error.
        results: the results for the services.
        services: the deployment's services by id.
        by_command: whether `set` can reach them.
    """
    stuck = [each for each in results if each.error and _may_be_in_maintenance(each, services[each.id])]
    if not stuck:
        return
    certain = all(each.action is Action.FAILED and each.after == MAINTENANCE for each in stuck)
    still = _are_still([each.name for each in stuck])
    error.left = f"{error.left} {still}{'' if certain else ', as far as is known'}.".strip()
    if by_command:
        error.remedy = f"{error.remedy}\n{_command(stuck)}".strip()


def _are_still(names: Sequence[str]) -> str:
    return f"{names_of(names)} {'is' if len(names) == 1 else 'are'} still in maintenance"


def _may_be_in_maintenance(result: ServiceResult, service: ServiceState) -> bool:
    if result.wanted == MAINTENANCE:
        return False
    shown = result.after if result.action is Action.FAILED else result.found
    return shown == MAINTENANCE or (shown is None and service.pending)


def _command(stuck: Sequence[ServiceResult]) -> str:
    services = " ".join(f"-s {shlex.quote(each.id)}" for each in stuck)
    return f"To end the maintenance by hand: alert24-deploy set {stuck[0].wanted or OPERATIONAL} {services}"
