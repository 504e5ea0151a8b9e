from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.errors import WrongSetting
from alert24_deploy.policy import Policy
from alert24_deploy.settings import Settings, read

from .words import complaint, display_name, value

KEY = "ak_live_" + "Ab0" * 10 + "Zz"


def test_read__nothing__the_documented_defaults() -> None:
    """Who gives nothing gets what the contract says; what is no setting has no effect."""
    settings = read({"unheard-of": "x"}, display_name)
    assert (settings.api_url, settings.timeout, settings.concurrency) == ("https://app.alert24.net", 60, 16)
    assert (settings.fail_on_unreachable, settings.phase, settings.policy) == ("finish", "auto", {})
    assert (settings.outcome, settings.verify_timeout, Policy().on_unverified) == ("auto", None, "degraded")
    assert not any((settings.dry_run, settings.verbose, settings.json, settings.respect_existing_maintenance))


@pytest.mark.parametrize("word", ["", " ", "\n"])
def test_read__empty_words__as_good_as_none(word: str) -> None:
    """An input that is empty, as GitHub hands it over, is one that was not given."""
    names = ["api-key", "api-url", "services", "on-success", "timeout", "dry-run", "fail-on-unreachable"]
    settings = read(dict.fromkeys(names, word), display_name)
    assert settings == read({}, settings.display_name)


def test_read__policy__only_what_was_given() -> None:
    """Finish's options win over start's one by one, so defaults must not look like options."""
    assert read({"on-failure": "degraded", "on-conflict": "keep"}, display_name).policy == {
        "on_failure": "degraded",
        "on_conflict": "keep",
    }


def test_read__parsed_values__are_taken_as_they_are() -> None:
    """What the command line has parsed reaches the settings as values, and wins over a text."""
    parsed = {
        "dry-run": True,
        "on-failure": "degraded",
        "services": ("Payments, EU", " two\nlines", "", "Payments, EU"),
    }
    settings = read({"dry-run": "false", "services": "Other"}, display_name, parsed)
    assert (settings.dry_run, settings.policy) == (True, {"on_failure": "degraded"})
    assert settings.services == ("Payments, EU", "two\nlines")


@pytest.mark.parametrize("name", ["services", "webhook-urls"])
def test_read__parsed_item_that_is_not_valid__names_the_setting(name: str) -> None:
    """Each item of a repeated option is checked as in a variable."""
    with pytest.raises(WrongSetting, match=f"--{name}"):
        read({}, display_name, {name: ("\udcff",)})


@pytest.mark.parametrize("name", ["outcome", "rollback-outcome", "job-status"])
def test_read__outcomes__kept_as_they_are(name: str) -> None:
    """The policy decides what a word means; `auto` is one in any spelling."""
    assert (value(name, " Exploded\n"), value(name, " AUTO\n")) == ("Exploded", "auto")


def test_read__description__word_for_word() -> None:
    """A text is the user's."""
    assert value("description", " Deploying\n2 ") == " Deploying\n2 "


@pytest.mark.parametrize("word", [KEY, f" {KEY}\n", f"\t{KEY}\r\n"])
def test_key__with_blanks_around__the_key(word: str) -> None:
    """A line end in a secret is no part of the key."""
    assert read({"api-key": word}, display_name).need_key().reveal() == KEY


WRONG = [f"Bearer {KEY}", f"bearer {KEY}", *(KEY.replace("Z", odd) for odd in (" ", "\n", "\x00", "é", "\xa0"))]


@pytest.mark.parametrize("word", WRONG, ids=ascii)
def test_key__wrong__told_without_a_character_of_it(word: str) -> None:
    """A mistyped key is still nearly the key."""
    message = complaint("api-key", word)
    assert KEY[:12] not in message
    assert KEY[-8:-2] not in message


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=50))
def test_settings__any_key__in_no_form_of_them(key: str) -> None:
    """Settings may be logged by mistake; the key is not in them."""
    settings = read({"api-key": f"Q7{key}"}, display_name)
    for text in (repr(settings), str(settings), f"{settings}", repr(settings.need_key()), f"{settings.need_key()}"):
        assert f"Q7{key}" not in text


@pytest.mark.parametrize(
    ("need", "name", "remedy"),
    [
        (Settings.need_key, "--api-key", "Settings > API Keys"),
        (Settings.need_services, "--services", "alert24-deploy services"),
    ],
)
def test_need__none__names_the_setting_and_the_remedy(
    need: Callable[[Settings], object], name: str, remedy: str
) -> None:
    """Who has no key or names no service reads where to get one and where to put it."""
    with pytest.raises(WrongSetting) as caught:
        need(read({"services": "[]"}, display_name))
    assert name in str(caught.value)
    assert remedy in str(caught.value)


def test_read__wrong_text__names_the_input() -> None:
    """A user of the action reads the input's name, not the command line's."""
    with pytest.raises(WrongSetting, match=r"'x' is not a valid duration for `timeout`"):
        read({"timeout": "x"}, lambda name: f"`{name}`")
