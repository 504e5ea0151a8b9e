"""`init`: which services, where the file goes, and that no name breaks out of its place in it."""

from __future__ import annotations

import re
import resource
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from alert24_deploy.cli.pipeline_file import PLATFORMS, content
from alert24_deploy.settings.parsers import RawValue, services
from alert24_sandbox import Sandbox
from helpers.cli import Cli

from .raw import Raw

NO_KEY = {"ALERT24_API_KEY": None}
EVERY = pytest.mark.parametrize("platform", list(PLATFORMS))
ODD = """Tom's "EU", $HOME $(id) `id` ${{ x }} << pipeline >> ##[error] # a\\u0027\n: - [b] {c}"""
# What a user may name: blanks around a name, and surrogates, never reach a file.
NAMES = st.lists(
    (st.text("'\"\\$`#<>{}[]:,-&*!|%@\n\r\t aé\x85\u2028\u202e🚀\U000e0001", min_size=1) | st.text(min_size=1))
    .map(str.strip)
    .filter(lambda name: name and name == name.encode(errors="ignore").decode()),
    min_size=1,
    unique=True,
)


def _yaml_services(text: str, platform: str) -> list[list[str]]:
    """The services in every place of a YAML file that names some, as the tool would read them there."""
    document = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - nothing but texts, and GitLab's own tags
    if platform == "gitlab":
        return [document["include"][0]["inputs"]["services"]]
    if platform == "circleci":
        steps = document["jobs"]["deploy"]["steps"]
        return [_from_command(step["run"]) for step in steps if "start" in str(step)]
    steps = [step for job in document["jobs"].values() for step in job["steps"] if "with" in step]
    return [_from_setting(step["with"]["services"]) for step in steps]


def _from_setting(text: str) -> list[str]:
    return list(services(RawValue(text, "services")))


def _from_command(line: str) -> list[str]:
    """The services that a shell would hand over."""
    words = shlex.split(line)
    if words[0] == "alert24-deploy":
        return words[3::2]
    assert words[1:] == ["alert24-deploy", "start"]
    return _from_setting(words[0].removeprefix("ALERT24_SERVICES="))


def _found(platform: str, text: str) -> list[list[str]]:
    """The services in each place of a file that names some."""
    if (
        platform == "jenkins"
    ):  # a Groovy text: only `\\` and `\'` are escapes in it, and no `\u`, which Groovy reads first
        (literal,) = re.findall(r"^ {8}sh '((?:[^'\\\n]|\\\\|\\')*start(?:[^'\\\n]|\\\\|\\')*)'$", text, re.MULTILINE)
        return [_from_command(re.sub(r"\\(.)", r"\1", literal))]
    if platform == "make":
        value = re.findall(r"^export ALERT24_SERVICES := (.*)$", text, re.MULTILINE)
        assert not set("$#") & set("".join(value))
        return [_from_setting(each) for each in value]
    return _yaml_services(text, platform)


@EVERY
@given(NAMES)
@example([ODD])
@example(["Payments API", "Web shop"])
@example(["true"])
@example(["a -"])
def test_file__any_names__are_these_services_and_nothing_else(platform: str, names: list[str]) -> None:
    """A name stays one text, and the file one of printable lines that no runner reads commands from."""
    text = content(PLATFORMS[platform], names)
    assert _found(platform, text) == [names] * (2 if platform == "github" else 1)
    plain = content(PLATFORMS[platform], ["API"])
    assert text.count("\n") == plain.count("\n")
    assert all(line.lstrip("\t").isprintable() for line in text.splitlines())
    assert "##[" not in text
    assert [text.count(mark) for mark in ("${{", "<<")] == [plain.count(mark) for mark in ("${{", "<<")]


def test_make__odd_name__is_what_make_exports(cli: Cli, tmp_path: Path) -> None:
    """Make itself hands over the same services, without calling what a name contains."""
    assert cli("init", "make", "--write", "-s", ODD, "-s", "Web shop", env=NO_KEY).code == 0
    with (tmp_path / "Makefile").open("a") as file:
        file.write('\nshow:\n\t@printf %s "$$ALERT24_SERVICES"\n')
    shown = subprocess.run(["make", "-s", "show"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert _from_setting(shown) == [ODD, "Web shop"]


@EVERY
def test_init__service_given__prints_the_file_without_a_request(
    sandbox: Sandbox, cli: Cli, platform: str, tmp_path: Path
) -> None:
    """Neither a key nor Alert24 is needed; the file goes to stdout, and where it belongs and the secret to people."""
    result = cli("init", platform, "-s", "API", env=NO_KEY)
    assert (result.code, result.out) == (0, content(PLATFORMS[platform], ["API"]))
    result.says(PLATFORMS[platform].path, "alert24-api-key" if platform == "jenkins" else "ALERT24_API_KEY")
    assert (sandbox.requests, list(tmp_path.iterdir())) == ([], [])


@EVERY
def test_init__write__creates_the_file_once(cli: Cli, platform: str, tmp_path: Path) -> None:
    """The second time it is there, and stays as it is."""
    path = tmp_path / PLATFORMS[platform].path
    assert cli("init", platform, "--write", "-s", "API", env=NO_KEY).code == 0
    assert path.read_text() == content(PLATFORMS[platform], ["API"])
    again = cli("init", platform, "--write", "-s", "Web", env=NO_KEY)
    assert (again.code, again.out) == (2, "")
    again.says(f"{PLATFORMS[platform].path} exists and was not changed", "Leave --write out")
    assert path.read_text() == content(PLATFORMS[platform], ["API"])


@pytest.mark.parametrize("link", [".github", ".github/workflows", ".github/workflows/deploy.yml"])
def test_write__symbolic_link__is_not_followed(cli: Cli, tmp_path: Path, link: str) -> None:
    """What a link leads to is not written, even if it is not there yet."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / link).symlink_to(outside)
    if not link.endswith(".yml"):
        outside.mkdir()
    result = cli("init", "github", "--write", "-s", "API", env=NO_KEY)
    assert result.code == 2
    assert not any(path.is_file() for path in [outside, *outside.rglob("*")])


def test_write__no_directory_can_be_made__says_so(cli: Cli, tmp_path: Path) -> None:
    """A file where the directory belongs is an error of the user's, too."""
    (tmp_path / ".circleci").write_text("")
    result = cli("init", "circleci", "--write", "-s", "API", env=NO_KEY)
    assert result.code == 2
    result.says(".circleci/config.yml can't be written")


def test_write__disk_is_full__leaves_no_half_file(cli: Cli, tmp_path: Path) -> None:
    """Half a file would be in the way of the next try, which never overwrites."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        result = cli("init", "github", "--write", "-s", "API", env=NO_KEY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    result.says(".github/workflows/deploy.yml can't be written (File too large)")
    assert (result.code, list(tmp_path.rglob("*.yml"))) == (2, [])


def test_init__only_service__is_taken(sandbox: Sandbox, cli: Cli) -> None:
    """With one service there is nothing to ask."""
    sandbox.add_service("Search, EU")
    result = cli("init", "make")
    assert (result.code, _found("make", result.out)) == (0, [["Search, EU"]])
    result.says("'Search, EU' is your only service")


@pytest.mark.parametrize(
    ("names", "says"),
    [([], ["no services"]), (["API", "Web shop"], ["'API', 'Web shop'", "alert24-deploy init github --service API"])],
)
def test_init__several_or_none__lists_them(sandbox: Sandbox, cli: Cli, names: list[str], says: list[str]) -> None:
    """Without a terminal nothing is chosen: an example shows how."""
    for name in names:
        sandbox.add_service(name)
    result = cli("init", "github")
    assert (result.code, result.out) == (2, "")
    result.says(*says)


def test_init__neither_service_nor_key__names_both(cli: Cli) -> None:
    """What is missing can be given in two ways."""
    result = cli("init", "github", env=NO_KEY)
    assert result.code == 2
    result.says("--service", "ALERT24_API_KEY")


def test_init__json__is_one_document(cli: Cli) -> None:
    """A program gets the file, its path and the services."""
    document = cli("init", "gitlab", "--json", "-s", "API", "-s", "Web").document
    assert (document["path"], document["services"], document["written"]) == (".gitlab-ci.yml", ["API", "Web"], False)
    assert document["content"] == content(PLATFORMS["gitlab"], ["API", "Web"])


@pytest.mark.parametrize(("typed", "chosen"), [("3, 1", ["Web", "API"]), ("0\n5\nx\n\n2", ["svc-2"])])
def test_terminal__several__asks_for_numbers(
    sandbox: Sandbox, raw: Raw, tmp_path: Path, typed: str, chosen: list[str]
) -> None:
    """A wrong answer is asked for again; a name that two services have is replaced by the id."""
    for number, name in enumerate(["API", "Twin", "Web", "Twin"], 1):
        sandbox.add_service(name, id=f"svc-{number}")
    del raw.environ["ALERT24_SERVICES"]
    with raw.on_terminal("init", "make", "--json", "--write") as terminal:
        terminal.type(f"{typed}\n".encode())
        assert terminal.end() == 0
    assert _found("make", (tmp_path / "Makefile").read_text()) == [chosen]


def test_terminal__interrupted__writes_nothing(sandbox: Sandbox, raw: Raw, tmp_path: Path) -> None:
    """Ctrl-C at the question ends the command."""
    sandbox.add_service("API")
    sandbox.add_service("Web")
    del raw.environ["ALERT24_SERVICES"]
    with raw.on_terminal("init", "make", "--write") as terminal:
        terminal.read_until(b"numbers")
        terminal.type(b"\x03")
        assert terminal.end() == 130
    assert b"Nothing was written." in terminal.shown
    assert not (tmp_path / "Makefile").exists()
