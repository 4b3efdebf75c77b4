"""What other applications wrote to people: for the operating role alone, and each view is recorded."""

from sereno.engine.mail_records import MailSheet
from sereno.web.letters import framed, open_letter
from sereno.web.mail import is_own, sheet_of
from sereno.web.page import Asked, Page
from sereno.web.reading import View


def foreign_body(view: View, asked: Asked) -> Page | None:
    """Show what a mail of another application says; raise StoreUnavailable where that cannot be recorded."""
    sheet = _foreign(view, asked)
    if sheet is None or sheet.data is None:
        return None
    view.note(asked.visitor.name, "body_seen", asked.path["delivery"], "")
    content = {"sheet": sheet, "letter": open_letter(sheet.data)}
    return Page("foreign.html", sheet.line.subject or "Correo", content)


def foreign_html(view: View, asked: Asked) -> str | None:
    """Return its own HTML, made fit for a frame."""
    sheet = _foreign(view, asked)
    if sheet is None or sheet.data is None:
        return None
    view.note(asked.visitor.name, "body_seen", asked.path["delivery"], "html")
    return framed(sheet.data)


def _foreign(view: View, asked: Asked) -> MailSheet | None:
    sheet = sheet_of(view, asked.path)
    return None if sheet is None or is_own(sheet.line.origin, view) else sheet
