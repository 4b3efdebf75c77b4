import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.soak.foreign_mail import ANYTHING, lists

from sereno.domain.addresses import check_address, read_addresses
from sereno.domain.errors import LetterRefused


def valid(text):
    return read_addresses("Destinatarios", text).valid


def wrong(text):
    found = read_addresses("Destinatarios", text)
    assert not found.valid
    return dict(found.refused)


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.com;luis@example.com",
        "ana@example.com, luis@example.com",
        " ;,; ana@example.com ;;, luis@example.com,\r\n",
        '"Pérez, Ana" <ana@example.com>; luis@example.com',
        "Ana (calidad; turno de tarde, (o no)) <ana@example.com>, Luis <luis@example.com>",
        '"dijo \\"a;b\\" <x@example.com>" <ana@example.com>, <luis@example.com>',
        "ana(la de calidad)@example.com; 'luis@example.com'",
        "ana@example.com (de vacaciones; vuelve; luis@example.com",
        'Ana "la jefa <ana@example.com>; luis@example.com',
    ],
)
def test_a_list_is_read_however_it_is_written(text):
    assert valid(text) == ("ana@example.com", "luis@example.com")


def test_quoted_local_parts_hold_what_elsewhere_separates():
    assert valid('"a,b; c"@example.com; <"x<y>z"@example.com>') == (
        '"a,b; c"@example.com',
        '"x<y>z"@example.com',
    )


def test_quotation_marks_without_need_go():
    assert valid('"ana"@example.com') == ("ana@example.com",)


def test_domains_come_out_in_ascii_and_local_parts_as_they_are():
    ascii_domain = "peñíscola.es".encode("idna").decode()
    assert valid("ana@peñíscola.es; begoña@peñíscola.es") == (f"ana@{ascii_domain}", f"begoña@{ascii_domain}")


def test_repeated_addresses_are_left_to_the_caller():
    assert valid("ana@example.com; ana@example.com") == ("ana@example.com",) * 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Ana Pérez", "no tiene @"),
        ("Ana <>", "no contiene ninguna dirección"),
        ("(nadie)", "no contiene ninguna dirección"),
        ("ana @example.com", "tiene espacios"),
        ("ana@example.com luis@example.com", "más de una @"),
        ("<ana@example.com> <luis@example.com>", "más de una dirección"),
        ("ana@", "no es una dirección"),
        ("ana..b@example.com", "no es una dirección"),
        (f"ana@{'x' * 64}.com", "no es una dirección"),
        (f"{'x' * 250}@example.com", "no es una dirección"),
        ("=?utf-8?q?eva=40example.org=2C?=@example.com", "no es una dirección"),
        (f"{'x' * 1001}@example.com", "demasiado largo"),
    ],
)
def test_what_is_no_address_is_told_with_what_is_wrong(text, why):
    ((piece, told),) = wrong(text).items()
    assert text.startswith(piece.removesuffix("…"))
    assert why in told
    assert "nombre@example.com" in told


def test_one_wrong_address_stops_no_other():
    found = read_addresses("Destinatarios", "ana@example.com; nadie; luis@example.com")
    assert found.valid == ("ana@example.com", "luis@example.com")
    assert list(found.refused) == ["nadie"]


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\x00", "\t", "\x85", "\u2028", "\ud800"])
def test_a_control_character_in_a_list_is_refused_by_its_field(mark):
    with pytest.raises(LetterRefused, match=r"carácter de control en DestinatariosConCopia: .*Quítelo"):
        read_addresses("DestinatariosConCopia", f"ana@example.com;{mark}Bcc: luis@example.com")


def test_an_empty_list_holds_nobody():
    for text in ("", "  ", ";,;", "\r\n"):
        assert read_addresses("Destinatarios", text) == read_addresses("Destinatarios", "")
        assert not valid(text)


@pytest.mark.parametrize(
    "hostile", ['"\\"' * 300_000, "(" * 10**6, '<"' * 500_000, ";" * 10**6, "<a" * 500_000]
)
def test_a_hostile_list_is_read_to_its_end(hostile):
    assert not valid(hostile)


def test_a_thousand_recipients_are_all_read():
    everybody = tuple(f"persona{number}@example.com" for number in range(1000))
    assert valid("; ".join(everybody)) == everybody


@settings(max_examples=300, deadline=None)
@given(lists())
def test_every_address_of_a_list_is_found(found):
    text, addresses = found
    assert valid(text) == addresses


@settings(max_examples=300, deadline=None)
@given(st.one_of(ANYTHING, st.text(st.sampled_from("ab@.,;:<>()\"\\ '=?"), max_size=60)))
@example('"')
@example("(<")
def test_any_text_is_read_or_refused_and_what_is_found_stays_what_it_is(text):
    try:
        found = read_addresses("Destinatarios", text)
    except LetterRefused:
        return
    assert all(valid(each) == (each,) for each in found.valid)
    assert all(found.refused.values())


@given(st.from_regex(r"[a-z]{1,9}(\.[a-z]{1,9})?@[a-z]{1,9}\.(com|es|org)", fullmatch=True))
def test_lists_and_single_addresses_agree(address):
    assert valid(address) == (check_address(address),)
