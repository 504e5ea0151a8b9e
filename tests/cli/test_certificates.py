"""`--ca-certificates`: every address that the tool speaks to may have a certificate of a private CA."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.private_ca import CA, CA_FILE, tls
from helpers.raw_server import Exchange, RawServer, ok

CALLS = {
    "Alert24": ["services", "--api-url", "URL"],
    "receiver": ["set", "down", "--webhook-url", "URL/token-0123456789"],
    "check": ["check", "--url", "URL", "-s", "API"],
    "verification": ["run", "-s", "API", "--verify-url", "URL", "--verify-timeout", "1s", "--", "true"],
    "rollback": ["run", "-s", "API", "--rollback-url", "URL", "--", "false"],
}


def reply(exchange: Exchange) -> None:
    """Answer every request with no services."""
    exchange.read()
    exchange.send(ok(b'{"data": [], "meta": {"has_more": false}}', "Connection: close"))


@pytest.mark.parametrize("given", ["", "file", "text"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.expects_warnings("without the CA, most of them fail")
def test_private_ca__any_request__only_if_it_is_named(cli: Cli, sandbox: Sandbox, call: list[str], given: str) -> None:
    """One setting serves all of them, as a file on the command line or as text in the variable."""
    sandbox.add_service("API")
    option = ["--ca-certificates", str(CA_FILE)] if given == "file" else []
    env: dict[str, str | None] = {"ALERT24_CA_CERTIFICATES": CA} if given == "text" else {}
    with RawServer(reply, tls()) as server:
        words = [word.replace("URL", server.url) for word in call]
        cli(words[0], *option, *words[1:], env={**env, **({"ALERT24_API_KEY": None} if call[0] == "set" else {})})
    assert bool(server.received) == bool(given)


@pytest.mark.parametrize("command", ["start", "finish", "set", "services", "check", "reconcile", "rollback", "run"])
def test_missing_file__any_command__stops_before_anything(cli: Cli, sandbox: Sandbox, command: str) -> None:
    """A typo is told as a mistake of the user, with no request sent."""
    words = {"set": ["down"], "check": ["--", "true"], "rollback": ["--", "true"], "run": ["--", "true"]}
    services = [] if command == "services" else ["-s", "API"]
    result = cli(command, "--ca-certificates", "nowhere.pem", *services, *words.get(command, []))
    result.says("'nowhere.pem' of --ca-certificates can't be read: No such file")
    assert (result.code, sandbox.requests) == (2, [])
