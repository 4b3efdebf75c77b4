"""Rows as other applications write them, well and badly, and what must hold of what is composed of them."""

import re
from datetime import UTC, datetime
from email import message_from_string
from email.policy import SMTP

from hypothesis import strategies as st

from sereno.adapters.attachments import AttachmentPolicy
from sereno.adapters.html_text import is_html
from sereno.adapters.mime import SenderPolicy
from sereno.adapters.queue_letters import compose_row
from sereno.domain.addresses import CONTROL
from sereno.domain.errors import AttachmentUnavailable, LetterRefused
from sereno.domain.foreign import QueueRow

NOW = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
SENDER = SenderPolicy("example.com")
NO_FILES = AttachmentPolicy((), 1000)
HEADERS = {
    *("From", "To", "Cc", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
}

CLEAN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)
ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=200)
MARKUP = st.lists(
    st.sampled_from(
        [*"<>&;\"'=/!-. \t\r\n", "<p>", "</td>", "<!--", "<a href=", "script", "ñ", "x" * 70, "€"]
    ),
    max_size=60,
).map("".join)
BODIES = st.one_of(ANYTHING, MARKUP, MARKUP.map("<p>{}".format), ANYTHING.map("<html><body>{}".format))
LOCAL_PARTS = st.one_of(
    st.from_regex(r"[a-z0-9]{1,12}([.+_-][a-z0-9]{1,12}){0,2}", fullmatch=True),
    st.sampled_from(['"a b"', '"a,b;c"', '"a@b"', '"x<y>z"', "o'hara"]),
)
DOMAINS = st.sampled_from(
    [("example.com", "example.com"), ("Mail.Example.ORG", "mail.example.org"), ("peñíscola.es",) * 2]
).map(lambda pair: (pair[0], pair[1].encode("idna").decode()))
ADDRESSES = st.builds(lambda local, domain: tuple(f"{local}@{each}" for each in domain), LOCAL_PARTS, DOMAINS)
"""As written, and as relays take it."""
NAMES = st.sampled_from(
    [
        "",
        "Ana ",
        '"Pérez, Ana" ',
        "Ana (calidad; y más, (sí)) ",
        '"dijo \\"a;b\\"" ',
        "'Luis' ",
        '"<x@y.es>" ',
    ]
)
ENTRIES = st.one_of(
    ADDRESSES,
    st.builds(lambda name, pair: (f"{name}<{pair[0]}>", pair[1]), NAMES, ADDRESSES),
    st.builds(lambda pair: (f" {pair[0]} (de vacaciones, hoy) ", pair[1]), ADDRESSES),
)
SEPARATORS = st.sampled_from([";", ",", "; ", " ;; ", ",;,"])


def lists(entries=ENTRIES, **sizes):
    """Build a list as it is written, and the addresses in it."""
    pairs = st.lists(st.tuples(entries, SEPARATORS), max_size=8, **sizes)
    return pairs.map(
        lambda found: (
            "".join(f"{entry[0]}{separator}" for entry, separator in found),
            tuple(entry[1] for entry, _ in found),
        )
    )


@st.composite
def good_rows(draw):
    """Build a row that can be sent, and the addresses in each of its lists."""
    found = [draw(lists(min_size=1)), draw(lists()), draw(lists())]
    found = draw(st.permutations(found))
    row = queue_row(
        application=draw(CLEAN),
        to=found[0][0],
        cc=found[1][0],
        bcc=found[2][0],
        subject=draw(CLEAN),
        body=draw(BODIES),
        html=draw(st.booleans()),
    )
    return row, [addresses for _, addresses in found]


TEXTS = st.one_of(CLEAN, ANYTHING, lists().map(lambda found: found[0]))
ANY_ROWS = st.builds(
    lambda application, to, cc, bcc, subject, body, html, attachments: queue_row(
        application=application,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject,
        body=body,
        html=html,
        attachments=attachments,
    ),
    *(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, BODIES, st.booleans(), st.one_of(st.just(""), ANYTHING)),
)


def queue_row(**said):
    """Build a row that says what matters to a test."""
    blank = {
        "number": 7,
        "application": "Gestión de Calidad",
        "to": "ana@example.com",
        "cc": "",
        "bcc": "",
        "subject": "Aviso",
        "body": "Hola",
        "html": False,
        "attachments": "",
        "recorded_at": NOW,
        "recorded_as": "2026-03-12 09:30:00",
    }
    return QueueRow(**{**blank, **said})


def compose(row, sender=SENDER, files=NO_FILES):
    """Compose a row as the daemon does."""
    return compose_row("correos", "correos-0000000007-0a1b2c3d", row, NOW, sender, files)


def parsed(message):
    """Parse the bytes; local parts beyond ASCII are UTF-8 in the headers."""
    return message_from_string(message.data.decode(), policy=SMTP)


def addresses(mail, header):
    """Return the addresses that a header names."""
    return tuple(each.addr_spec for each in mail[header].addresses) if mail[header] else ()


def content(mail, subtype):
    """Return a body with plain line ends."""
    return mail.get_body((subtype,)).get_content().replace("\r\n", "\n")


def squeezed(name):
    """Leave white space out: the standard library reads a blank between two encoded words of a name."""
    return "".join(name.split())


def as_read(text):
    """Say how a body comes back: each line end is one line end, and it ends in one; halves are whole."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = whole.replace("\r\n", "\n").replace("\r", "\n")
    return lines if lines.endswith("\n") else lines + "\n"


def check_good(row, lists_in_it):
    """Check that everything a row says comes back out of its bytes."""
    composed = compose(row)
    to, cc, bcc = lists_in_it
    kept = {}
    for place, each in enumerate((to, cc, bcc)):
        for address in each:
            kept.setdefault(address.lower(), (place, address))
    meant = [tuple(address for at, address in kept.values() if at == place) for place in range(3)]
    assert composed.message.envelope.recipients == sum(meant, ())
    mail = parsed(composed.message)
    assert [addresses(mail, "To"), addresses(mail, "Cc")] == meant[:2]
    assert not composed.refused
    check_form(row, composed)


def check_any(row):
    """Check that a row is composed in good form, or refused with a sentence."""
    try:
        composed = compose(row)
    except (LetterRefused, AttachmentUnavailable) as error:
        check_sentence(str(error))
    else:
        check_form(row, composed)


def check_sentence(text):
    """Check that an operator can read it: visible, and not without end."""
    assert 20 < len(text) < 2000
    assert not CONTROL.search(text)


def check_form(row, composed):
    """Check headers, bodies and line ends of what was composed."""
    message = composed.message
    mail = parsed(message)
    assert not any(part.defects for part in mail.walk())
    assert set(mail.keys()) <= HEADERS
    assert len(mail.keys()) == len(set(mail.keys()))
    named = addresses(mail, "To") + addresses(mail, "Cc")
    assert named == message.envelope.recipients[: len(named)]
    assert message.envelope.recipients
    assert mail["Subject"] == row.subject
    assert squeezed(mail["From"].addresses[0].display_name) == squeezed(row.application.strip() or "correos")
    html = row.html or is_html(as_read(row.body))
    assert mail.get_content_type() == ("multipart/alternative" if html else "text/plain")
    assert content(mail, "html" if html else "plain") == as_read(row.body)
    check_lines(message.data)


def check_lines(data):
    """Check that lines end in CRLF, are within the limits, and the bodies 7-bit."""
    assert data.endswith(b"\r\n")
    assert not set(b"\r\n") & set(data.replace(b"\r\n", b""))
    head, _, body = data.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 330  # an address is never broken
    assert max(map(len, body.split(b"\r\n"))) <= 78
    assert body.isascii()
    assert not re.search(rb"[ \t]\r\n|\n\.\r\n", body)
