"""From references to services: an id, an exact name, or a name that is unique ignoring case."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence

from ..errors import UnknownService
from ..text import join_words, pluralize, quote, sanitize
from .interfaces import Service, StatusPage
from .report import names_of

# The forms in which the documentation shows ids. They only decide what is asked first, never what is accepted.
_LIKE_AN_ID = re.compile(r"svc[-_]\S+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SUGGESTIONS = 3
_FEW = 5  # services, which a message lists
FAILED = "Could not look up the services"


def like_an_id(reference: str) -> bool:
    """Tell whether a reference looks like an id, so that asking for it directly is worth a request."""
    return bool(_LIKE_AN_ID.fullmatch(reference))


def resolve(page: StatusPage, references: Sequence[str]) -> list[Service]:
    """Return the services that the references name, each once, in the order of the references.

    References that look like ids cost a request each, or one per 100 services if that is less; names cost the latter.

    Raises:
        UnknownService: a reference names none, or several; the message lists all such references.
        Alert24DeployError: Alert24 refused or can't be reached.
    """
    if references and all(map(like_an_id, references)):
        wanted = list(dict.fromkeys(references))
        found = page.read(wanted)
        if len(found) == len(wanted):
            return list(found)
    return match(references, page.list())


def match(references: Sequence[str], services: Sequence[Service]) -> list[Service]:
    """Return the services that the references name; raise UnknownService naming every wrong one."""
    by_id = _grouped(services, lambda each: each.id)
    by_name = _grouped(services, lambda each: each.name)
    loosely = _grouped(services, lambda each: _loosely(each.name))
    loosely.pop("", None)  # a blank reference names nothing
    matches = {each: by_id.get(each) or by_name.get(each) or loosely.get(_loosely(each), []) for each in references}
    wrong = [reference for reference, found in matches.items() if len(found) != 1]
    if wrong:
        raise _unknown(wrong, matches, services)
    return list({found[0].id: found[0] for found in matches.values()}.values())


def _grouped(services: Iterable[Service], spelling: Callable[[Service], str]) -> dict[str, list[Service]]:
    """Return the services by the id or the name that a reference may be."""
    groups: dict[str, list[Service]] = {}
    for service in services:
        groups.setdefault(spelling(service), []).append(service)
    return groups


def _loosely(name: str) -> str:
    """Return a name without what a list of references may change: upper case, and blanks around the name."""
    return name.strip().casefold()


def _unknown(wrong: Sequence[str], matches: dict[str, list[Service]], services: Sequence[Service]) -> UnknownService:
    reasons = [_reason(reference, matches[reference], services) for reference in wrong]
    few = f": {names_of([each.name for each in services])}" if 0 < len(services) <= _FEW else ""
    return UnknownService(
        "; ".join(reasons),
        detail=f"The key's organisation has {pluralize(len(services), 'service')}{few}.",
        remedy=_torn(matches, services)
        or "`alert24-deploy services` lists them with their ids; a reference is an id or a name.",
    )


def _torn(references: Iterable[str], services: Sequence[Service]) -> str:
    """Return what to do if a name with a comma was read as several, else an empty text."""
    given = {_loosely(each) for each in references}
    for service in services:
        parts = {_loosely(part) for part in service.name.split(",")}
        if len(parts) > 1 and parts <= given:
            array = sanitize(json.dumps([service.name], ensure_ascii=False))
            return f"{quote(service.name)} contains a comma. Write it as a JSON array: {array}."
    return ""


def _reason(reference: str, found: Sequence[Service], services: Sequence[Service]) -> str:
    if found:
        ids = [sanitize(service.id) for service in found]
        return f"{len(found)} services are named {quote(reference)} ({', '.join(ids)}): name one by its id"
    import difflib  # only a mistake needs it

    spellings = {word.casefold(): each for each in services for word in (each.name, each.id)}
    close = difflib.get_close_matches(reference.casefold(), spellings, n=_SUGGESTIONS)
    near = list(dict.fromkeys(quote(spellings[word].name) for word in close))
    return f"there is no service {quote(reference)}" + (f" (did you mean {join_words(near, 'or')}?)" if near else "")
