"""Webhook receivers instead of a key: what is built for them, and what can't be asked of them."""

from __future__ import annotations

import time

from ..alert24.budget import Deadline
from ..alert24.elsewhere import Signature, WebhookSender
from ..alert24.receivers import WebhookReceivers
from ..errors import WrongSetting
from ..policy import PREVIOUS
from ..settings import Settings
from ..text import join_words
from .world import NOTHING_CHANGED, Context

_MESSAGE = "Set by a deployment (alert24-deploy)"


def webhook_receivers(settings: Settings, context: Context, *, seconds: float | None = None) -> WebhookReceivers:
    """Return the receivers that the settings name; their time budget begins now.

    Raises:
        WrongSetting: something is asked that only reading could answer, and a receiver can't be read.
    """
    _refuse_reading(settings)
    return WebhookReceivers(
        settings.webhook_urls,
        WebhookSender(context.cancellation, context.console.say),
        Deadline(seconds or settings.timeout, time.monotonic),
        signature=_signature(settings),
        message=_MESSAGE,
        concurrency=settings.concurrency,
    )


def _signature(settings: Settings) -> Signature | None:
    header, secret = settings.webhook_signature_header, settings.webhook_secret
    if bool(header) != bool(secret):
        raise WrongSetting(
            "receivers are to be signed for, but the secret or the header's name is missing",
            remedy=f"Give both: ALERT24_WEBHOOK_SECRET and {settings.display_name('webhook-signature-header')}.",
        ).with_context(left=NOTHING_CHANGED)
    return Signature(header, secret) if secret else None


def _refuse_reading(settings: Settings) -> None:
    asked = {
        "services": bool(settings.services),
        "description": bool(settings.description),
        "respect-existing-maintenance": settings.respect_existing_maintenance,
        "verify-checks": settings.verify_checks,
        "override-maintenance": settings.override_maintenance,
        "on-conflict": "on_conflict" in settings.policy,
    }
    previous = [name.replace("_", "-") for name, value in settings.policy.items() if value == PREVIOUS]
    names = [settings.display_name(name) for name in (*(name for name, given in asked.items() if given), *previous)]
    if names:
        raise WrongSetting(
            f"{join_words(names)} can't be had with {settings.display_name('webhook-urls')}",
            detail="A receiver sets the one service that it belongs to, and nothing can be read from it: "
            "no name, no previous status, no conflict.",
            remedy="Use an API key instead of receivers, or leave these settings out.",
        ).with_context(left=NOTHING_CHANGED)
