"""All settings, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..errors import WrongSetting
from ..policy import DOWN, OPERATIONAL
from ..text import Secret
from .parsers import RawValue
from .table import PARSERS, POLICY_OPTIONS

DEFAULT_API_URL = "https://app.alert24.net"
_TOKEN_LENGTH = 16  # characters


class Settings(NamedTuple):
    """What the user asks for. Durations are seconds; `policy` holds only what was given."""

    display_name: Callable[[str], str]
    api_key: Secret | None = None
    api_url: str = DEFAULT_API_URL
    services: tuple[str, ...] = ()
    phase: str = "auto"
    status: str = ""
    outcome: str = ""
    rollback_outcome: str = ""
    job_status: str = ""
    policy: Mapping[str, str] = MappingProxyType({})
    respect_existing_maintenance: bool = False
    description: str = ""
    fail_on_unreachable: str = "finish"
    timeout: float = 60.0
    concurrency: int = 8
    dry_run: bool = False
    verbose: bool = False
    json: bool = False
    state: str = ""
    webhook_urls: tuple[Secret, ...] = ()
    webhook_secret: Secret | None = None
    webhook_signature_header: str = ""
    rollback: str = ""
    rollback_timeout: float | None = None
    rollback_on: tuple[str, ...] = ("failure",)
    rollback_url: Secret | None = None
    rollback_secret: Secret | None = None
    command_timeout: float | None = None
    grace: float = 10.0
    allow_workflow_commands: bool = False
    verify_url: str = ""
    verify_status: tuple[int, int] = (200, 299)
    verify_text: str = ""
    verify_header: tuple[str, Secret] | None = None
    verify_command: str = ""
    verify_checks: bool = False
    verify_timeout: float | None = None
    verify_interval: float = 5.0
    verify_successes: int = 1
    on_pass: str = OPERATIONAL
    on_fail: str = DOWN
    override_maintenance: bool = False
    url: str = ""

    def secrets(self) -> list[str]:
        """Return every secret among the settings, for whoever must strike them out."""
        # A token is long. A header's short value is a word such as `staging`, which other settings hold as well.
        header = [self.verify_header[1]] if self.verify_header else []
        header = [value for value in header if len(value.reveal()) >= _TOKEN_LENGTH]
        named = [self.api_key, self.webhook_secret, self.rollback_url, self.rollback_secret]
        return [secret.reveal() for secret in (*named, *self.webhook_urls, *header) if secret]

    def need_key(self) -> Secret:
        """Return the key, or raise WrongSetting where there is none."""
        if self.api_key is None:
            raise WrongSetting(
                f"there is no API key: {self.display_name('api-key')} is empty or not set",
                remedy="Create a key under Settings > API Keys and hand it over as a secret of the pipeline.",
            )
        return self.api_key

    def need_services(self) -> tuple[str, ...]:
        """Return the references, or raise WrongSetting where there are none."""
        if not self.services:
            raise WrongSetting(
                f"no service is named: {self.display_name('services')} is empty or not set",
                remedy="Name at least one service by its id or name; `alert24-deploy services` lists them.",
            )
        return self.services


def read(words: Mapping[str, str], display_name: Callable[[str], str]) -> Settings:
    """Return the settings that the words make; an empty word is as good as none.

    Args:
        words: what the user wrote, by the settings' names in kebab-case.
        display_name: a setting's name as the user spells it at this door, for messages.

    Raises:
        WrongSetting: a value that can't be; it names the setting, quotes the value and lists what it can be.
    """
    clean = {
        name: parser(RawValue(words[name], display_name(name)))
        for name, parser in PARSERS.items()
        if words.get(name, "").strip()
    }
    policy = {_field(name): clean.pop(name) for name in POLICY_OPTIONS if name in clean}
    return Settings(display_name=display_name, policy=policy, **{_field(name): value for name, value in clean.items()})


def _field(name: str) -> str:
    return name.replace("-", "_")
