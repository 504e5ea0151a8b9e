"""What `--help` looks like on a terminal of 80 columns."""

from __future__ import annotations

import contextlib
import io
import re

import pytest

from alert24_deploy.cli.main import app
from alert24_deploy.errors import BUG, HOOK_FAILED, NOT_VERIFIED, REFUSED, UNREACHABLE, WRONG_USE
from alert24_deploy.settings.setting import GROUPS
from alert24_deploy.settings.table import SETTINGS

from .tools import command, commands

PAGES = ["", *commands()]


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


def shown(name: str) -> str:
    """The help of a command, or of the program."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app.main([name, "--help"] if name else ["--help"], prog_name="alert24-deploy", standalone_mode=False)
    return out.getvalue()


@pytest.mark.parametrize("name", PAGES)
def test_help__each_line__fits(name: str) -> None:
    """No line is wrapped by the terminal, and no odd space is in it."""
    text = shown(name)
    assert max(map(len, text.splitlines())) <= 80
    assert "\u00a0" not in text


@pytest.mark.parametrize("name", commands())
def test_help__variable_and_default__are_never_split(name: str) -> None:
    """What a reader may want to copy stands on one line."""
    text = shown(name)
    rows = [SETTINGS.get(str(parameter.name).replace("_", "-")) for parameter in command(name).params]
    listed = [row for row in rows if row and f"{row.long_form} {row.metavar}".strip() in text]
    assert [row.name for row in listed if f"env var: {row.variable}" not in text and name != "sandbox"] == []
    assert not re.search(r"(env var|default):?$", text, re.MULTILINE)


@pytest.mark.parametrize("name", commands())
def test_help__options__stand_under_their_groups_in_order(name: str) -> None:
    """Every option is listed once, under the heading of its group."""
    headings = re.split(r"^(\w+)(?: \([^)]*\))?:\n", shown(name), flags=re.MULTILINE)
    sections = dict(zip(headings[1::2], headings[2::2], strict=True))
    groups = [heading for heading in sections if heading in GROUPS]
    assert groups == [group for group in GROUPS if group in groups]
    for parameter in command(name).params:
        row = SETTINGS.get(str(parameter.name).replace("_", "-"))
        if row and getattr(parameter, "group", "") == row.group:
            lists = [heading for heading, section in sections.items() if re.search(rf"{row.long_form}\b(?!-)", section)]
            assert row.group in lists


def test_help__policy__says_what_a_status_can_be() -> None:
    """The values of five options are listed once, in the heading."""
    assert "Policy (STATUS is operational, degraded, down, maintenance or previous):\n" in shown("run")


def test_help__of_the_program__lists_every_exit_code() -> None:
    """A script's author finds the codes without a browser."""
    listed = set(re.findall(r"^ +(\d+(?:, \d+)*) +[a-zA-Z]", shown(""), re.MULTILINE))
    codes = (0, WRONG_USE, REFUSED, UNREACHABLE, HOOK_FAILED, NOT_VERIFIED, BUG)
    assert listed == {*map(str, codes), "129, 130, 143"}
