"""Every setting by name, with its cleaner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..policy import CONFLICT_RULES, FAIL_RULES, STATUSES, TARGETS
from . import addresses, cleaners
from .cleaners import RawValue

MOST_CONCURRENCY = 64
_MOST_SUCCESSES = 100
PHASES = ("auto", "start", "finish", "set")
ROLLBACK_ON = ("failure", "cancelled")
POLICY_OPTIONS = ("on-success", "on-failure", "on-cancelled", "on-rollback", "on-conflict")

_target = partial(cleaners.choice, allowed=TARGETS)
_status = partial(cleaners.choice, allowed=STATUSES)


def _text(word: RawValue) -> str:
    return word.text


def _stripped(word: RawValue) -> str:
    return word.text.strip()


CLEANERS: Mapping[str, Callable[[RawValue], Any]] = {
    "api-key": cleaners.key,
    "api-url": addresses.api_url,
    "services": cleaners.services,
    "webhook-urls": addresses.webhook_urls,
    "webhook-secret": cleaners.secret,
    "webhook-signature-header": cleaners.header_name,
    "phase": partial(cleaners.choice, allowed=PHASES),
    "status": _status,
    "outcome": _stripped,
    "rollback-outcome": _stripped,
    "job-status": _stripped,
    "on-success": _target,
    "on-failure": _target,
    "on-cancelled": _target,
    "on-rollback": _target,
    "on-conflict": partial(cleaners.choice, allowed=CONFLICT_RULES),
    "respect-existing-maintenance": cleaners.flag,
    "description": _text,
    "fail-on-unreachable": partial(cleaners.choice, allowed=FAIL_RULES),
    "timeout": cleaners.duration,
    "concurrency": partial(cleaners.count, most=MOST_CONCURRENCY),
    "dry-run": cleaners.flag,
    "verbose": cleaners.flag,
    "json": cleaners.flag,
    "state": _text,
    "rollback": _text,
    "rollback-timeout": cleaners.duration,
    "rollback-on": partial(cleaners.choices, allowed=ROLLBACK_ON),
    "rollback-url": addresses.callback_url,
    "rollback-secret": cleaners.secret,
    "command-timeout": cleaners.duration,
    "grace": cleaners.duration,
    "allow-workflow-commands": cleaners.flag,
    "verify-url": addresses.probe_url,
    "verify-status": cleaners.status_range,
    "verify-text": _text,
    "verify-header": cleaners.header,
    "verify-command": _text,
    "verify-checks": cleaners.flag,
    "verify-timeout": cleaners.duration,
    "verify-interval": cleaners.duration,
    "verify-successes": partial(cleaners.count, most=_MOST_SUCCESSES),
    "on-pass": _status,
    "on-fail": _status,
    "override-maintenance": cleaners.flag,
    "url": addresses.probe_url,
}
