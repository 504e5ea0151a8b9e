from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from alert24_sandbox import Options, Sandbox
from sandbox.tools import Client, Clock

SERVICES = "/api/v1/services"


def test_rate_limit__refuses_until_the_window_ends(clock: Clock) -> None:
    """The request over the limit gets a 429 with the seconds to wait; after them it works again."""
    limited = Sandbox(Options(rate_limit=2, rate_window=60), monotonic=clock.monotonic)
    with limited as sandbox, Client(sandbox, sandbox.add_key()) as client:
        assert [client.get(SERVICES).status_code for _ in range(2)] == [200, 200]
        clock.pass_by(20.5)
        refused = client.get(SERVICES)
        assert client.error(refused) == (429, "rate_limit_error")
        assert refused.headers["Retry-After"] == "40"
        clock.pass_by(39.5)
        assert client.get(SERVICES).status_code == 200


@pytest.mark.parametrize(("form", "shown"), [("date", "Thu, 01 Jan 2026 12:01:00 GMT"), (None, None)])
def test_rate_limit__other_retry_after(clock: Clock, form: Any, shown: str | None) -> None:
    """The time to wait can be a date, or be left out."""
    options = Options(rate_limit=1, rate_window=60, retry_after=form)
    limited = Sandbox(options, now=clock.now, monotonic=clock.monotonic)
    with limited as sandbox, Client(sandbox, sandbox.add_key()) as client:
        client.get(SERVICES)
        assert client.get(SERVICES).headers.get("Retry-After") == shown


def test_rate_limit__each_caller_has_its_own(clock: Clock) -> None:
    """One key's requests are not counted against another, nor against a receiver."""
    with Sandbox(Options(rate_limit=1), monotonic=clock.monotonic) as sandbox:
        sandbox.add_service("A")
        path = sandbox.add_receiver("A").removeprefix(sandbox.url)
        for key in (sandbox.add_key(), sandbox.add_key(), None):
            with Client(sandbox, key) as client:
                for status in (200, 429):
                    answer = client.get(SERVICES) if key else client.call("POST", path, json={"status": "down"})
                    assert answer.status_code == status


def outcomes(seed: int) -> list[int]:
    """The statuses of 40 requests, of which a third fails."""
    with Sandbox(Options(error_rate=0.33, seed=seed)) as sandbox, Client(sandbox, sandbox.add_key()) as client:
        return [client.get(SERVICES).status_code for _ in range(40)]


def test_error_rate__follows_the_seed() -> None:
    """The same seed spoils the same requests, another seed others; some of each kind occur."""
    first = outcomes(1)
    assert first == outcomes(1)
    assert first != outcomes(2)
    assert set(first) == {200, 500, 502, 503}


def test_error_rate__one_spoils_all() -> None:
    """With a rate of 1 no request is answered, and no write takes effect."""
    with Sandbox(Options(error_rate=1, error_statuses=(500,))) as sandbox:
        service = sandbox.add_service("A")
        with Client(sandbox, sandbox.add_key()) as client:
            response = client.put(f"{SERVICES}/{service.id}", status="down")
            assert client.error(response) == (500, "server_error")
        assert sandbox.status_of("A") == "operational"


def test_latency__answers_wait(background: ThreadPoolExecutor) -> None:
    """With an hour of latency nothing is answered before the sandbox stops, and nothing takes effect."""
    with Sandbox(Options(latency=3600)) as sandbox:
        service = sandbox.add_service("A")
        with Client(sandbox, sandbox.add_key()) as client:
            answer = background.submit(client.put, f"{SERVICES}/{service.id}", status="down")
            sandbox.wait_for(lambda: sandbox.writes)
            assert not answer.done()
            sandbox.stop()
            with pytest.raises(requests.ConnectionError):
                answer.result(10)
    assert sandbox.status_of("A") == "operational"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"error_rate": 1.5}, "error_rate is a share"),
        ({"monitor_failures": -0.1}, "monitor_failures is a share"),
        ({"latency": -1}, "latency is a number of seconds"),
        ({"monitor_interval": -1}, "monitor_interval is a number of seconds"),
        ({"rate_limit": 0}, "rate_limit is at least 1"),
        ({"rate_limit": 1, "rate_window": 0}, "rate_limit is at least 1"),
        ({"monitor_statuses": ("broken",)}, "Unknown monitor status 'broken'"),
    ],
)
def test_wrong_option(wrong: dict[str, Any], said: str) -> None:
    """An option out of its range is refused by its name."""
    with pytest.raises(ValueError, match=said):
        Options(**wrong)
