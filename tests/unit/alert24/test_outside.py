from __future__ import annotations

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from alert24_deploy.alert24.outside import Call, call, direct
from alert24_deploy.errors import CannotReachAlert24


def test_call__redirect__is_the_answer(httpserver: HTTPServer) -> None:
    """A header with a token, or a signed body, goes where the user said and nowhere else."""
    httpserver.expect_request("/a").respond_with_response(Response(status=302, headers={"Location": "/b"}))
    assert call(Call("GET", httpserver.url_for("/a"), 5)).status == 302
    assert len(httpserver.log) == 1


def test_call__long_body__only_its_beginning_is_read(httpserver: HTTPServer) -> None:
    """An answer without an end must not fill the memory."""
    httpserver.expect_request("/a").respond_with_data(b"x" * 3_000_000)
    assert call(Call("GET", httpserver.url_for("/a"), 5)).body == b"x" * 1024 * 1024


def test_call__netrc__is_not_looked_into(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password for that host is not ours to send."""
    (tmp_path / "netrc").write_text("default login me password secret\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    httpserver.expect_request("/a").respond_with_data("ok")
    call(Call("GET", httpserver.url_for("/a"), 5))
    request, _ = httpserver.log[0]
    assert "Authorization" not in request.headers
    assert request.headers["User-Agent"].startswith("alert24-deploy/")


def test_call__nobody_listens__no_address_in_the_error(httpserver: HTTPServer) -> None:
    """The library's own words would hold the path."""
    url = httpserver.url_for("/token-0123456789")
    httpserver.stop()
    with pytest.raises(CannotReachAlert24) as caught:
        call(Call("POST", url, 5, b"{}"))
    httpserver.start()
    assert "0123456789" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "proxies"), [("http://127.0.0.1:1/x", {"no_proxy": "127.0.0.1"}), ("https://a.example", {})]
)
def test_direct__this_machine__is_not_asked_through_a_proxy(url: str, proxies: dict[str, str]) -> None:
    """Another machine may be."""
    assert direct(url) == proxies
