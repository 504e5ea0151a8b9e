"""The settings of a command, with its secrets from where secrets may come from: the environment or a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..ci.console import Console
from ..errors import WrongSetting
from ..settings import Settings, read
from ..text import quoted
from .options import Gathered

_KEY_VARIABLE = "ALERT24_API_KEY"
_SECRETS = ("webhook-secret", "rollback-secret")
_KEY_FILE_LIMIT = 4096  # characters; a key has 40


def settings_of(gathered: Gathered, environ: Mapping[str, str], console: Console) -> Settings:
    """Return the settings of a command, with its secrets hidden from everything that is said afterwards."""
    words = dict(gathered.words)
    key_file = words.pop("api-key-file", "")
    words["api-key"] = _key_from(key_file, gathered) if key_file else environ.get(_KEY_VARIABLE, "")
    spelled = gathered.spelled("api-key-file") if key_file else _KEY_VARIABLE
    words.update({name: environ.get(f"ALERT24_{name.replace('-', '_').upper()}", "") for name in _SECRETS})
    console.hide(words["api-key"].strip())
    settings = read(words, lambda name: spelled if name == "api-key" else gathered.spelled(name))
    for secret in settings.secrets():
        console.hide(secret)
    return settings


def _key_from(path: str, gathered: Gathered) -> str:
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            text = file.read(_KEY_FILE_LIMIT)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise WrongSetting(
            f"the key file {quoted(path)} that {gathered.spelled('api-key-file')} names can't be read: {reason}",
            remedy="Check its path and its permissions; it holds the key and nothing else.",
        ) from None
    if not text.strip():
        raise WrongSetting(f"the key file {quoted(path)} is empty", remedy="It must hold the key and nothing else.")
    return text
