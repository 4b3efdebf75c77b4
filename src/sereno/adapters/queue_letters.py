"""Mail of other applications: a row of their queue, composed to the exact bytes that are sent."""

from collections.abc import Mapping
from datetime import datetime

from sereno.adapters.attachments import AttachmentPolicy, read_attachments
from sereno.adapters.headers import (
    ascii_domain,
    attached_as,
    distinct,
    lines,
    machine_headers,
    mailbox,
    on_wire,
    recipients,
    slug,
    words,
)
from sereno.adapters.html_text import is_html, text_of
from sereno.adapters.mime import (
    SenderPolicy,
    alternatives,
    bounces_to,
    encoded_body,
    encoded_file,
    with_files,
)
from sereno.domain.addresses import read_addresses, refuse_control
from sereno.domain.errors import LetterRefused
from sereno.domain.foreign import QueueRow
from sereno.domain.outbox import Envelope, Message
from sereno.engine.mail_ports import Composed

NAMELESS = "sereno"
"""Stands before the @ where neither the application nor the queue has a letter for it."""
_TOLD = 5
_TO, _CC, _BCC = "Destinatarios", "DestinatariosConCopia", "DestinatariosConCopiaOculta"


def compose_row(
    origin: str,
    message_id: str,
    row: QueueRow,
    now: datetime,
    sender: SenderPolicy,
    files: AttachmentPolicy,
) -> Composed:
    """Compose a queue's row to a message, the same for ever for the same row, instant and files.

    The body goes as it is, but that its line ends become CRLF and halves of characters U+FFFD; HTML is
    preceded by its text. Bytes are 7-bit but for addresses whose local part is not ASCII.
    Raises LetterRefused, with the field's name, where nobody can be written to or a header would hold a
    control character, and AttachmentUnavailable where a file cannot go along.
    """
    application = refuse_control("Aplicacion", row.application).strip() or origin
    subject = refuse_control("Asunto", row.subject)
    to, cc, bcc, refused = _recipients(row)
    domain = ascii_domain(sender.domain)
    address = on_wire(sender.sender or f"{slug(application) or slug(origin) or NAMELESS}@{domain}")
    attached = read_attachments(row.attachments, files)
    headers = {
        "From": mailbox(application, address),
        **recipients(to, cc),
        "Subject": words(subject),
        **machine_headers(message_id, domain, now, None),
    }
    parts = (encoded_file(each.type, attached_as(each.name), each.content) for each in attached)
    data = lines(headers).encode() + with_files(_body(row, message_id), parts, message_id)
    envelope = Envelope(bounces_to(sender, address), to + cc + bcc)
    return Composed(Message(message_id, origin, subject, envelope, data, now, kind="queue"), refused)


def _recipients(
    row: QueueRow,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], Mapping[str, str]]:
    """Return To, Cc and Bcc, nobody twice, and what among them is no address."""
    lists = [read_addresses(field, text) for field, text in ((_TO, row.to), (_CC, row.cc), (_BCC, row.bcc))]
    refused = {piece: why for each in lists for piece, why in each.refused.items()}
    if not any(each.valid for each in lists):
        raise LetterRefused(_nobody(refused))
    to, cc, bcc = distinct(*(each.valid for each in lists))
    return to, cc, bcc, refused


def _nobody(refused: Mapping[str, str]) -> str:
    if not refused:
        return f"No hay ningún destinatario: {_TO}, {_CC} y {_BCC} están vacíos. Indique al menos uno."
    found = "; ".join(f"«{piece}» {why}" for piece, why in list(refused.items())[:_TOLD])
    more = f" (y {len(refused) - _TOLD} más)" if len(refused) > _TOLD else ""
    return f"No hay ningún destinatario válido: {found}{more}."


def _body(row: QueueRow, message_id: str) -> bytes:
    body = _whole(row.body)
    if not (row.html or is_html(body)):
        return encoded_body(body, "plain")
    return alternatives(encoded_body(text_of(body), "plain"), encoded_body(body, "html"), message_id)


def _whole(text: str) -> str:
    """Put halves of characters together, as UTF-16 has them, and U+FFFD in the place of a lone one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
