"""Settings from one word, as the command line would hand it over."""

from __future__ import annotations

from typing import Any

import pytest

from alert24_deploy.errors import WrongSetting
from alert24_deploy.settings import read


def display_name(name: str) -> str:
    """A setting's name as a user spells it."""
    return f"--{name}"


def value(name: str, word: str) -> Any:
    """What one word becomes."""
    settings = read({name: word}, display_name)
    field = name.replace("-", "_")
    return settings.policy[field] if name.startswith("on-") else getattr(settings, field)


def complaint(name: str, word: str) -> str:
    """The message about a word that can't be; it always names the setting."""
    with pytest.raises(WrongSetting) as caught:
        read({name: word}, display_name)
    assert f"--{name}" in str(caught.value)
    assert caught.value.exit_code == 2
    return str(caught.value)
