from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.deployment.interfaces import Service
from alert24_deploy.deployment.lookup import like_an_id, match, resolve
from alert24_deploy.errors import UnknownService

from .fakes import FakePage, refusal

API = Service("svc-1", "Payments API", "operational", "")
WEB = Service("svc-2", "Web", "operational", "")
SHOUTED = Service("svc-3", "WEB", "operational", "")
TWIN = Service("svc-4", "Web", "down", "")
UUID = Service("0f8fad5b-d9cb-469f-a165-70867728950e", "Search", "operational", "")
TRAP = Service("svc-9", "svc-1", "operational", "")
ALL = [API, WEB, UUID]
MANY = [Service(f"id-{number}", f"Service {number}", "operational", "") for number in range(9)]


def unknown(references: list[str], services: list[Service]) -> str:
    """The message about references that name nothing, or too much."""
    with pytest.raises(UnknownService) as caught:
        match(references, services)
    return str(caught.value)


@pytest.mark.parametrize(
    ("references", "services", "found"),
    [
        *(([word], ALL, [API]) for word in ("svc-1", "Payments API", "payments api", " PAYMENTS API ")),
        *(([word], ALL, [UUID]) for word in (UUID.id, "search")),
        (["WEB", "Web"], [WEB, SHOUTED], [SHOUTED, WEB]),  # an exact name before one of another case
        (["svc-1"], [TRAP, API], [API]),  # an id before a name: there is always an unambiguous way to say it
        (["svc-1", "Payments API", "payments api", "Web"], ALL, [API, WEB]),  # nothing is written twice
    ],
)
def test_match__id_or_name__found_once(references: list[str], services: list[Service], found: list[Service]) -> None:
    """A reference is an id, an exact name, or a name that is unique ignoring case."""
    assert match(references, services) == found


@pytest.mark.parametrize(
    ("references", "services", "says"),
    [
        (["wEB"], [WEB, SHOUTED], "2 services are named 'wEB' (svc-2, svc-3): name one by its id"),
        (["Web"], [WEB, TWIN], "svc-2, svc-4"),
        (["paymets api"], ALL, "There is no service 'paymets api' (did you mean 'Payments API'?)"),
        (["svc-11"], ALL, "did you mean"),
        (
            ["zzzzzz"],
            ALL,
            "There is no service 'zzzzzz'.\nThe key's organisation has 3 services: 'Payments API', 'Web' and 'Search'.",
        ),
        (
            ["search", "EU"],
            [Service("svc-7", "Search, EU", None, "")],
            'a comma. Write it as a JSON array: ["Search, EU"]',
        ),
        (["Nope", "Web", "Nada"], ALL, "There is no service 'Nope'; there is no service 'Nada'."),
        (["API"], [], "The key's organisation has 0 services."),
        (["##[error]x\n::error::y"], ALL, "'## [error]x\\n::error::y'"),  # foreign to the CI's log, too
        ([" "], [Service("a", "", None, "")], "There is no service ''"),
    ],
)
def test_match__nothing_or_too_much__every_mistake_at_once(
    references: list[str], services: list[Service], says: str
) -> None:
    """The message names each wrong reference, the nearest names, and how many services the key can see."""
    assert says in unknown(references, services)


def test_match__many_near__three_suggestions() -> None:
    """A list of all services is not a suggestion."""
    assert unknown(["Service X"], MANY).count("'Service ") == 4  # the reference and three more


names = st.text(min_size=1, max_size=12)


@given(st.lists(names, min_size=1, max_size=8, unique=True), st.data())
def test_match__any_unique_names__each_finds_its_own(texts: list[str], data: st.DataObject) -> None:
    """An exact name finds its service, whatever characters it has and whatever else there is."""
    services = [Service(f"id\x00{number}", name, None, "") for number, name in enumerate(texts)]
    chosen = data.draw(st.lists(st.sampled_from(services), min_size=1, unique=True))
    assert match([service.name for service in chosen], services) == chosen


@given(st.lists(names, max_size=8), names)
def test_match__any_reference__a_service_or_a_message(texts: list[str], reference: str) -> None:
    """What is returned is always named by the reference; everything else is an UnknownService."""
    services = [Service(f"id-{number}", name, None, "") for number, name in enumerate(texts)]
    try:
        (found,) = match([reference], services)
    except UnknownService:
        return
    assert reference == found.id or reference.strip().casefold() == found.name.strip().casefold()


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        *((word, True) for word in ("svc-123", "svc_abc123", "SVC-1", UUID.id)),
        *((word, False) for word in ("", "svc", "svc-", "svc-1 a", "API", "my-svc-1", "0f8fad5b", "svc-1\n")),
    ],
)
def test_like_an_id__the_documented_forms(reference: str, expected: bool) -> None:
    """The forms that the documentation shows are asked for directly; everything else is looked for in the list."""
    assert like_an_id(reference) is expected


def test_resolve__ids__those_services_alone() -> None:
    """Services by their ids don't need the whole list."""
    page = FakePage([], ALL)
    page.list = lambda **_: pytest.fail("the whole list was asked for")  # type: ignore[method-assign]
    page.read = lambda ids, **_: [page.services[each] for each in ids]  # type: ignore[method-assign]
    assert resolve(page, ["svc-1", "svc-2", "svc-1"]) == [API, WEB]


def test_resolve__a_name_that_looks_like_an_id__found_in_the_list() -> None:
    """The look of a reference decides what is asked first, never what is accepted."""
    named = Service("0815", "svc-payments", "operational", "")
    assert resolve(FakePage([], [named]), ["svc-payments"]) == [named]


def test_resolve__several__the_list_once() -> None:
    """However many references there are: the first of several ids does not stand for the others."""
    page = FakePage([], ALL)
    assert (resolve(page, ["svc-1", "svc-2", "Search"]), page.reads) == (ALL, 1)


def test_resolve__refused__goes_on_to_the_caller() -> None:
    """A wrong key is no unknown service."""
    page = FakePage([], ALL)
    page.unreadable = refusal()
    with pytest.raises(type(refusal())):
        resolve(page, ["svc-1"])
