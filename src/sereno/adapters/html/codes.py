"""The mail with a one-time code, as its reader sees it; the code stands in the body alone."""

from dataclasses import replace

from sereno.adapters.html import catalogue
from sereno.adapters.html.plain import underlined, wrapped
from sereno.adapters.html.printable import one_line
from sereno.adapters.html.render import template
from sereno.adapters.mime import SenderPolicy, compose_mail
from sereno.domain.outbox import Message
from sereno.domain.redaction import CODES_MAIL
from sereno.engine.code_letter import CodeLetter
from sereno.engine.ports import Letter

LONGEST = 300


def compose_code(letter: CodeLetter, sender: SenderPolicy) -> Message:
    """Compose the mail that brings a code; raise LetterRefused as for a digest."""
    finding = one_line(letter.finding)[:LONGEST]
    asked = catalogue.CODE_ASKED.format(finding=finding, until=f"{letter.until:%d/%m/%Y}")
    head = f"{catalogue.PRODUCT} · {catalogue.day_in_words(letter.at.date())}"
    paragraphs = (asked, catalogue.CODE_USE, catalogue.CODE_NOT_YOU)
    text = "\n\n".join(
        (wrapped(head), underlined(catalogue.CODE_TITLE, "="), letter.code, *map(wrapped, paragraphs))
    )
    html = template("code.html").render(code=letter.code, head=head, asked=asked, texts=catalogue)
    envelope = Letter(
        message_id=letter.message_id,
        to=(letter.address,),
        cc=(),
        bcc=(),
        subject=catalogue.CODE_SUBJECT,
        application=catalogue.PRODUCT,
        list_id=CODES_MAIL,
        date=letter.at,
    )
    return replace(compose_mail(html, f"{text}\n", envelope, sender), kind="notice")
