"""Two deployments that use one state file: whose state it is, and what the first one's finish then does."""

from __future__ import annotations

from dataclasses import replace

from ..state import Stage, State
from .interfaces import StateStore
from .report import Report, names_of


def is_of_another(state: State, owner: str) -> bool:
    """Tell whether the state is that of a running deployment which replaced the one that finishes."""
    return state.stage is Stage.STARTED and owner != state.owner and owner in state.superseded


def left_to_another(store: StateStore, state: State, owner: str, *, dry_run: bool) -> Report:
    """Change nothing: the other deployment goes on, and its own finish sets the final status."""
    report = Report("finish", state=state, dry_run=dry_run)
    report.warnings.append(
        f"Another deployment ({state.deployment}) of {names_of([each.name for each in state.services])} has started "
        "since, with the same state file. The page stays in maintenance until that deployment finishes."
    )
    if not dry_run:
        store.save(replace(state, superseded=others(state, owner)))
    return report


def is_of_superseded(state: State, owner: str) -> bool:
    """Tell whether a finish is of a deployment whose state another one replaced that has ended, or never began."""
    if not owner or owner not in state.superseded:
        return False
    return state.stage is Stage.FINISHED or (state.never_began and owner != state.owner)


def for_superseded(state: State, owner: str) -> State:
    """Return the state as the deployment that was replaced finishes it, with the services that it had started."""
    # What the other deployment's finish wrote is no status of this one's own.
    services = [replace(each, done=False, after=None) for each in (*state.services, *state.inherited)]
    return replace(state, stage=Stage.STARTED, services=tuple(services), inherited=(), superseded=others(state, owner))


def others(state: State, owner: str) -> tuple[str, ...]:
    """Return the owners of the other unfinished deployments whose state this one replaced."""
    return tuple(each for each in state.superseded if each != owner)
