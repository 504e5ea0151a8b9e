"""Every setting by name, with its cleaner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..policy import CONFLICT_RULES, FAIL_RULES, STATUSES, TARGETS
from . import parsers, urls
from .parsers import RawValue

MOST_CONCURRENCY = 64
_MOST_SUCCESSES = 100
PHASES = ("auto", "start", "finish", "set")
ROLLBACK_ON = ("failure", "cancelled")
POLICY_OPTIONS = ("on-success", "on-failure", "on-cancelled", "on-rollback", "on-conflict")

_target = partial(parsers.choice, allowed=TARGETS)
_status = partial(parsers.choice, allowed=STATUSES)


def _text(word: RawValue) -> str:
    return word.text


def _stripped(word: RawValue) -> str:
    return word.text.strip()


PARSERS: Mapping[str, Callable[[RawValue], Any]] = {
    "api-key": parsers.key,
    "api-url": urls.api_url,
    "services": parsers.services,
    "webhook-urls": urls.webhook_urls,
    "webhook-secret": parsers.secret,
    "webhook-signature-header": parsers.header_name,
    "phase": partial(parsers.choice, allowed=PHASES),
    "status": _status,
    "outcome": _stripped,
    "rollback-outcome": _stripped,
    "job-status": _stripped,
    "on-success": _target,
    "on-failure": _target,
    "on-cancelled": _target,
    "on-rollback": _target,
    "on-conflict": partial(parsers.choice, allowed=CONFLICT_RULES),
    "respect-existing-maintenance": parsers.flag,
    "description": _text,
    "fail-on-unreachable": partial(parsers.choice, allowed=FAIL_RULES),
    "timeout": parsers.duration,
    "concurrency": partial(parsers.count, most=MOST_CONCURRENCY),
    "dry-run": parsers.flag,
    "verbose": parsers.flag,
    "json": parsers.flag,
    "state": _text,
    "rollback": _text,
    "rollback-timeout": parsers.duration,
    "rollback-on": partial(parsers.choices, allowed=ROLLBACK_ON),
    "rollback-url": urls.callback_url,
    "rollback-secret": parsers.secret,
    "command-timeout": parsers.duration,
    "grace": parsers.duration,
    "allow-workflow-commands": parsers.flag,
    "verify-url": urls.probe_url,
    "verify-status": parsers.status_range,
    "verify-text": _text,
    "verify-header": parsers.header,
    "verify-command": _text,
    "verify-checks": parsers.flag,
    "verify-timeout": parsers.duration,
    "verify-interval": parsers.duration,
    "verify-successes": partial(parsers.count, most=_MOST_SUCCESSES),
    "on-pass": _status,
    "on-fail": _status,
    "override-maintenance": parsers.flag,
    "url": urls.probe_url,
}
