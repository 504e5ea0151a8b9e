"""Webhook receivers as the way to write: no key, no reading, and the whole address is a secret."""

from __future__ import annotations

import socket

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.results import Result

EVERY_STATUS = {status: status for status in ("operational", "degraded", "down", "maintenance")}


class Behind:
    """Two services behind receivers, and the tool that knows nothing but these."""

    def __init__(self, sandbox: Sandbox, tool: Cli) -> None:
        self.sandbox = sandbox
        self.tool = tool
        for name in ("API", "Web"):
            sandbox.add_service(name, status="degraded")
        self.urls = [sandbox.add_receiver(name, EVERY_STATUS) for name in ("API", "Web")]
        for name in ("ALERT24_API_KEY", "ALERT24_API_URL", "ALERT24_SERVICES"):
            tool.environ.pop(name)
        tool.environ["ALERT24_WEBHOOK_URLS"] = "\n".join(self.urls)

    @property
    def statuses(self) -> tuple[str, str]:
        """What a visitor sees."""
        return self.sandbox.status_of("API"), self.sandbox.status_of("Web")

    def silent(self, *results: Result) -> bool:
        """Whether no token is in anything that was said or kept."""
        kept = [path.read_text(encoding="utf-8") for path in self.tool.folder.rglob("*") if path.is_file()]
        said = [text for result in results for text in (result.out, result.people)]
        tokens = [url.rpartition("/")[2] for url in self.urls]
        return not any(token in text for token in tokens for text in (*kept, *said))


@pytest.fixture
def behind(sandbox: Sandbox, tool: Cli) -> Behind:
    """Two services behind receivers."""
    return Behind(sandbox, tool)


@pytest.mark.parametrize("status", list(EVERY_STATUS))
def test_set__every_receiver_is_told(behind: Behind, status: str) -> None:
    """`set` writes one status to all of them."""
    result = behind.tool("set", status, "--json")
    assert (result.code, behind.statuses, behind.silent(result)) == (0, (status, status), True)


@pytest.mark.parametrize(
    ("outcome", "after"),
    [("success", "operational"), ("failure", "down"), ("cancelled", "degraded"), ("skipped", "operational")],
)
def test_start_and_finish__by_the_outcome_alone(behind: Behind, outcome: str, after: str) -> None:
    """What was before can't be read, so that what is put back is operational."""
    started = behind.tool("start", "--verbose")
    assert (started.code, behind.statuses) == (0, ("maintenance", "maintenance"))
    finished = behind.tool("finish", "--outcome", outcome, "--verbose")
    assert (finished.code, behind.statuses) == (0, (after, after))
    assert behind.silent(started, finished)


@pytest.mark.parametrize(("command", "code", "after"), [("true", 0, "operational"), ("false", 1, "down")])
def test_check__receivers_show_the_result(behind: Behind, command: str, code: int, after: str) -> None:
    """What they show can't be read, so it is always written."""
    result = behind.tool("check", "--", command)
    assert (result.code, behind.statuses, behind.silent(result)) == (code, (after, after), True)


@pytest.mark.parametrize("header", ["X-Alert24-Signature", "X-Hub-Signature-256"])
def test_signature__in_the_header_that_is_named(sandbox: Sandbox, behind: Behind, header: str) -> None:
    """The header's name is not documented, so it is the user's to say."""
    secret = "shared secret 0123456789"
    behind.urls = [sandbox.add_receiver("API", EVERY_STATUS, secret=secret, signature_header=header)]
    env = {"ALERT24_WEBHOOK_URLS": behind.urls[0], "ALERT24_WEBHOOK_SECRET": secret}
    result = behind.tool("set", "down", "--webhook-signature-header", header, env=env)
    assert (result.code, sandbox.status_of("API"), behind.silent(result)) == (0, "down", True)
    wrong = behind.tool(
        "set", "operational", "--webhook-signature-header", header, env={**env, "ALERT24_WEBHOOK_SECRET": "x"}
    )
    wrong.says("the receiver answered 401")
    assert (wrong.code, sandbox.status_of("API")) == (3, "down")


@pytest.mark.parametrize("env", [{"ALERT24_WEBHOOK_SECRET": "x"}, {"ALERT24_WEBHOOK_SIGNATURE_HEADER": "X-Signature"}])
def test_signature__half_of_it__wrong_use(behind: Behind, env: dict[str, str]) -> None:
    """A secret without a header would not sign, and nobody would notice."""
    result = behind.tool("set", "down", env=env)
    result.says("ALERT24_WEBHOOK_SECRET", "one of them is missing", "Nothing was changed")
    assert (result.code, behind.sandbox.requests) == (2, [])


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("start", ["-s", "API"]),
        ("start", ["--description", "Deploying"]),
        ("start", ["--respect-existing-maintenance"]),
        ("finish", ["--outcome", "failure", "--on-failure", "previous"]),
        ("finish", ["--outcome", "failure", "--on-conflict", "keep"]),
        ("run", ["--verify-checks", "--", "true"]),
        ("run", ["--on-rollback", "previous", "--", "true"]),
        ("check", ["--override-maintenance", "--", "true"]),
    ],
)
def test_what_needs_reading__is_refused(behind: Behind, command: str, words: list[str]) -> None:
    """The message names the option, says why, and what to do; nothing is sent."""
    result = behind.tool(command, *words)
    option = next(word for word in words if word.startswith("-") and word not in ("--outcome", "--"))
    named = "--service" if option == "-s" else option
    result.says(named, "can't be used with ALERT24_WEBHOOK_URLS", "nothing can be read from it", "Nothing was changed")
    assert (result.code, behind.sandbox.requests) == (2, [])


def test_unmapped_status__is_told_with_what_to_do(sandbox: Sandbox, behind: Behind) -> None:
    """Alert24's own mapping of a new receiver lacks maintenance: whoever sets one up meets this first."""
    behind.urls = [sandbox.add_receiver("API")]
    result = behind.tool("start", env={"ALERT24_WEBHOOK_URLS": behind.urls[0]})
    result.says("answered 400", "maintenance", "map", "Nothing was changed")
    assert (result.code, sandbox.status_of("API"), behind.silent(result)) == (3, "degraded", True)


@pytest.mark.parametrize("command", [["set", "down"], ["start"], ["run", "--", "true"], ["check", "--", "true"]])
@pytest.mark.expects_warnings("start goes on without Alert24")
def test_nobody_listens__no_token_in_the_error(behind: Behind, command: list[str]) -> None:
    """Libraries like to name the address that failed."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        behind.urls = [f"http://127.0.0.1:{taken.getsockname()[1]}/api/webhooks/incoming/token-0123456789"]
        result = behind.tool(
            command[0], "--timeout", "0.5s", "--verbose", *command[1:], env={"ALERT24_WEBHOOK_URLS": behind.urls[0]}
        )
    assert (result.code, behind.silent(result)) == (0 if command == ["start"] else 4, True)
