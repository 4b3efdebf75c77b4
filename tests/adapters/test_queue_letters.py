from email import message_from_bytes
from email.policy import SMTP, default

import pytest
from hypothesis import example, given, settings
from tests.soak.foreign_mail import (
    ANY_ROWS,
    NOW,
    SENDER,
    addresses,
    check_any,
    check_good,
    compose,
    content,
    good_rows,
    parsed,
    queue_row,
    squeezed,
)

from sereno.adapters.attachments import AttachmentPolicy
from sereno.adapters.mime import SenderPolicy
from sereno.domain.errors import AttachmentUnavailable, LetterRefused

PAGE = "<html><body><p>Buenos días:</p><p>Vea la <a href='https://example.com/7'>ficha</a>.</body></html>"


def mail_of(**said):
    return parsed(compose(queue_row(**said)).message)


def author(sender=SENDER, **said):
    (found,) = parsed(compose(queue_row(**said), sender).message)["From"].addresses
    return found.display_name, found.addr_spec


def test_the_application_is_the_sender():
    message = compose(queue_row(application="Gestión de Calidad")).message
    assert author(application="Gestión de Calidad") == (
        "Gestión de Calidad",
        "gestion-de-calidad@example.com",
    )
    assert message.envelope.sender == "gestion-de-calidad@example.com"
    assert (
        b'\r\nFrom: "HPS" <hps@example.com>\r\n'
        in b"\r\n" + compose(queue_row(application="HPS")).message.data
    )


def test_mail_from_and_return_path_are_honoured():
    sender = SenderPolicy("example.com", "avisos@example.org", "rebotes@example.org")
    assert author(sender) == ("Gestión de Calidad", "avisos@example.org")
    assert compose(queue_row(), sender).message.envelope.sender == "rebotes@example.org"


def test_mail_without_an_application_is_the_queue_s():
    assert author(application="") == ("correos", "correos@example.com")
    assert author(application="  ") == ("correos", "correos@example.com")


def test_a_name_without_a_latin_letter_has_the_queue_s_address():
    assert author(application="日本") == ("日本", "correos@example.com")


def test_a_long_name_has_an_address_that_relays_take():
    name, address = author(application="Departamento de Calibraciones " * 9)
    assert squeezed(name) == "DepartamentodeCalibraciones" * 9
    assert len(address.partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "name", ['"' * 60, 'x" <malo@example.org>, "y', "a\\", '\\"', "a, b; c: d", '"' * 31 + "\\" * 29]
)
def test_no_name_ends_before_it_does(name):
    assert squeezed(author(application=name)[0]) == squeezed(name)
    assert parsed(compose(queue_row(application=name)).message)["From"].defects == ()


def test_copies_are_shown_and_blind_copies_are_in_the_envelope_alone():
    composed = compose(queue_row(cc="luis@example.com", bcc='"Jefa" <jefa@example.com>'))
    mail = parsed(composed.message)
    assert (addresses(mail, "To"), addresses(mail, "Cc")) == (("ana@example.com",), ("luis@example.com",))
    assert composed.message.envelope.recipients == ("ana@example.com", "luis@example.com", "jefa@example.com")
    assert b"efa" not in composed.message.data


def test_a_recipient_is_written_once_to_before_copy_before_blind_copy():
    row = queue_row(
        to="Ana@example.com; ana@EXAMPLE.com",
        cc="ANA@example.com, luis@example.com",
        bcc="LUIS@example.com;eva@example.com",
    )
    mail = parsed(compose(row).message)
    assert (addresses(mail, "To"), addresses(mail, "Cc")) == (("Ana@example.com",), ("luis@example.com",))
    assert compose(row).message.envelope.recipients == (
        "Ana@example.com",
        "luis@example.com",
        "eva@example.com",
    )


def test_mail_to_blind_copies_only_names_nobody():
    composed = compose(queue_row(to="", bcc="eva@example.com"))
    assert parsed(composed.message)["To"] == "undisclosed-recipients:;"
    assert composed.message.envelope.recipients == ("eva@example.com",)


def test_what_is_no_address_is_left_out_and_told():
    composed = compose(queue_row(to="ana@example.com; Luis", cc="eva@"))
    assert composed.message.envelope.recipients == ("ana@example.com",)
    assert set(composed.refused) == {"Luis", "eva@"}
    assert "no tiene @" in composed.refused["Luis"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"to": ""}, "Destinatarios, DestinatariosConCopia y DestinatariosConCopiaOculta están vacíos"),
        ({"to": "Luis", "cc": "eva@", "bcc": ";"}, "«Luis» no tiene @.*«eva@» no es"),
        ({"to": "a;b;c;d;e;f;g"}, r"«a» .*\(y 2 más\)"),
    ],
)
def test_mail_that_nobody_would_get_is_refused_with_what_was_found(said, told):
    with pytest.raises(LetterRefused, match=told):
        compose(queue_row(**said))


FIELDS = {
    "application": "Aplicacion",
    "to": "Destinatarios",
    "cc": "DestinatariosConCopia",
    "bcc": "DestinatariosConCopiaOculta",
    "subject": "Asunto",
    "attachments": "URLAdjunto",
}


@pytest.mark.parametrize(
    "mark", ["\r\n", "\n", "\r", "\x00", "\t", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\udc80"]
)
@pytest.mark.parametrize(("field", "column"), FIELDS.items())
def test_no_field_brings_in_a_header(field, column, mark):
    with pytest.raises(LetterRefused, match=f"carácter de control en {column}: .*Quítelo"):
        compose(queue_row(**{field: f"eva@example.com{mark}Bcc: malo@example.com"}))


def test_a_line_break_after_the_last_recipient_is_no_harm():
    assert compose(queue_row(to="ana@example.com;\r\n")).message.envelope.recipients == ("ana@example.com",)


def test_machines_are_told_that_a_machine_wrote_it_and_no_list_did():
    message = compose(queue_row()).message
    mail = parsed(message)
    assert mail["Message-ID"] == f"<{message.id}@example.com>"
    assert mail["Date"].datetime == NOW
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert mail["List-Id"] is None


def test_the_message_says_where_it_comes_from():
    message = compose(queue_row(subject="Aviso")).message
    assert (message.kind, message.origin, message.subject) == ("queue", "correos", "Aviso")
    assert (message.queued_at, message.trial) == (NOW, False)


@pytest.mark.parametrize(
    "subject", ["", " ", "ñ", "=?utf-8?q?no?=", "palabra " * 90, "ñandú€日本🙂" * 60, "x" * 1500]
)
def test_any_subject_is_read_as_written_and_folded(subject):
    data = compose(queue_row(subject=subject)).message.data
    assert message_from_bytes(data, policy=default)["Subject"] == subject
    assert max(map(len, data.split(b"\r\n"))) <= 78


def test_html_goes_as_it_is_after_its_text():
    mail = mail_of(body=PAGE)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert content(mail, "html") == f"{PAGE}\n"
    assert content(mail, "plain") == "Buenos días:\n\nVea la ficha <https://example.com/7>.\n"


def test_the_row_itself_may_say_that_it_is_html():
    mail = mail_of(body="Hola, <b>Ana</b>", html=True)
    assert content(mail, "html") == "Hola, <b>Ana</b>\n"
    assert content(mail, "plain") == "Hola, Ana\n"


def test_text_goes_alone():
    mail = mail_of(body="Si a < b, avise.\r\nGracias,\rAna")
    assert mail.get_content_type() == "text/plain"
    assert content(mail, "plain") == "Si a < b, avise.\nGracias,\nAna\n"


def test_a_body_may_hold_anything():
    mail = mail_of(body="a\x00b\x1a \ud83d\ude42 \udc80\x0c\n.\nFrom yo\n" + "x" * 5000 + " \t\n" + " " * 80)
    assert (
        content(mail, "plain")
        == "a\x00b\x1a 🙂 \ufffd\x0c\n.\nFrom yo\n" + "x" * 5000 + " \t\n" + " " * 80 + "\n"
    )


def test_a_local_part_beyond_ascii_is_utf8_and_all_else_is_7_bit():
    message = compose(queue_row(to="begoña@peñíscola.es", body="ñ", subject="ñ")).message
    domain = "peñíscola.es".encode("idna").decode()
    assert message.envelope.recipients == (f"begoña@{domain}",)
    assert f"\r\nTo: begoña@{domain}\r\n".encode() in message.data
    assert message.data.replace("ñ".encode(), b"").isascii()


def test_the_same_row_gives_the_same_bytes():
    assert compose(queue_row(body=PAGE)).message == compose(queue_row(body=PAGE)).message


def test_a_thousand_recipients_are_a_header_of_a_thousand_lines():
    everybody = tuple(f"persona{number}@example.com" for number in range(1000))
    message = compose(queue_row(to=";".join(everybody))).message
    assert message.envelope.recipients == everybody
    assert addresses(parsed(message), "To") == everybody


def test_files_go_along_with_any_name(tmp_path):
    contents = {
        "informe.pdf": b"%PDF",
        "año 2026; «final».txt": b"hola\n.\n",
        f"{'ñ' * 100}.xlsx": b"PK",
        "a=?b?=.c": b"",
    }
    for name, written in contents.items():
        (tmp_path / name).write_bytes(written)
    (tmp_path / "otra").mkdir()
    (tmp_path / "otra" / "informe.pdf").write_bytes(bytes(range(256)))
    named = [*(name for name in contents if ";" not in name), "otra/informe.pdf"]
    row = queue_row(body=PAGE, attachments=" ; ".join(str(tmp_path / name) for name in named))
    data = compose(row, files=AttachmentPolicy((tmp_path,), 2000)).message.data
    mail = message_from_bytes(data, policy=SMTP)
    found = [(part.get_filename(), part.get_payload(decode=True)) for part in mail.iter_attachments()]
    assert found == [(name.rpartition("/")[2], (tmp_path / name).read_bytes()) for name in named]
    assert mail.get_content_type() == "multipart/mixed"
    assert content(mail, "html") == f"{PAGE}\n"
    assert not any(part.defects for part in mail.walk())
    assert max(map(len, data.split(b"\r\n"))) <= 100  # a media type is never broken


def test_mail_is_never_composed_without_its_files(tmp_path):
    with pytest.raises(AttachmentUnavailable, match="no existe"):
        compose(queue_row(attachments=str(tmp_path / "falta.pdf")), files=AttachmentPolicy((tmp_path,), 9))


def test_who_receives_it_is_looked_at_before_any_file():
    with pytest.raises(LetterRefused):
        compose(queue_row(to="nadie", attachments="/falta.pdf"))


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(good_rows())
def test_whatever_is_composed_parses_back_to_itself(found):
    check_good(*found)


@settings(max_examples=300, deadline=None)
@given(ANY_ROWS)
@example(queue_row(body="x" * 74 + " \nfin", html=True))
@example(queue_row(body="x" * 75 + ".\n.", application='"' * 60))
def test_any_row_is_composed_in_good_form_or_refused_with_a_sentence(row):
    check_any(row)
