"""Which mail brings its reader a link to a page of his own, and who never gets to see it."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.building import TUESDAY, Department
from tests.engine.nonconformities import department, task
from tests.mailing import claim

from sereno.adapters.mime import quoted_printable
from sereno.domain.outbox import deliveries_of, for_its_readers
from sereno.domain.personal import Pass, read_pass, signed
from sereno.domain.redaction import CODES_MAIL, has_link, without_links, without_secrets
from sereno.engine.mail_records import MailSheet
from sereno.engine.rounds import PersonalLinks
from sereno.engine.watch import Request, watch

URL = "https://sereno.example.com"
KEY = b"k" * 32
TODAY = TUESDAY.date()
TOKEN = signed(Pass("ana@example.com", 0, TODAY), KEY)


def served(site, digest, *, linked=True, force=False):
    links = PersonalLinks(URL, lambda: KEY) if linked else None
    world = replace(site.world(), links=links)
    (done,) = [
        each for each in watch(site.monitor, Request(force, digest), site.orders, world).served if each.run
    ]
    return done


def technical(**options):
    return served(department(task((1, TODAY + timedelta(days=3)))), "tecnico", **options)


def bodies(data):
    message = message_from_bytes(data, policy=default)
    return [message.get_body((each,)).get_content() for each in ("plain", "html")]


def test_who_alone_is_written_to_gets_a_link_in_text_and_html():
    (message,) = technical().messages
    for body in bodies(message.data):
        (token,) = set(_tokens(body))
        admission = read_pass(token, KEY)
        assert admission == Pass("ana@example.com", 0, TODAY + timedelta(days=30))


def test_the_copies_of_that_mail_go_out_without_it():
    (message,) = technical().messages
    assert message.envelope.recipients == ("ana@example.com", "jefa@example.com")
    mine, copy = map(for_its_readers, deliveries_of(message, 100))
    assert (mine.recipients, copy.recipients) == (("ana@example.com",), ("jefa@example.com",))
    assert mine.message.data == message.data
    assert not has_link(copy.message.data)
    for body in bodies(copy.message.data):
        assert "/mi/" not in body
        assert "enlace personal" in body


def test_sent_again_to_somebody_else_it_goes_out_without_the_link():
    site = department(task((1, TODAY + timedelta(days=3))))
    (message,) = served(site, "tecnico").messages
    site.store.desk.send_to(message.id, ("otro@example.com",))
    sent = [for_its_readers(each) for each in claim(site.store, 9, TUESDAY, timedelta(hours=1), trial=False)]
    linked = {each.recipients for each in sent if has_link(each.message.data)}
    assert linked == {("ana@example.com",)}
    assert ("otro@example.com",) in {each.recipients for each in sent}


def test_who_looks_at_the_mail_in_the_outbox_sees_a_word_instead():
    site = department(task((1, TODAY + timedelta(days=3))))
    (message,) = served(site, "tecnico").messages
    sheet = site.store.desk.sheet(message.id)
    assert isinstance(sheet, MailSheet)
    assert not has_link(sheet.data)
    for body in bodies(sheet.data):
        assert "/mi/" not in body
        assert "(enlace personal)" in body


def test_without_an_address_of_the_console_there_is_no_link_nor_key():
    site = department(task((1, TODAY + timedelta(days=3))))
    (message,) = served(site, "tecnico", linked=False).messages
    assert not has_link(message.data)
    assert site.store.readers.known_key() is None


def test_on_trial_there_is_no_link():
    site = department(task((1, TODAY + timedelta(days=3))))
    site.trial = True
    (message,) = served(site, "tecnico").messages
    assert not has_link(message.data)


def test_who_hears_instead_of_those_whom_it_concerns_gets_none():
    site = department(task((1, TODAY + timedelta(days=3)), engineer="Nadie Conocido"))
    (message,) = served(site, "tecnico").messages
    assert message.envelope.recipients == ("jefa@example.com",)
    assert not has_link(message.data)


def test_an_address_that_is_nobodys_gets_none_for_it_may_be_a_lists():
    site = Department(audience="todos@example.com")
    (message,) = served(site, "diario").messages
    assert not has_link(message.data)


def test_of_several_readers_of_one_mail_none_gets_a_link():
    people = Department().registers["lanzadera"]
    more = [
        {**people["TbUsuariosAplicaciones"][0], "Id": n, "UsuarioRed": f"u{n}", "Nombre": f"U {n}",
         "CorreoUsuario": f"u{n}@example.com"}
        for n in (2, 3)
    ]  # fmt: skip
    tasks = [{"CorreoUsuario": f"u{n}@example.com", "EsAdministrador": "Sí"} for n in (2, 3)]
    site = Department()
    site.registers["lanzadera"] = {
        "TbUsuariosAplicaciones": more,
        "TbUsuariosAplicacionesPermisos": [],
        "TbUsuariosAplicacionesTareas": tasks,
    }
    (message,) = served(site, "diario").messages
    assert len(message.envelope.recipients) == 2
    assert not has_link(message.data)


def test_the_only_one_of_a_role_gets_a_link():
    (message,) = served(Department(), "diario").messages
    assert message.envelope.recipients == ("ana@example.com",)
    assert has_link(message.data)


def test_after_a_revocation_links_are_of_the_next_generation():
    site = department(task((1, TODAY + timedelta(days=3))))
    site.store.readers.revoke("ana@example.com")
    (message,) = served(site, "tecnico").messages
    assert {read_pass(each, KEY).generation for each in _tokens(bodies(message.data)[0])} == {1}


@pytest.mark.parametrize("scheme", ["http", "https"])
@given(before=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=90))
def test_wherever_a_line_breaks_a_link_is_found_and_the_lines_stay_short(scheme, before):
    text = f'{before} {scheme}://h.example:81/mi/{TOKEN}\r\n<a href="{URL}/mi/{TOKEN}" class="l">Ver</a>\r\n'
    data = quoted_printable(text.encode())
    covered = without_links(data)
    assert has_link(data)
    assert not has_link(covered)
    assert TOKEN[-20:].encode() not in covered.replace(b"=\r\n", b"")
    assert max(map(len, covered.split(b"\r\n"))) <= 76


@given(st.binary(max_size=300))
def test_bytes_without_a_link_stay_as_they_are(data):
    assert without_secrets(data, "brass/diario") == data


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Nd")), max_size=90))
def test_a_code_is_covered_in_the_mail_that_brings_it_alone(before):
    data = quoted_printable(f"{before}\r\n4821 9034\r\n".encode())
    assert b"4821" not in without_secrets(data, CODES_MAIL)
    assert without_secrets(data, "brass/diario") == data


def _tokens(body):
    return [part.split('"')[0].split()[0] for part in body.split(f"{URL}/mi/")[1:]]
