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

OUTAGE, REFUSAL, SIGNAL = CannotReachAlert24("outage"), Alert24Refused("refusal"), Interrupted("signal")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WrongSetting("x"), 2),
        (BrokenState("x"), 2),
        (REFUSAL, 3),
        (NoSuchService("x"), 3),
        (UnknownService("x"), 3),
        (OUTAGE, 4),
        (SIGNAL, 4),
    ],
    ids=lambda value: type(value).__name__,
)
def test_exit_code__every_error__as_the_contract_says(error: Alert24DeployError, code: int) -> None:
    """A script can tell configuration, refusal and outage apart."""
    assert error.exit_code == code


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            Alert24Refused("Alert24 answered 403", detail="The key may not write.", remedy="Create a key.")
            .with_context(what="Could not set 'API'", left="Nothing was changed.")
            .with_context(what="far", left="lost"),
            "Could not set 'API': Alert24 answered 403.\nThe key may not write. Nothing was changed.\nCreate a key.",
        ),
        (WrongSetting("there is no API key"), "There is no API key."),
        (WrongSetting("x").with_context(left="Nothing was changed."), "X.\nNothing was changed."),
    ],
)
def test_str__the_parts_that_there_are__in_order(error: Alert24DeployError, message: str) -> None:
    """What and why, then the explanation and the page's state, then what to do; the nearest to the error knows best."""
    assert str(error) == message


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([OUTAGE, REFUSAL], REFUSAL),
        ([REFUSAL, OUTAGE], REFUSAL),
        ([SIGNAL, REFUSAL, OUTAGE], REFUSAL),
        ([OUTAGE, SIGNAL], SIGNAL),
        ([SIGNAL, OUTAGE], SIGNAL),
        ([OUTAGE], OUTAGE),
    ],
    ids=str,
)
def test_worst__several__refusal_then_signal_then_outage(
    errors: list[Alert24DeployError], expected: Alert24DeployError
) -> None:
    """What no waiting heals comes first; a signal fails every phase, so no outage that may be forgiven hides it."""
    assert worst(errors) is expected


def test_cannot_reach__unless_told__counts_as_sent() -> None:
    """In doubt a write may have been carried out."""
    assert OUTAGE.sent
