from __future__ import annotations

import pytest

from alert24_deploy.text import join_words

from .words import complaint, value

TARGETS = ["operational", "degraded", "down", "maintenance", "previous"]
CHOICES = {
    "on-success": TARGETS,
    "on-unverified": TARGETS,
    "on-failure": TARGETS,
    "on-cancelled": TARGETS,
    "on-rollback": TARGETS,
    "on-conflict": ["worst", "overwrite", "keep"],
    "fail-on-unreachable": ["never", "finish", "always"],
    "status": ["operational", "degraded", "down", "maintenance"],
    "phase": ["auto", "start", "finish", "set", "reconcile", "event"],
}
EACH = [(name, word) for name, words in CHOICES.items() for word in words]


@pytest.mark.parametrize(("name", "word"), EACH)
def test_choice__every_documented_value__taken_in_any_case(name: str, word: str) -> None:
    """What the contract lists can be used; a line end from YAML or a capital letter is no mistake."""
    assert value(name, word) == value(name, f" {word.title()}\n") == word


@pytest.mark.parametrize("name", CHOICES)
def test_choice__something_else__quoted_with_the_right_ones(name: str) -> None:
    """The message quotes the wrong value and lists the right ones."""
    message = complaint(name, "up")
    assert "'up' is not a valid" in message
    assert f"Use {join_words(CHOICES[name], 'or')}." in message


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [("on-success", "oprational", "operational"), ("on-conflict", "worse", "worst"), ("phase", "begin", "")],
)
def test_choice__misspelled__suggests_the_nearest(name: str, wrong: str, right: str) -> None:
    """A slip is answered with what was probably meant, and nothing far away is suggested."""
    message = complaint(name, wrong)
    assert ("did you mean" in message) is bool(right)
    assert f"(did you mean {right}?)" in message or not right


def test_choice__a_status__in_the_house_form() -> None:
    """The message says what is wrong, for which option, and what to use."""
    assert complaint("on-failure", "ok") == (
        "'ok' is not a valid status for --on-failure.\nUse operational, degraded, down, maintenance or previous."
    )


FLAGS = ["respect-existing-maintenance", "dry-run", "verbose", "json"]
WORDS = {True: ["true", "yes", "on", "1", "TRUE", " true "], False: ["false", "no", "off", "0", "False"]}


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("said", WORDS)
def test_flag__usual_words__yes_or_no(name: str, said: bool) -> None:
    """A variable may say yes or no in the usual words."""
    assert {value(name, word) for word in WORDS[said]} == {said}


@pytest.mark.parametrize("word", ["maybe", "2", "truee", "y"])
def test_flag__anything_else__refused(word: str) -> None:
    """A dry run that is half meant is not guessed at."""
    assert f"'{word}'" in complaint("dry-run", word)


DURATIONS = {"90": 90, "90s": 90, "2m": 120, "1h": 3600, "1.5m": 90, "0.5": 0.5, "24h": 86400, " 2M ": 120, "90 s": 90}


@pytest.mark.parametrize("word", DURATIONS)
def test_duration__documented_forms__seconds(word: str) -> None:
    """Seconds, or a number with a unit."""
    assert value("timeout", word) == DURATIONS[word]


NO_DURATIONS = ["0", "0s", "-5", "1d", "s", "90ss", "1h30m", "1e3", "inf", "nan", "25h", "٩", "9" * 400, "1.", ".5"]


@pytest.mark.parametrize("word", NO_DURATIONS, ids=lambda word: word[:8])
def test_duration__anything_else__refused(word: str) -> None:
    """No time at all, more than a day, and what isn't a time."""
    assert "is not a valid duration for --timeout" in complaint("timeout", word)


@pytest.mark.parametrize(("word", "number"), [("1", 1), ("8", 8), ("64", 64), (" 8 ", 8), ("008", 8)])
def test_count__in_range__a_number(word: str, number: int) -> None:
    """From one write at a time to sixty-four."""
    assert value("concurrency", word) == number


NO_COUNTS = ["0", "65", "-1", "1.5", "eight", "٨", "9" * 5000, "0000000649", "8 8"]


@pytest.mark.parametrize("word", NO_COUNTS, ids=lambda word: word[:12])
def test_count__anything_else__refused(word: str) -> None:
    """What is not a whole number in the range, however many digits it has."""
    assert "from 1 to 64" in complaint("concurrency", word)
