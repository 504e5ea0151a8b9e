"""The table of settings agrees with itself and with the values that it describes."""

from __future__ import annotations

import re

import pytest

from alert24_deploy.policy import Policy
from alert24_deploy.settings import read
from alert24_deploy.settings.setting import COMPONENT, GROUPS, INPUT, OPTION, VARIABLE, Setting
from alert24_deploy.settings.table import POLICY_SETTINGS, SETTINGS

ROWS = SETTINGS.values()
each_row = pytest.mark.parametrize("row", ROWS, ids=list(SETTINGS))
NOT_PLAIN = re.compile(r"\b(told|deserves?|well|rooms?|of ours|of yours|looks|somebody|where there)\b")
# A valid value of each secret, from which the secret part is what must be redacted.
SECRET_VALUES = {
    "api-key": ("k-0123456789", "k-0123456789"),
    "webhook-urls": ("https://example.com/0", "https://example.com/0"),
    "webhook-secret": ("sign-1", "sign-1"),
    "verify-header": ("A: " + "t" * 16, "t" * 16),
    "rollback-url": ("https://example.com/1", "https://example.com/1"),
    "rollback-secret": ("sign-2", "sign-2"),
    "github-token": ("ghs-1", "ghs-1"),
    "ci-token": ("glpat-1", "glpat-1"),
}


def test_table__policy__has_a_row_for_each_field() -> None:
    """No field of the policy is without its option, and each default is the policy's."""
    assert {SETTINGS[name].field: SETTINGS[name].default for name in POLICY_SETTINGS} == Policy._field_defaults


@each_row
def test_row__its_parts__fit_together(row: Setting) -> None:
    """A name is kebab-case, a group is known, a choice's default is a choice, a flag has no default."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", row.name)
    assert row.group in GROUPS
    assert set(row.where) <= {OPTION, VARIABLE, INPUT, COMPONENT}
    assert not (OPTION in row.where and VARIABLE in row.where)
    assert not (row.choices and row.default) or row.default in row.choices
    assert row.metavar or not row.default or OPTION not in row.where


@each_row
def test_row__default__is_what_a_user_would_write(row: Setting) -> None:
    """Writing the default that the help shows changes nothing."""
    given = read({row.name: row.default}, str)
    if row.name in POLICY_SETTINGS:
        assert Policy.given(given.policy) == Policy()
    else:
        assert given == read({}, str)


@each_row
def test_row__help__is_a_short_plain_sentence(row: Setting) -> None:
    """The help is in the English of the field, and short enough for a screen of 80 columns."""
    assert row.help.endswith(".")
    assert row.help[0].isupper() or row.help.startswith("`")
    assert len(row.help) <= 160
    assert not NOT_PLAIN.search(row.help)


def test_secrets__every_secret_row__is_redacted() -> None:
    """A new secret can't be forgotten among those that are redacted from all output."""
    assert set(SECRET_VALUES) == {row.name for row in ROWS if row.secret}
    settings = read({name: text for name, (text, _) in SECRET_VALUES.items()}, str)
    assert set(settings.secrets()) == {secret for _, secret in SECRET_VALUES.values()}
    assert not any(secret in repr(settings) for _, secret in SECRET_VALUES.values())


@pytest.mark.parametrize(
    ("name", "flag"), [("services", "--service"), ("webhook-urls", "--webhook-url"), ("to", "--to")]
)
def test_names__option_and_variable__follow_from_the_row(name: str, flag: str) -> None:
    """The contract's names: a variable is named like the setting, an option may be its singular."""
    variable = f"ALERT24_{name.upper().replace('-', '_')}"
    assert (SETTINGS[name].variable, SETTINGS[name].long_form) == (variable, flag)
