"""A state of which only some services are to be finished."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from ..state import State
from .interfaces import StateStore


class NarrowedStore:
    """A store (`interfaces.StateStore`) through which finish sees only the services that it may write."""

    def __init__(self, store: StateStore, state: State, ids: Container[str], left: Container[str]) -> None:
        """Keep the store, its state, the ids of those services, and of those that still wait for their end."""
        self._store = store
        self._state = state
        self._ids = ids
        self._left = left

    def load(self) -> State:
        """Return the state; every other service in it is done."""
        services = tuple(each if each.id in self._ids else replace(each, done=True) for each in self._state.services)
        return replace(self._state, services=services, unresolved=())

    def save(self, state: State) -> None:
        """Save the state, in which those that wait are as they were."""
        waiting = {each.id: each for each in self._state.services if each.id in self._left}
        services = tuple(waiting.get(each.id, each) for each in state.services)
        self._store.save(replace(state, services=services, stage=self._state.stage if waiting else state.stage))
