"""What the page shows at a finish: looks up what start could not, and reads the current statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..errors import NOTHING_CHANGED, Alert24DeployError, Interrupted
from ..policy import MAINTENANCE
from ..state import ServiceState, State, WriteStatus
from ..text import join_words, quote
from . import lookup
from .interfaces import Service, StatusPage


class CurrentStatuses(NamedTuple):
    """Services as they are now, by id, and what went wrong in reading them."""

    services: Mapping[str, Service] = {}
    warnings: Sequence[str] = ()
    error: Alert24DeployError | None = None


def resolve(page: StatusPage, state: State) -> tuple[State, CurrentStatuses]:
    """Look up the references that start could not look up, or all of them if there was no start.

    Raises:
        Alert24DeployError: that failed, and nothing else is to be finished.
    """
    if not state.unresolved:
        return state, CurrentStatuses()
    try:
        return _with_services(state, lookup.resolve(page, state.unresolved))
    except Alert24DeployError as error:
        if not state.deployment:
            error.with_context(what=lookup.FAILED, left=NOTHING_CHANGED)
            raise
        error.with_context(what=lookup.FAILED, left="They are as they were before this finish.")
        return state, CurrentStatuses(error=error)


def _with_services(state: State, services: Sequence[Service]) -> tuple[State, CurrentStatuses]:
    """Add services whose status before the deployment is unknown; what was read need not be read again."""
    known = {service.id for service in state.services}
    texts = {each.id: each.description for each in state.inherited}  # a dead run's, which would stay for ever
    added = [
        ServiceState(service.id, service.name, None, description=texts.get(service.id))
        for service in services
        if service.id not in known
    ]
    read = CurrentStatuses({service.id: service for service in services if service.status})
    return replace(state, services=(*state.services, *added), unresolved=()), read


def services_to_finish(state: State, *, recorded: bool) -> list[ServiceState]:
    """Return the services that this finish may write; of a deployment that never began, those that start wrote.

    One that is recorded may have others rely on it from its start on.
    """
    services = [each for each in state.services if not (each.done or each.left_alone)]
    if not state.never_began or recorded:
        return services
    return [each for each in services if each.written is not WriteStatus.NO and each.before != MAINTENANCE]


def read_page(
    page: StatusPage, state: State, read: CurrentStatuses, patience: float, *, recorded: bool
) -> CurrentStatuses:
    """Read the services that have not been read yet; what can't be read is missing, with a warning."""
    unread = [service for service in services_to_finish(state, recorded=recorded) if service.id not in read.services]
    if not unread or not page.readable:
        return read
    try:
        found = page.read([each.id for each in unread], among=state.total, patience=patience)
    except Interrupted:
        return read
    except Alert24DeployError as error:
        warning = f"The current statuses could not be read: {error.why}. They are written by the outcome alone."
        return read._replace(warnings=[warning])
    services = {each.id: each for each in found}
    missing = [quote(each.name) for each in unread if each.id not in services or services[each.id].status is None]
    warnings = [f"Alert24 shows no current status of {join_words(missing)}: the outcome alone decides."]
    return read._replace(services={**read.services, **services}, warnings=warnings if missing else ())
