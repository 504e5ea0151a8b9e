"""The hand-over to a rollback service, built from the settings."""

from __future__ import annotations

import time
from collections.abc import Mapping

from ..deployment.handover import Handover
from ..settings import Settings
from .world import World

_SHARE = 0.5  # of the finish's time: the rest is for the page


def handover(settings: Settings, world: World, facts: Mapping[str, str]) -> Handover | None:
    """Return how a rollback is requested, None where the settings name nobody to ask."""
    if not settings.rollback_url:
        return None
    from ..alert24.budget import Budget
    from ..alert24.elsewhere import Poster
    from ..alert24.handover import Handover as Requesting

    poster = Poster(world.stop, world.console.say)
    budget = Budget(settings.timeout * _SHARE, time.monotonic)
    return Handover(Requesting(settings.rollback_url, settings.rollback_secret, poster, budget).request, facts)
