from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sereno.adapters.mime import SenderPolicy, compose_mail
from sereno.domain.errors import LetterRefused
from sereno.engine.ports import Letter

SENDER = SenderPolicy("example.com")
ID = "0195a3c2f7d24e1b9c3d5e6f7a8b9c0d"


def letter(to=("ana@example.com",), cc=(), bcc=(), subject="Equipos", application="BRASS", message_id=ID):
    day = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
    return Letter(message_id, to, cc, bcc, subject, application, "brass/equipos", day)


def compose(*, html="<p>Hola</p>", text="Hola", sender=SENDER, **parts):
    return compose_mail(html, text, letter(**parts), sender)


def parsed(message) -> EmailMessage:
    return message_from_bytes(message.data, policy=SMTP)


def addresses(mail, header):
    return tuple(each.addr_spec for each in mail[header].addresses) if mail[header] else ()


def body(mail, kind):
    return mail.get_body((kind,)).get_content().replace("\r\n", "\n")


def as_read(text):
    """Every line end is one line end, and a part ends in one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines if lines.endswith("\n") else lines + "\n"


def test_the_sender_is_the_application_at_the_mail_domain():
    message = compose(application="No Conformidades y Auditorías")
    (author,) = parsed(message)["From"].addresses
    assert author.display_name == "No Conformidades y Auditorías"
    assert author.addr_spec == "no-conformidades-y-auditorias@example.com"
    assert message.envelope.sender == author.addr_spec


def test_mail_from_replaces_the_address_and_keeps_the_name():
    message = compose(sender=SenderPolicy("example.com", sender="avisos@example.org"))
    (author,) = parsed(message)["From"].addresses
    assert (author.display_name, author.addr_spec) == ("BRASS", "avisos@example.org")
    assert message.envelope.sender == "avisos@example.org"


def test_the_return_path_receives_the_bounces():
    message = compose(sender=SenderPolicy("example.com", return_path="rebotes@example.com"))
    assert message.envelope.sender == "rebotes@example.com"
    assert b"rebotes" not in message.data


def test_a_name_with_a_comma_and_quotes_is_one_mailbox():
    (author,) = parsed(compose(application='Gestión, "S.A."'))["From"].addresses
    assert author.display_name == 'Gestión, "S.A."'


def test_an_application_without_a_latin_letter_asks_for_mail_from():
    with pytest.raises(LetterRefused, match="MAIL_FROM"):
        compose(application="日本")


def test_blind_copies_are_in_the_envelope_alone():
    message = compose(cc=("luis@example.com",), bcc=("jefa@example.com",))
    assert message.envelope.recipients == ("ana@example.com", "luis@example.com", "jefa@example.com")
    assert b"jefa" not in message.data
    assert b"Bcc" not in message.data


def test_a_recipient_is_written_once_to_before_copy_before_blind_copy():
    message = compose(
        to=("Ana@example.com", "ana@example.com"),
        cc=("ANA@EXAMPLE.COM", "luis@example.com"),
        bcc=("Luis@example.com", "eva@example.com"),
    )
    mail = parsed(message)
    assert addresses(mail, "To") == ("Ana@example.com",)
    assert addresses(mail, "Cc") == ("luis@example.com",)
    assert message.envelope.recipients == ("Ana@example.com", "luis@example.com", "eva@example.com")


def test_a_mail_to_blind_copies_only_names_nobody():
    message = compose(to=(), bcc=("eva@example.com",))
    assert parsed(message)["To"] == "undisclosed-recipients:;"
    assert message.envelope.recipients == ("eva@example.com",)


def test_a_mail_to_copies_only_has_no_to():
    assert parsed(compose(to=(), cc=("eva@example.com",)))["To"] is None


def test_a_mail_to_nobody_is_never_composed():
    with pytest.raises(LetterRefused, match="ningún destinatario"):
        compose(to=())


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "ana",
            "ana@",
            "@example.com",
            "ana luis@example.com",
            "<ana@example.com>",
            "ana..b@example.com",
        ),
        *(
            "ana@example.com, eva@example.com",
            "ana@example.com\r\nBcc: x@example.com",
            "a\u00a0b@example.com",
        ),
        f"ana@{'x' * 64}.com",
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(LetterRefused, match="no es un"):
        compose(to=("eva@example.com",), cc=(address,))


def test_a_domain_beyond_ascii_travels_in_ascii():
    message = compose(to=("ana@compañía.example",))
    assert message.envelope.recipients == ("ana@xn--compaa-7va5a.example",)
    assert message.data.isascii()


def test_a_local_part_beyond_ascii_is_kept_in_utf8():
    message = compose(to=("begoña@example.com",))
    assert message.envelope.recipients == ("begoña@example.com",)
    assert "To: begoña@example.com\r\n".encode() in message.data


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\x00", "\t", "\x85", "\u2028", "\ud800"])
@pytest.mark.parametrize("part", ["subject", "application"])
def test_a_control_character_in_a_header_is_refused(part, mark):
    with pytest.raises(LetterRefused, match="carácter de control"):
        compose(**{part: f"Aviso{mark}Bcc: x@example.com"})


def test_an_identifier_that_would_break_its_header_is_refused():
    with pytest.raises(LetterRefused, match="identificador"):
        compose(message_id="a b>")


@pytest.mark.parametrize("domain", ["", "example.com\r\nBcc: x", "exa mple.com"])
def test_a_mail_domain_that_is_none_is_refused(domain):
    with pytest.raises(LetterRefused, match="dominio"):
        compose(sender=SenderPolicy(domain))


def test_machines_are_told_that_a_machine_wrote_it():
    mail = parsed(compose())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"] == "<brass.equipos.example.com>"
    assert mail["Date"].datetime == datetime(2026, 3, 12, 8, 30, tzinfo=UTC)


def test_the_message_id_is_that_of_the_outbox_on_one_line_however_long_the_domain():
    domain = ".".join(["departamento-de-calibraciones"] * 4) + ".example.com"
    message = compose(sender=SenderPolicy(domain))
    assert message.id == ID
    assert f"\r\nMessage-ID: <{ID}@{domain}>\r\n".encode() in message.data
    assert f"\r\nList-Id: <brass.equipos.{domain}>\r\n".encode() in message.data


def test_the_message_carries_its_origin_subject_and_hour():
    message = compose(subject="Equipos sin calibrar")
    assert (message.origin, message.subject, message.kind) == (
        "brass/equipos",
        "Equipos sin calibrar",
        "digest",
    )
    assert message.queued_at == datetime(2026, 3, 12, 8, 30, tzinfo=UTC)


def test_text_comes_before_html_as_readers_expect():
    mail = parsed(compose())
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["MIME-Version"] == "1.0"


def test_the_same_letter_gives_the_same_bytes():
    assert compose().data == compose().data


def test_a_body_cannot_end_its_part():
    text = f"antes\n--=_{ID}--\ndespués"
    assert body(parsed(compose(text=text)), "plain") == as_read(text)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
HEADERS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300)
LOCAL_PARTS = st.from_regex(r"[a-z0-9]{1,12}([.+_-][a-z0-9]{1,12}){0,2}", fullmatch=True)
ADDRESSES = st.builds("{}@{}".format, LOCAL_PARTS, st.sampled_from(["example.com", "mail.example.org"]))
LISTS = st.lists(ADDRESSES, max_size=12).map(tuple)


@given(LISTS, LISTS, LISTS, HEADERS, TEXTS, TEXTS)
@example(("a@example.com",), (), (), "=?utf-8?q?no_es_lo_que_parece?=", ".\r\n.\r\n", "\r\r\n\x0b\x0c")
@example(("a@example.com",), (), (), "  " + "ñ " * 90, "From ellos\n" + " " * 99, "x" * 2000)
@example(("a@example.com",), (), (), "x" * 2000, "", "")
def test_whatever_is_composed_parses_back_to_itself(to, cc, bcc, subject, html, text):
    if not to + cc + bcc:
        bcc = ("eva@example.com",)
    message = compose(to=to, cc=cc, bcc=bcc, subject=subject, html=html, text=text)
    mail = parsed(message)
    named = addresses(mail, "To") + addresses(mail, "Cc")
    assert set(named) == set(to + cc)
    assert message.envelope.recipients[: len(named)] == named
    assert set(message.envelope.recipients) == set(to + cc + bcc)
    assert mail["Subject"] == subject
    assert body(mail, "plain") == as_read(text)
    assert body(mail, "html") == as_read(html)
    assert not mail.defects


@given(LISTS, HEADERS, HEADERS, TEXTS)
def test_lines_are_ascii_within_the_limits_and_end_in_crlf(to, subject, application, text):
    sender = SenderPolicy("example.com", sender="avisos@example.com")
    data = compose(
        to=("eva@example.com", *to), subject=subject, application=application, text=text, sender=sender
    ).data
    assert data.isascii()
    assert data.endswith(b"\r\n")
    assert not set(b"\r\n") & set(data.replace(b"\r\n", b""))
    assert max(map(len, data.split(b"\r\n"))) <= 78
