"""Kinds of settings: what the rows of the table have in common."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..policy import STATUSES, TARGETS
from . import parsers
from .parsers import RawValue
from .setting import COMPONENT, INPUT, OPTION, POLICY

NOT_COMPONENT = (OPTION, INPUT)
EVERYWHERE = (OPTION, INPUT, COMPONENT)


def one_of(choices: tuple[str, ...], noun: str = "value") -> dict[str, Any]:
    """Return the attributes of a setting that has one of a few values."""
    return {"choices": choices, "noun": noun, "parse": partial(parsers.choice, allowed=choices, noun=noun)}


def text(word: RawValue) -> str:
    """Return what the user wrote, as it is."""
    return word.text


STATUS = {"metavar": "STATUS", **one_of(STATUSES, "status")}
TARGET = {"group": POLICY, "metavar": "STATUS", **one_of(TARGETS, "status"), "where": EVERYWHERE}
FLAG: dict[str, Any] = {"parse": parsers.flag}
DURATION: dict[str, Any] = {"parse": parsers.duration, "metavar": "DURATION"}
