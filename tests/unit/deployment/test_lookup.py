from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.deployment.interfaces import Service
from alert24_deploy.deployment.lookup import like_an_id, match, resolve
from alert24_deploy.errors import UnknownService

from .fakes import FakePage, Fakes, refusal

API = Service("svc-1", "Payments API", "operational", "")
WEB = Service("svc-2", "Web", "operational", "")
SHOUTED = Service("svc-3", "WEB", "operational", "")
UUID = Service("0f8fad5b-d9cb-469f-a165-70867728950e", "Search", "operational", "")
ALL = [API, WEB, UUID]


def unknown(references: list[str], services: list[Service]) -> str:
    """The message about references that name nothing, or too much."""
    with pytest.raises(UnknownService) as caught:
        match(references, services)
    return str(caught.value)


FOUND = [
    ("svc-1", API),
    ("Payments API", API),
    ("payments api", API),
    ("PAYMENTS API", API),
    ("0f8fad5b-d9cb-469f-a165-70867728950e", UUID),
    ("search", UUID),
]


@pytest.mark.parametrize(("reference", "service"), FOUND)
def test_match__id_or_name__found(reference: str, service: Service) -> None:
    """A reference is an id, an exact name, or a name that is unique ignoring case."""
    assert match([reference], ALL) == [service]


def test_match__exact_name_beside_one_of_other_case__the_exact_one() -> None:
    """Only where no name is exactly that does case stop to matter."""
    assert match(["WEB", "Web"], [WEB, SHOUTED]) == [SHOUTED, WEB]


def test_match__id_of_one_is_the_name_of_another__the_id() -> None:
    """An id goes before a name, so that there is always an unambiguous way to say it."""
    trap = Service("svc-9", "svc-1", "operational", "")
    assert match(["svc-1"], [trap, API]) == [API]


def test_match__two_names_that_differ_in_case__ambiguous() -> None:
    """Where ignoring case leaves two, both ids are told."""
    assert "2 services are named 'wEB' (svc-2, svc-3): name one by its id" in unknown(["wEB"], [WEB, SHOUTED])


def test_match__two_of_one_name__ambiguous() -> None:
    """Two services of the same name can only be told apart by their ids."""
    twin = Service("svc-4", "Web", "down", "")
    assert "svc-2, svc-4" in unknown(["Web"], [WEB, twin])


def test_match__one_service_in_two_ways__once() -> None:
    """Nothing is written twice."""
    assert match(["svc-1", "Payments API", "payments api", "Web"], ALL) == [API, WEB]


def test_match__nearly_a_name__suggested() -> None:
    """A slip of the finger is answered with the nearest name, as it is really spelled."""
    assert "There is no service 'paymets api' (did you mean 'Payments API'?)" in unknown(["paymets api"], ALL)


def test_match__nearly_an_id__its_name_is_suggested() -> None:
    """A mistyped id leads to the services whose ids are near."""
    assert "did you mean" in unknown(["svc-11"], ALL)


def test_match__nothing_near__no_suggestion() -> None:
    """A wild guess helps nobody."""
    message = unknown(["zzzzzz"], ALL)
    assert "did you mean" not in message
    assert "The key's organisation has 3 services." in message


def test_match__many_near__three_suggestions() -> None:
    """A list of all services is not a suggestion."""
    many = [Service(f"id-{number}", f"Service {number}", "operational", "") for number in range(9)]
    assert unknown(["Service X"], many).count("'Service ") == 4  # the reference and three more


def test_match__several_wrong__all_told_at_once() -> None:
    """Nobody has to run it once for each mistake."""
    message = unknown(["Nope", "Web", "Nada"], ALL)
    assert "There is no service 'Nope'" in message
    assert "there is no service 'Nada'" in message
    assert "'Web'" not in message


def test_match__empty_organisation__says_so() -> None:
    """A key of the wrong organisation is recognised by what it can see."""
    assert "The key's organisation has 0 services." in unknown(["API"], [])


def test_match__reference_with_a_command_in_it__harmless() -> None:
    """What the user wrote is foreign to the CI's log too."""
    assert "##[" not in unknown(["##[error]x\n::error::y"], ALL)


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


IDS = ["svc-123", "svc_abc123", "SVC-1", "0f8fad5b-d9cb-469f-a165-70867728950e"]
NO_IDS = ["", "svc", "svc-", "svc-1 a", "Payments API", "my-svc-1", "0f8fad5b", "svc-1\n"]


@pytest.mark.parametrize("reference", IDS)
def test_like_an_id__documented_forms__yes(reference: str) -> None:
    """The forms that the documentation shows are asked for directly."""
    assert like_an_id(reference)


@pytest.mark.parametrize("reference", NO_IDS)
def test_like_an_id__anything_else__no(reference: str) -> None:
    """Everything else is looked for in the list."""
    assert not like_an_id(reference)


def page() -> FakePage:
    """A page with all of them."""
    return Fakes(*ALL).page


def test_resolve__one_id__a_single_get() -> None:
    """One service by id doesn't need the list."""
    asked = page()
    asked.list = lambda **_: pytest.fail("the whole list was asked for")  # type: ignore[method-assign]
    asked.find = lambda service_id, **_: asked.services[service_id]  # type: ignore[method-assign]
    assert resolve(asked, ["svc-1"]) == [API]


def test_resolve__a_name_that_looks_like_an_id__found_in_the_list() -> None:
    """The look of a reference decides what is asked first, never what is accepted."""
    named = Service("0815", "svc-payments", "operational", "")
    assert resolve(Fakes(named).page, ["svc-payments"]) == [named]


def test_resolve__several__the_list_once() -> None:
    """However many references there are, the list is read once."""
    asked = page()
    resolve(asked, ["svc-1", "svc-2", "Search"])
    assert asked.reads == 1


def test_resolve__refused__goes_on_to_the_caller() -> None:
    """A wrong key is no unknown service."""
    asked = page()
    asked.unreadable = refusal()
    with pytest.raises(type(refusal())):
        resolve(asked, ["svc-1"])


def test_resolve__several_ids__finds_them_all() -> None:
    """Only a single id is asked for directly: the first of several does not stand for the others."""
    page = FakePage([], [API, WEB])
    assert [found.id for found in resolve(page, ["svc-1", "svc-2"])] == ["svc-1", "svc-2"]
