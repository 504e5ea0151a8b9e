"""docs/how-it-ends.md: every way in which a deployment can end, and the tests that show it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from .pages import program


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    """The program that writes the page's tables."""
    return program("how_it_ends")


def way(**cell: Any) -> list[dict[str, Any]]:
    """Return one way with one cell, for all shapes unless it says otherwise."""
    shapes = ["one-job", "three-jobs", "wrap", "jobs", "cli"]
    return [{"way": "It ends", "cells": [{"where": shapes, "page": "down", **cell}]}]


def test_page__is_what_the_ways_and_the_contract_say(writer: ModuleType) -> None:
    """`make readme` would change nothing, every way has a cell for each shape, and each test that it names exists."""
    assert writer.main("--check") == 0


@pytest.mark.parametrize(
    ("cell", "mistake"),
    [
        ({"shown": ["cli/test_stories.py::test_gone"]}, "there is no test cli/test_stories.py::test_gone"),
        ({"shown": ["cli/gone.py::test_it"]}, "there is no test cli/gone.py::test_it"),
        ({}, "nothing shows what happens"),
        ({"where": ["cli"], "source": "actions/runner, src/x.cs"}, "not once for each shape"),
    ],
)
def test_way__not_shown_or_incomplete__is_found(writer: ModuleType, cell: dict[str, Any], mistake: str) -> None:
    """A cell that nothing proves is not in the page."""
    (found,) = writer.mistakes(way(**cell))
    assert mistake in found


def test_page__out_of_date__is_found(writer: ModuleType) -> None:
    """Both tables are written anew."""
    page = "<!-- ends: signals -->\nold\n<!-- end -->\n"
    assert "| reads the services | during |" in writer.renewed(page)
