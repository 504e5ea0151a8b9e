from __future__ import annotations

from pathlib import Path

import pytest

from alert24_deploy.cli.common import load_settings
from alert24_deploy.cli.options import GivenOptions
from alert24_deploy.errors import WrongSetting
from alert24_deploy.settings import Settings
from alert24_deploy.text import redact

from .tools import KEY

OTHER = "ak_live_" + "Zx9c" * 8


def settings(*, file: Path | None = None, variable: str = "") -> Settings:
    """The settings with a key from a file or a variable."""
    given = GivenOptions({"api-key-file": str(file)} if file else {}, {}, {"api-key-file": "--api-key-file"})
    return load_settings(given, {"ALERT24_API_KEY": variable} if variable else {})


def complaint(file: Path) -> str:
    """The message about a key file that can't be used."""
    with pytest.raises(WrongSetting) as caught:
        settings(file=file)
    return str(caught.value)


@pytest.fixture
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file's place, where the watch over keys does not look."""
    return tmp_path_factory.mktemp("secrets") / "key"


def test_settings_of__variable__the_key() -> None:
    """The key comes from the environment."""
    assert settings(variable=KEY).need_key().reveal() == KEY


@pytest.mark.parametrize("form", ["{}", "{}\n", "{}\r\n", "\ufeff{}\n", "  {}  \n\n"])
def test_settings_of__file__the_key(secret: Path, form: str) -> None:
    """The key comes from a file, as editors and secret stores write them."""
    secret.write_bytes(form.format(KEY).encode())
    assert settings(file=secret).need_key().reveal() == KEY


def test_settings_of__file_and_variable__the_file(secret: Path) -> None:
    """What is named is nearer than what happens to be set."""
    secret.write_text(KEY)
    assert settings(file=secret, variable=OTHER).need_key().reveal() == KEY


def test_settings_of__neither__names_the_variable() -> None:
    """Who has no key reads where to put it."""
    with pytest.raises(WrongSetting, match="ALERT24_API_KEY is empty or not set"):
        settings().need_key()


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), (b"\n", "is empty"), (b"\xff\xfe\x00", "it is not text")]
)
def test_settings_of__unusable_file__says_so(tmp_path: Path, content: bytes | None, why: str) -> None:
    """The message names the file and the reason, and the variable does not take its place."""
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    message = complaint(path)
    assert str(path) in message
    assert why in message


def test_settings_of__unusable_key_in_a_file__names_the_option_and_not_the_key(secret: Path) -> None:
    """A key with something in it that no key has is told without a character of it."""
    secret.write_text(f"{KEY}\n{OTHER}\n")
    message = complaint(secret)
    assert "--api-key-file contains spaces, line breaks" in message
    assert KEY not in message


@pytest.mark.parametrize("good", [True, False])
def test_settings_of__any_key__struck_out_from_then_on(good: bool) -> None:
    """Even a key that can't be used is hidden."""
    word = KEY if good else f"{KEY} {OTHER}"
    try:
        settings(variable=word)
    except WrongSetting:
        assert not good
    assert KEY not in redact(f"the key is {word}")
