"""All settings, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..errors import WrongSetting
from ..policy import CONFLICT_RULES, FAIL_RULES, STATUSES, TARGETS
from . import cleaners
from .cleaners import Word
from .secret import Secret

DEFAULT_API_URL = "https://app.alert24.net"
MOST_CONCURRENCY = 64
PHASES = ("auto", "start", "finish", "set")
POLICY_OPTIONS = ("on-success", "on-failure", "on-cancelled", "on-rollback", "on-conflict")

_target = partial(cleaners.choice, allowed=TARGETS)
_CLEANERS: Mapping[str, Callable[[Word], Any]] = {
    "api-key": cleaners.key,
    "api-url": cleaners.api_url,
    "services": cleaners.services,
    "phase": partial(cleaners.choice, allowed=PHASES),
    "status": partial(cleaners.choice, allowed=STATUSES),
    "outcome": lambda word: word.text.strip(),
    "rollback-outcome": lambda word: word.text.strip(),
    "job-status": lambda word: word.text.strip(),
    "on-success": _target,
    "on-failure": _target,
    "on-cancelled": _target,
    "on-rollback": _target,
    "on-conflict": partial(cleaners.choice, allowed=CONFLICT_RULES),
    "respect-existing-maintenance": cleaners.flag,
    "description": lambda word: word.text,
    "fail-on-error": partial(cleaners.choice, allowed=FAIL_RULES),
    "timeout": cleaners.duration,
    "concurrency": partial(cleaners.count, most=MOST_CONCURRENCY),
    "dry-run": cleaners.flag,
    "verbose": cleaners.flag,
    "json": cleaners.flag,
    "state": lambda word: word.text,
}


@dataclass(frozen=True)
class Settings:
    """What the user asks for. Durations are seconds; `policy` holds only what was given."""

    spelled: Callable[[str], str] = field(repr=False)
    api_key: Secret | None = field(default=None, repr=False)
    api_url: str = DEFAULT_API_URL
    services: tuple[str, ...] = ()
    phase: str = "auto"
    status: str = ""
    outcome: str = ""
    rollback_outcome: str = ""
    job_status: str = ""
    policy: Mapping[str, str] = field(default_factory=dict)
    respect_existing_maintenance: bool = False
    description: str = ""
    fail_on_error: str = "finish"
    timeout: float = 60.0
    concurrency: int = 8
    dry_run: bool = False
    verbose: bool = False
    json: bool = False
    state: str = ""

    def need_key(self) -> Secret:
        """Return the key, or raise WrongSetting where there is none."""
        if self.api_key is None:
            raise WrongSetting(
                f"there is no API key: {self.spelled('api-key')} is empty or not set",
                remedy="Create a key under Settings > API Keys and hand it over as a secret of the pipeline.",
            )
        return self.api_key

    def need_services(self) -> tuple[str, ...]:
        """Return the references, or raise WrongSetting where there are none."""
        if not self.services:
            raise WrongSetting(
                f"no service is named: {self.spelled('services')} is empty or not set",
                remedy="Name at least one service by its id or name; `alert24-deploy services` lists them.",
            )
        return self.services


def read(words: Mapping[str, str], spelled: Callable[[str], str]) -> Settings:
    """Return the settings that the words make; an empty word is as good as none.

    Args:
        words: what the user wrote, by the settings' names in kebab-case.
        spelled: a setting's name as the user spells it at this door, for messages.

    Raises:
        WrongSetting: a value that can't be; it names the setting, quotes the value and lists what it can be.
    """
    clean = {
        name: cleaner(Word(words[name], spelled(name)))
        for name, cleaner in _CLEANERS.items()
        if words.get(name, "").strip()
    }
    policy = {_field(name): clean.pop(name) for name in POLICY_OPTIONS if name in clean}
    return Settings(spelled=spelled, policy=policy, **{_field(name): value for name, value in clean.items()})


def _field(name: str) -> str:
    return name.replace("-", "_")
