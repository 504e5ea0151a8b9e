"""Makes the settings from what the user wrote, by the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ..errors import WrongSetting
from .parsers import RawValue
from .setting import POLICY, Setting
from .table import SETTINGS, Settings


def read(
    texts: Mapping[str, str],
    display_name: Callable[[str], str],
    parsed: Mapping[str, object] = MappingProxyType({}),
    mistakes: dict[str, WrongSetting] | None = None,
) -> Settings:
    """Return the settings; what was not given, or is blank, has the default of the table.

    Args:
        texts: what the user wrote, by the settings' names; it is parsed here.
        display_name: returns how the user calls a setting, for messages.
        parsed: what the command line has parsed already, by the settings' names: flags, choices, and the texts of
            an option that may be repeated. It takes precedence.
        mistakes: if given, it gets the errors by the settings' names, and such settings have their defaults.

    Raises:
        WrongSetting: a value is not valid. The error names the setting, quotes the value and says what to use.
    """
    values = {}
    for setting in SETTINGS.values():
        given = parsed.get(setting.name), RawValue(texts.get(setting.name, ""), display_name(setting.name))
        try:
            values[setting.field] = _value(setting, *given)
        except WrongSetting as error:
            if mistakes is None:
                raise
            mistakes[setting.name] = error
            values[setting.field] = _value(setting, None, RawValue("", ""))
    return Settings(display_name, **values)


def _value(setting: Setting, given: object, word: RawValue) -> Any:
    """Return a setting's value from what the command line has parsed, else from the text, else its default."""
    if isinstance(given, tuple) and setting.parse_items:
        return setting.parse_items(given, word.display_name)
    if given is not None:
        return given
    if word.text.strip():
        return setting.parse(word)
    if setting.default and setting.group != POLICY:
        return setting.parse(RawValue(setting.default, setting.name))
    return setting.empty
