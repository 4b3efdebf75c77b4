"""What it costs to compose mail, as ratios to the standard library's EmailMessage in the same run.

    python benchmarks/composing.py [--pairs 200]

Both compose the same foreign mail of 10 KB in turn: another subject each time, with accents, as a sender's
name has, three recipients, HTML and its text. Every result is parsed back and compared first.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial

from sereno.adapters.attachments import AttachmentPolicy
from sereno.adapters.html_text import text_of
from sereno.adapters.mime import SenderPolicy
from sereno.adapters.queue_letters import compose_row
from sereno.domain.foreign import QueueRow

TARGET = 0.33
NOW = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
SENDER = SenderPolicy("example.com")
NO_FILES = AttachmentPolicy((), 0)
APPLICATION = "Gestión de No Conformidades"
ADDRESS = "gestion-de-no-conformidades@example.com"
TO = ("ana.perez@example.com", "luis.garcia@example.com")
CC = ("eva@example.org",)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200)
    pairs = parser.parse_args().pairs
    rows = [_row(number) for number in range(pairs)]
    texts = [text_of(row.body) for row in rows]
    for row, text in zip(rows, texts, strict=True):
        _compare(_ours(row), row, text)
        _compare(_theirs(row, text), row, text)
    whole = [_ratio(row, lambda row: _theirs(row, text_of(row.body))) for row in rows]
    ready = iter(texts)
    given = [_ratio(row, partial(_theirs, text=next(ready))) for row in rows]
    size = statistics.mean(len(row.body) for row in rows) / 1024
    print(f"Composing a foreign mail of {size:.1f} KB, ratio to EmailMessage, {pairs} pairs in turn,")
    print(f"Python {sys.version.split()[0]}; every result parsed back and compared\n")
    print("| what | median ratio | lowest to highest | target |\n|---|---|---|---|")
    _print("row to bytes; EmailMessage is given the text that we extract", given)
    _print("row to bytes; both extract the text", whole)


def _print(what: str, ratios: list[float]) -> None:
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"| {what} | {statistics.median(ratios):.2f} | {spread} | at most {TARGET:g} |")


def _row(number: int) -> QueueRow:
    return QueueRow(
        number=number,
        application=APPLICATION,
        to="; ".join(TO),
        cc=f'"Martín, Eva" <{CC[0]}>',
        bcc="",
        subject=f"No conformidad {number:05d}: pendiente de aprobación por la dirección técnica",
        body=_document(number),
        html=True,
        attachments="",
        recorded_at=NOW,
        recorded_as="2026-03-12 09:30:00",
    )


def _document(number: int) -> str:
    """Write a document as office applications do: styles, paragraphs, a table with a link in each row."""
    cells = "".join(
        f'<tr><td style="padding: 4px; border: 1px solid #999999">NC-{number:05d}/{line}</td>'
        f"<td>Revisi&oacute;n de la calibración del equipo n.º {line}, según el procedimiento</td>"
        f'<td><a href="https://calidad.example.com/nc?id={number}&amp;n={line}">ver ficha</a></td></tr>\r\n'
        for line in range(36)
    )
    style = "body { font-family: Calibri, sans-serif; font-size: 11pt }\r\n" * 10
    return (
        f"<html><head><title>NC</title><style>{style}</style></head><body>\r\n<p>Buenos días:</p>\r\n"
        f"<p>La no conformidad <b>{number:05d}</b> está pendiente de su aprobación.</p>\r\n"
        f"<table>{cells}</table>\r\n<p>Un saludo.<br>Departamento de Calidad</p></body></html>\r\n"
    )


def _ours(row: QueueRow) -> bytes:
    return compose_row("correos", f"correos-{row.number:010d}", row, NOW, SENDER, NO_FILES).message.data


def _theirs(row: QueueRow, text: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(row.application, addr_spec=ADDRESS)
    mail["To"] = ", ".join(TO)
    mail["Cc"] = ", ".join(CC)
    mail["Subject"] = row.subject
    mail["Date"] = format_datetime(NOW)
    mail["Message-ID"] = f"<correos-{row.number:010d}@example.com>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(text)
    mail.add_alternative(row.body, subtype="html")
    return mail.as_bytes()


def _compare(data: bytes, row: QueueRow, text: str) -> None:
    mail = message_from_bytes(data, policy=SMTP)
    read = {
        "From": [(each.display_name, each.addr_spec) for each in mail["From"].addresses],
        "To": [each.addr_spec for each in mail["To"].addresses],
        "Cc": [each.addr_spec for each in mail["Cc"].addresses],
        "Subject": mail["Subject"],
        "plain": _content(mail, "plain"),
        "html": _content(mail, "html"),
    }
    meant = {
        "From": [(row.application, ADDRESS)],
        "To": list(TO),
        "Cc": list(CC),
        "Subject": row.subject,
        "plain": text.strip(),
        "html": row.body.replace("\r\n", "\n").strip(),
    }
    if read != meant:
        raise SystemExit(f"What is composed does not parse back to itself: {read} {meant}")


def _content(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n").strip()


def _ratio(row: QueueRow, theirs: Callable[[QueueRow], bytes]) -> float:
    return _seconds(_ours, row) / _seconds(theirs, row)


def _seconds(compose: Callable[[QueueRow], bytes], row: QueueRow) -> float:
    start = time.process_time()  # the processor's: other programs of the machine trouble neither
    compose(row)
    return time.process_time() - start


if __name__ == "__main__":
    main()
