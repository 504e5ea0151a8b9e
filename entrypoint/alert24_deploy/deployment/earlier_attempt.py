"""A later attempt of the same run: which statuses on the page are the earlier attempt's own.

"Re-run failed jobs" repeats the finish, but not the start: the page then shows what the first attempt's finish wrote.
Only its value distinguishes that from what a monitor wrote, so the monitors are read, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from ..errors import Alert24DeployError
from ..policy import MAINTENANCE, DeploymentResult, Outcome, Policy, severity, target
from ..state import ServiceState
from ..text import join_words, quote
from .interfaces import Monitor, Service
from .report import Report

_ENDINGS = (
    DeploymentResult(Outcome.FAILURE),
    DeploymentResult(Outcome.CANCELLED),
    DeploymentResult(Outcome.SUCCESS, unverified=True),
)


def find_own(
    report: Report,
    policy: Policy,
    result: DeploymentResult,
    services: Mapping[str, ServiceState],
    current: Mapping[str, Service],
    monitors: Callable[[], Sequence[Monitor]] | None,
    *,
    certain: bool,
) -> tuple[Collection[str], Collection[str]]:
    """Return the services that show an earlier attempt's status, and those that might but that a monitor keeps.

    Args:
        report: gets what the user should know.
        policy: the user's choices.
        result: how this attempt ended.
        services: the deployment's services, by id.
        current: the same as the page shows them.
        monitors: reads Alert24's monitors, None if that is impossible.
        certain: whether this is known to be a later attempt. If not, a better status needs a monitor that is up.
    """
    alike = {each.id: current[each.id] for each in services.values() if _resembles(policy, each, current.get(each.id))}
    better = [each for each in alike.values() if _improves(policy, result, services[each.id], each)]
    unhealthy = _unhealthy(better, monitors, certain=certain)
    report.notes += [
        f"{quote(each.name)} was {quote(each.status)}: an earlier attempt of this run set that, so it is replaced."
        for each in better
        if each.id not in unhealthy
    ]
    report.warnings += [
        f"{quote(alike[service_id].name)} stays {quote(alike[service_id].status)}, because {reason}. "
        "It may be a real outage. If it isn't, set the status by hand: "
        f"alert24-deploy set operational -s {service_id}"
        for service_id, reason in unhealthy.items()
    ]
    return alike.keys() - unhealthy.keys(), unhealthy.keys()


def _resembles(policy: Policy, service: ServiceState, current: Service | None) -> bool:
    """Tell whether a service shows what an earlier attempt may have written, and no later write is proven."""
    if current is None or current.status in (None, MAINTENANCE):
        return False
    if service.after_at is not None and (current.status, current.updated_at) != (service.after, service.after_at):
        return False
    return current.status in {target(policy, ending, service.before) for ending in _ENDINGS}


def _improves(policy: Policy, result: DeploymentResult, service: ServiceState, current: Service) -> bool:
    wanted = target(policy, result, service.before, service.rollback_to)
    return wanted != MAINTENANCE and severity(wanted) < severity(str(current.status))


def _unhealthy(
    services: Sequence[Service], read: Callable[[], Sequence[Monitor]] | None, *, certain: bool
) -> dict[str, str]:
    """Return why a better status can't be written, by service: a linked monitor isn't up, or can't be asked."""
    if not services:
        return {}
    try:
        monitors = [each for each in read() if each.active] if read else []
    except Alert24DeployError as error:
        return {each.id: f"the monitors could not be read ({error.why})" for each in services}
    linked = {each.id: [monitor for monitor in monitors if monitor.service_id == each.id] for each in services}
    reasons = {service_id: _problem(watching, certain=certain) for service_id, watching in linked.items()}
    return {service_id: reason for service_id, reason in reasons.items() if reason}


def _problem(monitors: Sequence[Monitor], *, certain: bool) -> str:
    failing = [quote(monitor.name) for monitor in monitors if not monitor.up]
    if failing:
        return f"{join_words(failing)} {'is' if len(failing) == 1 else 'are'} not up"
    return "" if monitors or certain else "no active monitor is linked to it that would show it healthy"
