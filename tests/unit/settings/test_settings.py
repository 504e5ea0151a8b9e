from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.errors import WrongSetting
from alert24_deploy.settings import Settings, read

from .words import complaint, display_name, value

KEY = "ak_live_" + "Ab0" * 10 + "Zz"


def test_read__nothing__the_documented_defaults() -> None:
    """Who gives nothing gets what the contract says."""
    settings = read({}, display_name)
    assert (settings.api_url, settings.timeout, settings.concurrency) == ("https://app.alert24.net", 60, 16)
    assert (settings.fail_on_unreachable, settings.phase, settings.policy) == ("finish", "auto", {})
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


def test_read__unknown_name__ignored() -> None:
    """What is no setting has no effect."""
    assert read({"unheard-of": "x"}, display_name)[1:] == read({}, display_name)[1:]


def test_read__parsed_values__are_taken_as_they_are() -> None:
    """What the command line has parsed reaches the settings as values, and wins over a text."""
    parsed = {"dry-run": True, "on-failure": "degraded", "services": ("Payments, EU", "two\nlines")}
    settings = read({"dry-run": "false", "services": "Other"}, display_name, parsed)
    assert (settings.dry_run, settings.policy) == (True, {"on_failure": "degraded"})
    assert settings.services == ("Payments, EU", "two\nlines")


def test_read__parsed_references__are_cleaned() -> None:
    """An option given twice or empty names each service once."""
    parsed = {"services": ("API", " API ", "", "  ", "Web")}
    assert read({}, display_name, parsed).services == ("API", "Web")


@pytest.mark.parametrize("name", ["services", "webhook-urls"])
def test_read__parsed_item_that_is_not_valid__names_the_setting(name: str) -> None:
    """Each item of a repeated option is checked as in a variable."""
    with pytest.raises(WrongSetting, match=f"--{name}"):
        read({}, display_name, {name: ("\udcff",)})


@pytest.mark.parametrize("name", ["outcome", "rollback-outcome", "job-status"])
def test_read__outcomes__kept_as_they_are(name: str) -> None:
    """The policy decides what a word means."""
    assert value(name, " Exploded\n") == "Exploded"


@pytest.mark.parametrize("word", ["auto", " AUTO\n", ""])
def test_read__outcome_auto__in_any_spelling(word: str) -> None:
    """`auto` is also what an outcome is that nobody gives."""
    assert value("outcome", word) == "auto"


def test_read__description__word_for_word() -> None:
    """A text is the user's."""
    assert value("description", " Deploying\n2 ") == " Deploying\n2 "


@pytest.mark.parametrize("word", [KEY, f" {KEY}\n", f"\t{KEY}\r\n"])
def test_key__with_blanks_around__the_key(word: str) -> None:
    """A line end in a secret is no part of the key."""
    assert read({"api-key": word}, display_name).need_key().reveal() == KEY


WRONG_KEYS = {
    "bearer": f"Bearer {KEY}",
    "small bearer": f"bearer {KEY}",
    "blank inside": KEY.replace("Z", " "),
    "line end inside": KEY.replace("Z", "\n"),
    "control character": KEY.replace("Z", "\x00"),
    "not ASCII": KEY.replace("Z", "é"),
    "no-break space": KEY.replace("Z", "\xa0"),
}


@pytest.mark.parametrize("kind", WRONG_KEYS)
def test_key__wrong__told_without_a_character_of_it(kind: str) -> None:
    """A mistyped key is still nearly the key."""
    message = complaint("api-key", WRONG_KEYS[kind])
    assert KEY[:12] not in message
    assert KEY[-8:-2] not in message


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=50))
def test_settings__any_key__in_no_form_of_them(key: str) -> None:
    """Settings may be logged by mistake; the key is not in them."""
    settings = read({"api-key": f"Q7{key}"}, display_name)
    for text in (repr(settings), str(settings), f"{settings}", repr(settings.need_key()), f"{settings.need_key()}"):
        assert f"Q7{key}" not in text


def test_need_key__none__names_the_setting_and_the_remedy() -> None:
    """Who has no key reads where to get one and where to put it."""
    with pytest.raises(WrongSetting) as caught:
        read({}, display_name).need_key()
    assert "--api-key" in str(caught.value)
    assert "Settings > API Keys" in str(caught.value)


def test_need_services__none__names_the_setting_and_the_remedy() -> None:
    """Who names no service reads how to find their names."""
    with pytest.raises(WrongSetting) as caught:
        read({"services": "[]"}, display_name).need_services()
    assert "--services" in str(caught.value)
    assert "alert24-deploy services" in str(caught.value)


def test_need_services__some__those() -> None:
    """What was named is returned."""
    assert read({"services": "API"}, display_name).need_services() == ("API",)


def test_settings__any__can_not_be_changed() -> None:
    """Settings are read once."""
    settings: Settings = read({}, display_name)
    with pytest.raises(AttributeError):
        settings.timeout = 1  # type: ignore[misc]


def test_read__wrong_text__names_the_input() -> None:
    """A user of the action reads the input's name, not the command line's."""
    with pytest.raises(WrongSetting, match=r"'x' is not a valid duration for `timeout`"):
        read({"timeout": "x"}, lambda name: f"`{name}`")
