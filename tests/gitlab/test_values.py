"""Whatever stands in an input changes no script, runs nothing, and reaches the tool as it was written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.key_watch import KeyWatch

from .jobs import Machine
from .rendering import Refused, header, job, render, script, variables

INPUTS = header()
FREE = sorted(name for name, spec in INPUTS.items() if "regex" in spec)
# What YAML, a shell, GitLab's interpolation and its variables give a meaning to.
NASTY = st.sampled_from(
    [
        *"'\"`$\\\n\r\t#:-{}[]|>&*!%@,;? ",
        "$(touch ran)",
        "`touch ran`",
        "; touch ran #",
        "' ; touch ran ; '",
        '" && touch ran && "',
        "\n  script: [touch ran]\n",
        "\n---\n",
        "\x85",
        "\u2028",
        "\ufeff",
        "$[[ inputs.api-url ]]",
        "${HOME}",
        "$$",
        "<<: *tool",
        "!reference [.a, b]",
        "\x1b[0Ksection_start:1:x\r",
        "é日🚀",
    ]
)
TEXTS = st.lists(NASTY | st.text(max_size=8), max_size=6).map("".join)
# One line's worth, so that the texts that GitLab takes are not found by luck alone.
LINES = TEXTS.map(lambda text: "".join(character for character in text if character.isprintable()))
# In an array, JSON escapes all that ends a line but U+0085, and YAML refuses what else is left here: see the guide.
ITEMS = TEXTS.map(lambda text: re.sub("[\x7f-\x9f\ufeff\ufffe\uffff]", "", text))
SCRIPTS = ("before_script", "script", "after_script")
WRAPPED = "deploy"


def rendered(inputs: dict[str, object]) -> dict[str, Any]:
    """The component with a deployment job of a user's."""
    configuration = render(inputs)
    return {**configuration, WRAPPED: {"extends": ".alert24-deploy", "script": [":"]}}


def shape(value: Any) -> Any:
    """A configuration without its texts: only what stands where."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value).__name__


def all_scripts(configuration: dict[str, Any]) -> list[str]:
    """Every script of every job, hidden ones too."""
    return [script(job(configuration, name), *SCRIPTS) for name in configuration]


PLAIN = rendered({})
KEYS_FROM_INPUTS = ("job-prefix", "environment")  # these name jobs


@pytest.mark.parametrize("name", [name for name in FREE if name not in KEYS_FROM_INPUTS])
@settings(max_examples=25)
@given(value=TEXTS | LINES)
@example(value="a\nmore: {script: [touch ran]}\n#")
@example(value="a\x85more: {script: [touch ran]}\x85#")
def test_string__any_text__is_refused_or_only_a_value(name: str, value: str) -> None:
    """No text in an input adds, removes or changes anything but the value that the input stands for."""
    try:
        configuration = rendered({name: value})
    except (Refused, yaml.reader.ReaderError):
        return
    assert shape(configuration) == shape(PLAIN)
    assert all_scripts(configuration) == all_scripts(PLAIN)


@pytest.mark.parametrize("name", KEYS_FROM_INPUTS)
@settings(max_examples=50)
@given(value=TEXTS | LINES)
@example(value='a":\n  script: [touch ran]\n"')
@example(value='a"}, more: {"b')
@example(value="production/eu")
@example(value="alert24 ")
def test_name__any_text__is_refused_or_names_jobs(name: str, value: str) -> None:
    """A text that becomes part of jobs' names changes nothing else."""
    try:
        configuration = rendered({name: value})
    except Refused:
        return
    assert all_scripts(configuration)[:2] == all_scripts(PLAIN)[:2]
    prefix = value if name == "job-prefix" else "alert24:"
    for which in ("start", "succeeded", "failed"):
        found, plain = job(configuration, prefix + which), job(PLAIN, "alert24:" + which)
        assert script(found, *SCRIPTS) == script(plain, *SCRIPTS)
        expected = {"name": value, "action": "prepare"} if name == "environment" and value else None
        assert found.get("environment") == expected


@settings(max_examples=50)
@given(services=st.lists(ITEMS, max_size=4), change=st.lists(ITEMS, max_size=4), needs=st.lists(ITEMS, max_size=3))
def test_array__any_texts__are_only_values(services: list[str], change: list[str], needs: list[str]) -> None:
    """Arrays take any text, line ends too, and come out as JSON of the same texts."""
    configuration = rendered({"services": services, "change": change, "needs": needs})
    assert all_scripts(configuration) == all_scripts(PLAIN)
    deploy = job(configuration, WRAPPED)
    assert json.loads(variables(deploy)["ALERT24_SERVICES"]) == services
    assert json.loads(variables(deploy)["ALERT24_CHANGE"]) == change
    finish = job(configuration, "alert24:failed")
    assert finish["rules"][3]["needs"] == needs


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine whose tool only writes down with what it was called."""
    machine = Machine(tmp_path_factory.mktemp("machine"), KeyWatch())
    record = f': >"$ALERT24_STATE"; echo "$@" >>calls; for name in {" ".join(KEPT[:-1])}; do'
    machine.install("alert24-deploy", f'{record} printenv "$name" >"$name"; done')
    return machine


@pytest.mark.slow
@settings(max_examples=40)
@given(services=st.lists(ITEMS, max_size=3), change=st.lists(ITEMS, max_size=3), description=LINES, lane=LINES)
def test_real_shell__any_values__reach_the_tool(
    told: Machine, services: list[str], change: list[str], description: str, lane: str
) -> None:
    """A real shell hands every value to the tool as it was written, and runs nothing of it."""
    before = sorted(path.name for path in told.project.iterdir())
    (told.project / "calls").unlink(missing_ok=True)
    try:
        given = {"services": services, "change": change, "description": description, "lane": lane}
        configuration = rendered({**given, "api-key-variable": "PAGE_KEY"})
    except (Refused, yaml.reader.ReaderError):
        return
    ended = told.run(job(configuration, WRAPPED), env={"PAGE_KEY": "a key"})
    assert ended.green, ended.log
    assert read(told, "calls") == "start\nfinish --outcome auto\n"
    assert json.loads(read(told, "ALERT24_SERVICES")) == services
    assert json.loads(read(told, "ALERT24_CHANGE")) == change
    # YAML takes the blanks in front of a line for its indentation.
    assert read(told, "ALERT24_DESCRIPTION") == description.lstrip(" ") + "\n"
    assert read(told, "ALERT24_LANE") == lane.lstrip(" ") + "\n"
    assert read(told, "ALERT24_API_KEY") == "a key\n"
    assert {*before, "calls"} >= {path.name for path in told.project.iterdir()} - set(KEPT)


KEPT = ("ALERT24_SERVICES", "ALERT24_CHANGE", "ALERT24_DESCRIPTION", "ALERT24_LANE", "ALERT24_API_KEY", "calls")


def read(machine: Machine, name: str) -> str:
    """What the tool wrote down."""
    with Path(machine.project, name).open(encoding="utf-8", newline="") as file:
        return file.read()
