from __future__ import annotations

import pytest

from alert24_deploy.errors import (
    Alert24DeployError,
    Alert24Refused,
    BrokenState,
    CannotReachAlert24,
    Interrupted,
    NoSuchService,
    UnknownService,
    WrongSetting,
    worst,
)

CODES = [
    (WrongSetting("x"), 2),
    (BrokenState("x"), 2),
    (Alert24Refused("x"), 3),
    (NoSuchService("x"), 3),
    (UnknownService("x"), 3),
    (CannotReachAlert24("x"), 4),
    (Interrupted("x"), 4),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda value: type(value).__name__)
def test_exit_code__every_error__as_the_contract_says(error: Alert24DeployError, code: int) -> None:
    """A script can tell configuration, refusal and outage apart."""
    assert error.exit_code == code


def test_str__all_parts__three_lines_in_order() -> None:
    """What and why, then the explanation and the page's state, then what to do."""
    error = Alert24Refused("Alert24 answered 403", detail="The key may not write.", remedy="Create a key.")
    error.with_context(what="Could not set 'API'", left="Nothing was changed.")
    assert str(error) == (
        "Could not set 'API': Alert24 answered 403.\nThe key may not write. Nothing was changed.\nCreate a key."
    )


def test_str__only_why__a_sentence_of_its_own() -> None:
    """Without a known task the reason begins the message."""
    assert str(WrongSetting("there is no API key")) == "There is no API key."


def test_str__no_detail__the_state_of_the_page_alone() -> None:
    """An empty part leaves no blank and no empty line."""
    assert str(WrongSetting("x").with_context(left="Nothing was changed.")) == "X.\nNothing was changed."


def test_told__twice__the_nearer_wins() -> None:
    """Who was nearest to the error knows best what was being done."""
    error = WrongSetting("x").with_context(what="near", left="kept").with_context(what="far", left="lost")
    assert (error.what, error.left) == ("near", "kept")


def test_told__any__returns_the_error_itself() -> None:
    """It can be raised in the same breath."""
    error = WrongSetting("x")
    assert error.with_context(what="y") is error


OUTAGE = CannotReachAlert24("outage")
REFUSAL = Alert24Refused("refusal")
SIGNAL = Interrupted("signal")
WORST = [
    ([OUTAGE, REFUSAL], REFUSAL),
    ([REFUSAL, OUTAGE], REFUSAL),
    ([SIGNAL, REFUSAL, OUTAGE], REFUSAL),
    ([OUTAGE, SIGNAL], SIGNAL),
    ([SIGNAL, OUTAGE], SIGNAL),
    ([OUTAGE], OUTAGE),
]


@pytest.mark.parametrize(("errors", "expected"), WORST, ids=str)
def test_worst__several__refusal_then_signal_then_outage(
    errors: list[Alert24DeployError], expected: Alert24DeployError
) -> None:
    """What no waiting heals comes first; a signal fails every phase, so no outage that may be forgiven hides it."""
    assert worst(errors) is expected


def test_cannot_reach__unless_told__counts_as_sent() -> None:
    """In doubt a write may have been carried out."""
    assert CannotReachAlert24("x").sent
