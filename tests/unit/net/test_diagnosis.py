from __future__ import annotations

import ssl
from pathlib import Path
from types import ModuleType

import certifi
import pytest
import urllib3

from alert24_deploy.net import diagnosis, tls

URL = "https://alert24.example"
PEM = Path(__file__).parents[2] / "faults" / "self-signed.pem"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing of the network."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(tls, "_also_trusted", [])


def test_route_to__nothing_in_the_environment__direct_with_certifi() -> None:
    """What requests takes when nobody says anything."""
    assert diagnosis.route_to(URL) == ("", certifi.where())


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({"HTTPS_PROXY": "http://a:1"}, URL, "http://a:1"),
        ({"ALL_PROXY": "http://a:1"}, URL, "http://a:1"),
        ({"HTTP_PROXY": "http://a:1"}, URL, ""),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": ".example"}, URL, ""),
        ({"HTTPS_PROXY": "http://a:1"}, "https://localhost:8080", ""),
    ],
)
def test_route_to__proxy__is_the_one_that_a_request_takes(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str, proxy: str
) -> None:
    """The variables that requests reads, and this machine past them all."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert diagnosis.route_to(url)[0] == proxy


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_route_to__bundle_in_the_environment__is_taken_unless_others_are_trusted(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """`ca-certificates` replaces what the environment names."""
    monkeypatch.setenv(name, str(PEM))
    assert diagnosis.route_to(URL)[1] == str(PEM)
    tls.trust(PEM.read_text())
    assert diagnosis.route_to(URL)[1] == certifi.where()


def test_count_certificates__file_and_directory(tmp_path: Path) -> None:
    """A directory's files are read when one of them is needed, so that none is counted."""
    assert (diagnosis.count_certificates(str(PEM)), diagnosis.count_certificates(str(tmp_path))) == (1, 0)


def test_count_certificates__no_certificate__is_an_error(tmp_path: Path) -> None:
    """A file that is there and contains something else trusts nobody."""
    path = tmp_path / "empty.pem"
    path.write_text("-----")
    with pytest.raises(ssl.SSLError):
        diagnosis.count_certificates(str(path))


def test_versions__each__is_known() -> None:
    """Installed packages say which they are."""
    assert "unknown" not in diagnosis.versions().values()


@pytest.mark.parametrize("name", ["click", "nothing-of-this-name"])
def test_version__module_elsewhere__is_unknown(name: str) -> None:
    """The version of another copy of a library would mislead."""
    module = ModuleType("click")
    module.__file__ = "/elsewhere/click/__init__.py"
    assert diagnosis._version(name, module) == "unknown"


@pytest.mark.parametrize(("version", "other"), [("2.8.0", ""), ("2.12.900", "urllib3-future"), ("dev", "")])
def test_replaced_urllib3__by_its_version(monkeypatch: pytest.MonkeyPatch, version: str, other: str) -> None:
    """A fork that has replaced the files is known by its numbers."""
    monkeypatch.setattr(urllib3, "__version__", version)
    assert diagnosis.replaced_urllib3() == other
