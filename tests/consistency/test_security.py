"""What SECURITY.md says, where no other test holds it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from alert24_deploy.action.inputs import SECRETS
from alert24_deploy.cli.main import app
from alert24_deploy.settings.setting import OPTION
from alert24_deploy.settings.table import SETTINGS

from .pages import ROOT
from .stage import Stage

PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
PLACES = ("entrypoint/alert24_deploy", ".")


CLAIMS = [cells for line in PAGE.splitlines() if line.count(" | ") == 2 and ".py`" in (cells := line.split(" | "))[2]]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda cells: cells[0][2:60])
def test_page__each_claim__names_code_and_tests_that_are_there(claim: list[str]) -> None:
    """A reviewer who follows the page finds what it speaks of."""
    _, code, tests = (re.findall(r"`([\w./-]+)`", cell) for cell in claim)
    assert code
    assert [name for name in code if not any((ROOT / place / name).exists() for place in PLACES)] == []
    assert [name for name in tests if not (ROOT / "tests" / name).is_file()] == []


def test_page__tables_of_claims__have_no_row_without_a_test() -> None:
    """A claim that nothing would disprove is only a wish."""
    sections = PAGE.partition("## What you can rely on")[2].partition("\n## ")[0]
    told = [line for line in sections.splitlines() if line.startswith("| ") and line[2:7] not in ("claim", "--- |")]
    assert len(told) == len(CLAIMS) > 20


def test_options__none_takes_a_key() -> None:
    """A key on the command line would be in every list of processes: only a file's name can be given there."""
    options = [row.name for row in SETTINGS.values() if OPTION in row.where]
    assert [name for name in options if "key" in name or "secret" in name] == ["api-key-file"]
    for name in app.list_commands(app.make_context("alert24-deploy", ["services"])):
        assert "--api-key " not in str([parameter.opts for parameter in app.get_command(None, name).params])  # type: ignore[arg-type, union-attr]


@pytest.mark.parametrize("name", SECRETS)
def test_action__secrets__are_masked_before_anything_is_said(name: str, tmp_path: Path) -> None:
    """The runner learns of each secret by the first lines, even where the input then turns out to be wrong."""
    secret = "https://example.com/of-a-test"
    environ = {"GITHUB_ACTIONS": "true", f"INPUT_{name.upper()}": secret, "INPUT_PHASE": "no such phase"}
    program = Path(sys.executable).parent / "alert24-deploy-main"
    ended = subprocess.run([program], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines()[0] == f"::add-mask::{secret}"
    assert secret not in "".join(ended.stdout.splitlines()[1:]) + ended.stderr


def test_action__parts_of_a_secret_input__are_masked_alone(tmp_path: Path) -> None:
    """A later step may show one receiver of several, or a header's value, of which the runner knows only the whole."""
    parts = ["https://example.com/first-receiver", "https://example.com/second-receiver", "of-a-test-0123456789"]
    given = {"INPUT_WEBHOOK-URLS": ",".join(parts[:2]), "INPUT_VERIFY-HEADER": f"X-Token: {parts[2]}"}
    environ = {"GITHUB_ACTIONS": "true", "INPUT_PHASE": "set", **given}
    program = Path(sys.executable).parent / "alert24-deploy-main"
    ended = subprocess.run([program], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert {f"::add-mask::{part}" for part in parts} <= set(ended.stdout.splitlines())


def test_commands__environment__holds_no_key_under_any_name(stage: Stage) -> None:
    """The deployment, the check and the rollback find the documented variables, and of the key nothing."""
    script = 'import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], "w"))'
    show = shlex.join([sys.executable, "-I", "-c", script])
    words = ["--rollback", f"{show} rollback.json", "--", "sh", "-c", f"{show} deploy.json; exit 3"]
    copied = {"DEPLOY_TOKEN": stage.key, "URL_WITH_KEY": f"https://user:{stage.key}@example.com", "KEPT": "yes"}
    assert stage.run(["alert24-deploy", "run", "-s", "Web shop", *words], copied).code == 3
    deployment, rollback = (json.loads((stage.folder / name).read_text()) for name in ("deploy.json", "rollback.json"))
    ours = {"ALERT24_DEPLOYMENT_ID", "ALERT24_SERVICES"}
    assert {name for name in deployment if name.startswith("ALERT24_")} == ours
    assert {name for name in rollback if name.startswith("ALERT24_")} == ours | {"ALERT24_OUTCOME", "ALERT24_EXIT_CODE"}
    for environ in (deployment, rollback):
        assert environ["KEPT"] == "yes"
        assert not any(stage.key in value for value in environ.values())


def test_commands__list_of_words__is_read_by_no_shell(stage: Stage) -> None:
    """What stands after `--` reaches the program as it is."""
    stage.program("deploy")
    stage.run(["alert24-deploy", "run", "-s", "Web shop", "--", "deploy", "$HOME; false `id`"])
    assert stage.calls == ["deploy $HOME; false `id`"]


def test_commands__output_on_github__stands_where_nothing_is_a_command(stage: Stage) -> None:
    """What a command prints comes between a word that stops commands and the same word again."""
    words = ["run", "-s", "Web shop", "--", "echo", "::error::not from us"]
    lines = stage.run(["alert24-deploy", *words], {"GITHUB_ACTIONS": "true"}).out.splitlines()
    (begin,) = [number for number, line in enumerate(lines) if line.startswith("::stop-commands::")]
    word = lines[begin].removeprefix("::stop-commands::")
    assert len(word) == 32
    assert begin < lines.index("::error::not from us") < lines.index(f"::{word}::")
