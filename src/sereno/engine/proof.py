"""Who was told of what, as a sheet: one form for the command and the console."""

from sereno.engine.open_findings import key_text
from sereno.engine.records import Notice

NOTICE_HEADINGS = ("Aceptado", "Destinatario", "Vigilante", "Sección", "Clave", "Vence", "Mensaje", "Dijo")


def notice_row(notice: Notice) -> tuple[str, ...]:
    """Write a notice as a row of the sheet."""
    return (
        f"{notice.accepted_at:%d/%m/%Y %H:%M}",
        notice.address,
        notice.monitor,
        notice.section or notice.rule,
        key_text(notice.key),
        "" if notice.due is None else f"{notice.due:%d/%m/%Y}",
        notice.message_id,
        notice.text,
    )
