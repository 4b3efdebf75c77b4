"""Mail to somebody who is away goes to the substitute, or the person is missing from it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.people import BRASS, NAMES, TODAY, directory_of, person, task

from sereno.domain.directory import Audience, audience, find_people
from sereno.domain.substitutes import Substitute, apply_substitutes

STAFF = [person(name, Id=n) for n, name in enumerate(("ana", "eva", "luis", "iker"))]


def addresses_with(*substitutes, people=STAFF):
    directory = apply_substitutes(directory_of(*people), [Substitute(*each) for each in substitutes], TODAY)
    return {each.name: (each.address or "").removesuffix("@example.com") for each in directory.people}


def test_mail_goes_to_the_substitute_and_not_to_the_person():
    everybody = {"ana": "ana", "eva": "eva", "luis": "luis", "iker": "iker"}
    assert addresses_with() == everybody
    assert addresses_with(("Ana", "EVA")) == everybody | {"ana": "eva"}


@pytest.mark.parametrize(
    ("since", "until", "away"), [(0, 0, True), (-1, 1, True), (1, 2, False), (-2, -1, False)]
)
def test_a_substitute_stands_in_from_the_first_day_to_the_last(since, until, away):
    first, last = TODAY + timedelta(days=since), TODAY + timedelta(days=until)
    assert addresses_with(("ana", "eva", first, last))["ana"] == ("eva" if away else "ana")


def test_a_substitute_who_is_away_is_substituted_in_turn():
    assert addresses_with(("ana", "eva"), ("eva", "luis"))["ana"] == "luis"


def test_of_two_substitutes_the_first_counts():
    assert addresses_with(("ana", "eva"), ("ana", "luis"))["ana"] == "eva"


@pytest.mark.parametrize("circle", [[("ana", "ana")], [("ana", "eva"), ("eva", "luis"), ("luis", "eva")]])
def test_substitutes_in_a_circle_reach_nobody_and_hang_nothing(circle):
    assert addresses_with(*circle)["ana"] == ""


def test_a_substitute_whom_mail_does_not_reach_leaves_the_person_missing():
    people = [*STAFF, person("baja", FechaBaja="2020-01-01"), person("mudo", CorreoUsuario="mudo")]
    for instead in ("nadie", "baja", "mudo"):
        directory = apply_substitutes(directory_of(*people), [Substitute("ana", instead)], TODAY)
        found, missing = find_people(directory, ["ana"])
        assert found == ()
        assert missing == (f"ana: a su sustituto {instead} no se le puede escribir",)


def test_a_role_reaches_the_substitute_once():
    directory = directory_of(*STAFF, tasks=[task("ana"), task("eva")])
    replaced = apply_substitutes(directory, [Substitute("ana", "eva")], TODAY)
    assert audience(replaced, "admin", BRASS) == Audience(("eva@example.com",))


@given(st.lists(st.tuples(NAMES.map(str.lower), NAMES.map(str.lower)), max_size=6))
def test_no_mail_ever_reaches_somebody_who_is_substituted(pairs):
    away = {login for login, _ in pairs}
    assert not away & set(addresses_with(*pairs).values())
