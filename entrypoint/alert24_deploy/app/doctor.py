"""What `doctor` finds: a check is a function from the evidence to findings, with a row in `CHECKS`.

No check sends anything, so that none can hold up or spoil another one.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from .. import __version__
from ..alert24.key_form import NOTE, OK, PROBLEM, STORE_KEY, WARNING, key_problem
from ..alert24.responses import error_message
from ..ci.pipeline import describe_run, without_secrets
from ..deployment.lookup import match
from ..errors import BUG, REFUSED, SEE_DOCTOR, UNREACHABLE, WRONG_USE, Alert24DeployError
from ..net.diagnosis import count_certificates, replaced_urllib3, route_to, versions
from ..net.transport import Response
from ..settings import Settings
from ..settings.variables import misspelled_variables
from ..text import capitalize, pluralize, quote, sanitize
from .doctor_evidence import Evidence

_CLOCK_SECONDS = 60.0
_HOST_OF_LOCATION = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#@]+)", re.IGNORECASE)


class Finding(NamedTuple):
    """One line of what doctor says."""

    level: str
    text: str  # what was found, in sentences
    remedy: str = ""  # what to do
    code: int = 0  # the exit code of a problem
    check: str = ""  # what it is about


Findings = Iterator[Finding]


def examine(evidence: Evidence) -> list[Finding]:
    """Return what all checks find; a bug in one does not hide what the others find."""
    found = []
    for name, check in CHECKS.items():
        try:
            found += [finding._replace(check=name) for finding in check(evidence)]
        except Exception as error:  # noqa: BLE001 - see above
            found.append(Finding(PROBLEM, f"This check has a bug ({type(error).__name__}).", code=BUG, check=name))
    return found


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the code of the worst finding: a wrong configuration, then a refusal, then an outage."""
    return min((finding.code for finding in findings if finding.code), default=0)


def _problem(error: Alert24DeployError, about: str = "", hint: str = "") -> Finding:
    text = f"{about}{error.headline()} {error.detail}".strip()
    return Finding(PROBLEM, text, f"{error.remedy.removesuffix(SEE_DOCTOR).strip()} {hint}".strip(), error.exit_code)


def _settings(evidence: Evidence) -> Findings:
    yield from (_problem(mistake) for mistake in evidence.mistakes)
    yield from (Finding(WARNING, warning) for warning in misspelled_variables(evidence.context.environ))


def _key(evidence: Evidence) -> Findings:
    level, problem = key_problem(evidence.key)
    receivers = len(evidence.settings.webhook_urls)
    remedy = STORE_KEY
    if not evidence.key.strip() and receivers:
        yield Finding(NOTE, f"There is none; {pluralize(receivers, 'receiver')} can't be checked without writing.")
        return
    if not evidence.key.strip() and (reason := without_secrets(evidence.context.environ)):
        remedy = f"{capitalize(reason)}."
    text = f"The key in {evidence.settings.display_name('api-key')} {problem}."
    yield Finding(level, text, remedy if level in (WARNING, PROBLEM) else "", WRONG_USE if level == PROBLEM else 0)


def _proxy(evidence: Evidence) -> Findings:
    proxy, _ = route_to(evidence.settings.api_url)
    parts = re.fullmatch(r"(?:https?://)?([^/?#]*@)?([^/?#@:]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?/?", proxy, re.IGNORECASE)
    if parts:
        login = "with" if parts[1] else "without"
        yield Finding(OK, f"{sanitize(parts[2])}, port {parts[3] or 'not given'}, {login} a user name or password.")
    elif proxy:  # a / in a password that is not encoded, for example: a part of it would pass for the host
        text = "The proxy in the environment can't be used. It is not shown, because it may contain a password."
        yield Finding(PROBLEM, text, "Write it as http://host:port; in a password, encode / as %2F.", WRONG_USE)
    else:
        yield Finding(OK, "None.")


def _certificates(evidence: Evidence) -> Findings:
    settings, (_, path) = evidence.settings, route_to(evidence.settings.api_url)
    more = f", and {settings.display_name('ca-certificates')}" if settings.ca_certificates else ""
    try:
        yield Finding(OK, f"{count_certificates(path) or 'Those'} in {quote(path)} are trusted{more}.")
    except OSError as error:
        text = f"{quote(path)} can't be used: {sanitize(error.strerror or 'it contains no certificates')}."
        yield Finding(
            PROBLEM, text, "Set ALERT24_CA_CERTIFICATES instead of REQUESTS_CA_BUNDLE, or unset that.", WRONG_USE
        )


def _host(evidence: Evidence) -> Findings:
    host, name = sanitize(urlsplit(evidence.settings.api_url).netloc), evidence.settings.display_name("api-url")
    if evidence.error in evidence.mistakes:
        yield Finding(NOTE, f"Not checked, because of {name}.")
    elif evidence.error:
        problem = _problem(evidence.error, f"{host}: ", _other_host(evidence))
        yield problem._replace(remedy=problem.remedy or f"Check {name}, the proxy and the network.")
    elif error := evidence.not_alert24():
        response, _ = evidence.answers[0]
        target = _HOST_OF_LOCATION.match(response.headers.get("Location", ""))
        where = f", a redirect to {sanitize(target[1])}," if target and response.status // 100 == 3 else ""
        text = f"{host} answers {response.status}{where} and not as Alert24 does."
        remedy = f"{'Try again later, or correct' if error.exit_code == UNREACHABLE else 'Correct'} {name}."
        yield Finding(PROBLEM, text, f"{remedy} {_other_host(evidence)}".strip(), error.exit_code)
    else:
        seconds = statistics.median(each for _, each in evidence.answers)
        yield Finding(OK, f"{host} answers in {seconds * 1000:.0f} ms, the median of {len(evidence.answers)}.")


def _other_host(evidence: Evidence) -> str:
    """Return a hint at a documented host that answers as Alert24 does, empty if there is none."""
    found = [url for url, each in evidence.hosts.items() if isinstance(each, Response) and error_message(each.body)]
    return f"{found[0]} answers: is it the one of your account?" if found else ""


def _other_hosts(evidence: Evidence) -> Findings:
    for url, each in evidence.hosts.items():
        said = f"answers {each.status}" if isinstance(each, Response) else each.why if each else "no answer in time"
        yield Finding(NOTE, f"{url} is not in use: {said}.")


def _clock(evidence: Evidence) -> Findings:
    try:
        ahead = time.time() - parsedate_to_datetime(evidence.answers[-1][0].headers.get("Date", "")).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        yield Finding(NOTE, "Not checked: there is no answer with a date.")
        return
    wrong = abs(ahead) >= _CLOCK_SECONDS
    span = f"{abs(ahead) / 60:.0f} min" if wrong else f"{abs(ahead):.0f} s"
    text = f"This machine's clock is {span} {'ahead of' if ahead > 0 else 'behind'} Alert24's."
    yield Finding(WARNING, text, "Synchronize it: certificates are judged by it.") if wrong else Finding(OK, text)


def _read_scope(evidence: Evidence) -> Findings:
    services, monitors = evidence.services, evidence.monitors
    if services is None:
        yield Finding(NOTE, "Not checked: it takes a key and a host that answers.")
    elif isinstance(services, Alert24DeployError):
        yield _problem(services, hint=_other_host(evidence))
    else:
        yield Finding(OK, f"The key can read {pluralize(len(services), 'service')}.")
        if isinstance(monitors, Alert24DeployError):
            level, code = (PROBLEM, monitors.exit_code) if evidence.settings.verify_checks else (NOTE, 0)
            text = f"The key can't read monitors: {monitors.why}."
            yield Finding(level, text, "Give it the `read` scope, or don't use `--verify-checks`.", code)


def _write_scope(evidence: Evidence) -> Findings:
    answer = evidence.put
    if not isinstance(answer, Response):
        yield Finding(NOTE, f"Not checked: {answer.why if answer else 'it takes a key and a host that answers'}.")
    elif answer.status in (400, 404):
        yield Finding(OK, f"The key can probably write: an update of an unknown id was answered {answer.status}.")
    elif answer.status == 403:
        said = quote(error_message(answer.body)) if error_message(answer.body) else "nothing more"
        text = f"The key can probably not write: an update was answered 403. Alert24 says {said}."
        remedy = "Create a key with the `write` scope under Settings > API Keys."
        yield Finding(PROBLEM, text, remedy, REFUSED)
    else:
        yield Finding(NOTE, f"Unknown: an update of an unknown id was answered {answer.status}.")


def _services(evidence: Evidence) -> Findings:
    settings, services, monitors = evidence.settings, evidence.services, evidence.monitors
    if not settings.services and not settings.webhook_urls:
        yield Finding(NOTE, f"{settings.display_name('services')} names none.")
    if not isinstance(services, list):
        return
    for reference in settings.services:
        try:
            (service,) = match([reference], services)
        except Alert24DeployError as error:
            yield _problem(error)
            continue
        yield Finding(OK, f"{quote(service.name)} is {sanitize(service.status)}; its id is {sanitize(service.id)}.")
        if isinstance(monitors, list):
            linked = (each for each in monitors if each.active and each.service_id == service.id)
            needed = max((each.interval + each.timeout for each in linked), default=0.0)
            yield _monitoring(settings, quote(service.name), needed)


def _monitoring(settings: Settings, name: str, needed: float) -> Finding:
    """Return what is to say about verification by a service's monitors, of which the slowest needs so many seconds."""
    level, code = (PROBLEM, WRONG_USE) if settings.verify_checks else (NOTE, 0)
    option, given = settings.display_name("verify-timeout"), settings.verify_timeout
    if not needed:
        return Finding(level, f"{name} has no active monitor, so `--verify-checks` can't be used.", code=code)
    text = f"The slowest monitor of {name} needs up to {needed:.0f} s"
    if given is None or given >= needed:
        return Finding(OK, f"{text}.")
    remedy = f"Leave {option} out to wait as long as needed, or let the monitor run more often."
    return Finding(PROBLEM if code else WARNING, f"{text}, but {option} is {given:g} s.", remedy, code)


def _versions(_: Evidence) -> Findings:
    shown = {"alert24-deploy": __version__, **versions()}
    yield Finding(OK, ", ".join(f"{name} {sanitize(version)}" for name, version in shown.items()) + ".")
    if other := replaced_urllib3():
        remedy = "Install alert24-deploy into an environment of its own."
        yield Finding(WARNING, f"Another package has replaced urllib3: {sanitize(other)}.", remedy)


def _run(evidence: Evidence) -> Findings:
    yield Finding(OK, f"{describe_run(evidence.context.environ) or 'No CI is recognised'}.")


CHECKS: Mapping[str, Callable[[Evidence], Findings]] = {
    "settings": _settings,
    "key": _key,
    "proxy": _proxy,
    "certificates": _certificates,
    "host": _host,
    "other host": _other_hosts,
    "clock": _clock,
    "read scope": _read_scope,
    "write scope": _write_scope,
    "services": _services,
    "versions": _versions,
    "run": _run,
}
