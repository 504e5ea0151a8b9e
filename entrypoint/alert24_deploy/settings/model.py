"""The settings as values, read from what the user gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..errors import WrongSetting
from ..text import Secret
from .parsers import RawValue
from .setting import Setting
from .table import POLICY_SETTINGS, SETTINGS

_TOKEN_LENGTH = 16  # characters
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Settings(NamedTuple):
    """What the user asks for. Durations are seconds; `policy` contains only what was given.

    A field without a default here has its default in the table.
    """

    display_name: Callable[[str], str]
    api_url: str
    timeout: float
    concurrency: int
    fail_on_unreachable: str
    phase: str
    outcome: str
    state: str
    on_pass: str
    on_fail: str
    verify_status: tuple[int, int]
    verify_interval: float
    verify_successes: int
    rollback_on: tuple[str, ...]
    grace: float
    policy: Mapping[str, str] = _NOTHING
    api_key: Secret | None = None
    api_key_file: str = ""
    ca_certificates: str = ""
    services: tuple[str, ...] = ()
    status: str = ""
    rollback_outcome: str = ""
    job_status: str = ""
    respect_existing_maintenance: bool = False
    description: str = ""
    dry_run: bool = False
    verbose: bool = False
    json: bool = False
    webhook_urls: tuple[Secret, ...] = ()
    webhook_secret: Secret | None = None
    webhook_signature_header: str = ""
    rollback: str = ""
    rollback_timeout: float | None = None
    rollback_url: Secret | None = None
    rollback_secret: Secret | None = None
    command_timeout: float | None = None
    allow_workflow_commands: bool = False
    verify_url: str = ""
    verify_text: str = ""
    verify_header: tuple[str, Secret] | None = None
    verify_command: str = ""
    verify_checks: bool = False
    verify_timeout: float | None = None
    override_maintenance: bool = False
    url: str = ""
    max_age: float | None = None
    to: str = ""
    run: str = ""
    job: str = ""
    workflow: str = ""
    github_token: Secret | None = None
    ci_token: Secret | None = None

    def secrets(self) -> list[str]:
        """Return every secret among the settings, to be redacted from all output."""
        # A token is long. A header's short value is a word such as `staging`, which other settings contain as well.
        header = [self.verify_header[1]] if self.verify_header else []
        header = [value for value in header if len(value.reveal()) >= _TOKEN_LENGTH]
        named = [self.api_key, self.webhook_secret, self.rollback_url, self.rollback_secret]
        named += [self.github_token, self.ci_token]
        return [secret.reveal() for secret in (*named, *self.webhook_urls, *header) if secret]

    def need_key(self) -> Secret:
        """Return the key, or raise WrongSetting if there is none."""
        if self.api_key is None:
            raise WrongSetting(
                f"there is no API key: {self.display_name('api-key')} is empty or not set",
                remedy="Create a key in Alert24 under Settings > API Keys, and store it as a secret of the pipeline.",
            )
        return self.api_key

    def need_services(self) -> tuple[str, ...]:
        """Return the references, or raise WrongSetting if there are none."""
        if not self.services:
            raise WrongSetting(
                f"no service is named: {self.display_name('services')} is empty or not set",
                remedy="Name at least one service by its name or id. `alert24-deploy services` lists them.",
            )
        return self.services


def read(
    texts: Mapping[str, str], display_name: Callable[[str], str], parsed: Mapping[str, object] = _NOTHING
) -> Settings:
    """Return the settings; what was not given, or is blank, has the default of the table.

    Args:
        texts: what the user wrote, by the settings' names; it is parsed here.
        display_name: returns how the user calls a setting (its option, input or variable), for messages.
        parsed: what the command line has parsed already, by the settings' names: flags, choices, and the texts of
            an option that may be repeated. It takes precedence.

    Raises:
        WrongSetting: a value is not valid. The error names the setting, quotes the value and says what to use.
    """
    values: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        if name in parsed:
            values[name] = _collected(setting, parsed[name], display_name(name))
        elif (text := texts.get(name, "")) and text.strip():
            values[name] = setting.parse(RawValue(text, display_name(name)))
    policy = {SETTINGS[name].field: values.pop(name) for name in POLICY_SETTINGS if name in values}
    fields = {SETTINGS[name].field: value for name, value in values.items()}
    return Settings(display_name=display_name, policy=policy, **{**_defaults(without=fields), **fields})


def _collected(setting: Setting, value: object, display_name: str) -> object:
    if isinstance(value, tuple) and setting.parse_items:
        return setting.parse_items(value, display_name)
    return value


def _defaults(without: Mapping[str, object]) -> dict[str, Any]:
    """Return the table's defaults by field; finish merges the policy's own with what start saved."""
    rows = [row for row in SETTINGS.values() if row.default and row.name not in POLICY_SETTINGS]
    return {row.field: row.parse(RawValue(row.default, row.name)) for row in rows if row.field not in without}
