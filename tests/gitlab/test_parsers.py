"""The component read by GitLab's own parsers: Ruby's Psych for the YAML, RE2 for the regular expressions."""

from __future__ import annotations

import importlib
import itertools
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from .rendering import COMPONENT, Reference, content, header, interpolated, load

pytestmark = pytest.mark.e2e

LOADER = Path(__file__).with_name("loader.rb")
HEADER = COMPONENT.read_text("utf-8").split("\n---\n")[0]
INPUTS = header()
# Two values for each input whose value changes more than itself.
CHOICES: dict[str, Sequence[object]] = {
    "mode": ("wrap", "jobs"),
    "services": ([], ["Payments API", """Shop's "front", EU"""]),
    "description": ("none", """We're "deploying" $HOME: `now` # really"""),
    "script-timeout": ("none", "1h30m"),
    "environment": ("none", "production/$CI_COMMIT_REF_SLUG"),
    "needs": ([], ["alert24:start", "deploy"]),
    "any-ref": (False, True),
}


def psych(*texts: str) -> list[dict[str, Any]]:
    """What Ruby makes of texts."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    ended = subprocess.run(["ruby", LOADER], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in ended.stdout.split("\n") if line]


def combinations() -> Iterator[dict[str, object]]:
    """Every combination of inputs."""
    for values in itertools.product(*CHOICES.values()):
        yield dict(zip(CHOICES, values, strict=True))


def plain(value: object) -> object:
    """What the tests' own loader makes of a text, in the words of Ruby's."""
    if isinstance(value, Reference):
        return {"!reference": list(value)}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def test_psych__header__is_the_inputs() -> None:
    """Ruby reads the header with its alias, and finds the inputs that the other tests find."""
    (answer,) = psych(HEADER)
    assert answer["value"]["spec"]["inputs"] == INPUTS


def test_psych__every_combination_of_inputs__as_the_tests_read_it() -> None:
    """With the inputs in their place, Ruby reads the same configuration as the tests' own loader."""
    texts = [interpolated(given) for given in combinations()]
    for text, answer in zip(texts, psych(*texts), strict=True):
        assert answer.get("value") == plain(load(text)), answer.get("error")


def test_psych__classes_and_other_tags__refused() -> None:
    """The loader is as strict as GitLab's."""
    answers = psych("a: !ruby/object:Object {}", "a: 2026-01-01", "- a", "a: " + "[" * 200 + "]" * 200)
    assert [sorted(answer) for answer in answers] == [["error"]] * 4


@pytest.fixture(scope="module")
def re2() -> ModuleType:
    """RE2, imported only here: the fast tests' environment, which collects this file, does not contain it."""
    return importlib.import_module("re2")


@pytest.mark.parametrize("name", [name for name, spec in INPUTS.items() if "regex" in spec])
def test_re2__takes_regex_and_default(re2: ModuleType, name: str) -> None:
    """RE2 compiles each regex, and finds the default in it."""
    assert re2.search(INPUTS[name]["regex"], INPUTS[name]["default"])


@pytest.mark.parametrize("name", [name for name, spec in INPUTS.items() if "regex" in spec])
@pytest.mark.parametrize("end", ["\n", "\r", "\x85", "\u2028", "\x00"])
def test_re2__ends_of_lines__refused(re2: ModuleType, name: str, end: str) -> None:
    """To RE2, `$` is the end of the text: what follows a line's end is never let through."""
    default = INPUTS[name]["default"]
    for text in (f"{default}{end}", f"{default}{end}{default}", f"{end}{default}"):
        assert not re2.search(INPUTS[name]["regex"], text)


def test_old_rule__empty_beside_a_regex__refused() -> None:
    """What GitLab before 18.1 refuses (gitlab#477707) is found: an empty default beside a regex."""

    def refused(inputs: dict[str, Any]) -> list[str]:
        return [name for name, spec in inputs.items() if "regex" in spec and not spec["default"].strip()]

    old = yaml.safe_load(HEADER.replace("default: none", 'default: ""'))["spec"]["inputs"]
    assert {"description", "tool-url", "tool-sha256", "environment"} <= set(refused(old))
    assert refused(INPUTS) == []


def test_content__is_one_document() -> None:
    """GitLab splits header and content at the first line of three dashes; the content has no other."""
    assert "\n---" not in content()
