"""What is sent of our own: a page, its pictures and its workbook, composed once to bytes."""

from sereno.adapters.html.operators import render_bulletin
from sereno.adapters.html.render import render_digest
from sereno.adapters.mime import Attachment, SenderPolicy, compose_mail
from sereno.domain.digest import Chart, Digest
from sereno.domain.outbox import Message
from sereno.engine.bulletin import Bulletin
from sereno.engine.ports import Letter


def compose_digest(digest: Digest, letter: Letter, sender: SenderPolicy) -> Message:
    """Render a digest and compose it; raise LetterRefused where the letter is not in order."""
    rendered = render_digest(digest)
    images = {chart.id: _drawn(chart) for chart in digest.charts}
    return compose_mail(
        rendered.html,
        rendered.text,
        letter,
        sender,
        images=images,
        attachments=_workbook(digest, letter.list_id),
    )


def compose_bulletin(bulletin: Bulletin, letter: Letter, sender: SenderPolicy) -> Message:
    """Render a mail to the operators and compose it; raise LetterRefused as for a digest."""
    rendered = render_bulletin(bulletin)
    return compose_mail(rendered.html, rendered.text, letter, sender)


def _drawn(chart: Chart) -> bytes:
    from sereno.adapters.charts import draw_chart  # one digest in a month has pictures

    return draw_chart(chart)


def _workbook(digest: Digest, name: str) -> list[Attachment]:
    """Attach every row, where the body does not show them all."""
    if not digest.sheet:
        return []
    from sereno.adapters.workbook import MEDIA_TYPE, write_workbook  # few digests are so long

    return [Attachment(f"{name.replace('/', '-')}.xlsx", MEDIA_TYPE, write_workbook(digest.sheet))]
