"""The hand-over to a rollback service, built from the settings."""

from __future__ import annotations

import time
from collections.abc import Mapping

from ..deployment.handover import RollbackRequest
from ..settings import Settings
from .world import Context

_SHARE = 0.5  # of the finish's time: the rest is for the page


def rollback_request(settings: Settings, context: Context, facts: Mapping[str, str]) -> RollbackRequest | None:
    """Return how a rollback is requested, None where the settings name nobody to ask."""
    if not settings.rollback_url:
        return None
    from ..alert24.budget import Deadline
    from ..alert24.elsewhere import WebhookSender
    from ..alert24.handover import RollbackService as Requesting

    sender = WebhookSender(context.cancellation, context.console.say)
    deadline = Deadline(settings.timeout * _SHARE, time.monotonic)
    return RollbackRequest(Requesting(settings.rollback_url, settings.rollback_secret, sender, deadline).request, facts)
