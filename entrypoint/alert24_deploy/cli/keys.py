"""The settings of a command, with its secrets from where secrets may come from: the environment or a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..ci.console import Console
from ..errors import WrongSetting
from ..settings import Settings, read
from ..text import quote
from .options import RawOptions

_KEY_VARIABLE = "ALERT24_API_KEY"
_SECRETS = ("webhook-secret", "rollback-secret")
_KEY_FILE_LIMIT = 4096  # characters; a key has 40


def load_settings(raw: RawOptions, environ: Mapping[str, str], console: Console) -> Settings:
    """Return the settings of a command, with its secrets hidden from everything that is said afterwards."""
    words = dict(raw.words)
    key_file = words.pop("api-key-file", "")
    words["api-key"] = _key_from(key_file, raw) if key_file else environ.get(_KEY_VARIABLE, "")
    display_name = raw.display_name("api-key-file") if key_file else _KEY_VARIABLE
    words.update({name: environ.get(f"ALERT24_{name.replace('-', '_').upper()}", "") for name in _SECRETS})
    console.add_secret(words["api-key"].strip())
    settings = read(words, lambda name: display_name if name == "api-key" else raw.display_name(name))
    for secret in settings.secrets():
        console.add_secret(secret)
    return settings


def _key_from(path: str, raw: RawOptions) -> str:
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            text = file.read(_KEY_FILE_LIMIT)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise WrongSetting(
            f"the key file {quote(path)} that {raw.display_name('api-key-file')} names can't be read: {reason}",
            remedy="Check its path and its permissions; it holds the key and nothing else.",
        ) from None
    if not text.strip():
        raise WrongSetting(f"the key file {quote(path)} is empty", remedy="It must hold the key and nothing else.")
    return text
