"""A folder where a dry run shows the mail that would leave: each message as .eml, .html and .txt."""

import os
import re
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path

from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Message
from sereno.domain.redaction import without_secrets

SANDBOX = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
PARTS = (("html", ".html"), ("plain", ".txt"))


class PreviewFolder:
    """Take messages as a relay would, and keep them where a person can look at them."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def show(self, messages: Iterable[Message]) -> Iterator[Path]:
        """Write each message down; yield where a person finds it."""
        for number, message in enumerate(messages, 1):
            with _told():
                written = self._write(number, message)
            yield written

    def keep(self, name: str, data: bytes) -> tuple[Path, Path]:
        """Write down the exact bytes of anybody's mail, and a page that shows it and runs none of it."""
        with _told():
            stem = self._folder() / re.sub(r"[^A-Za-z0-9_.-]+", "-", name)
            mail, page = Path(f"{stem}.eml"), Path(f"{stem}.html")
            _write(mail, data)
            _write(page, _in_sandbox(message_from_bytes(data, policy=default)).encode())
        return mail, page

    def keep_unaddressed(self, name: str, html: str) -> Path:
        """Write down a digest that nobody would get."""
        with _told():
            page = self._folder() / f"{name}-sin-destinatario.html"
            _write(page, html.encode())
        return page

    def _write(self, number: int, message: Message) -> Path:
        folder = self._folder()
        stem = f"{number:03d}-{message.origin.replace('/', '-')}"
        data = without_secrets(message.data, message.origin)  # a preview is not for the reader
        _write(folder / f"{stem}.eml", data)
        parsed = message_from_bytes(data, policy=default)
        for subtype, suffix in PARTS:
            body = parsed.get_body((subtype,))
            if body is not None:
                _write(folder / f"{stem}{suffix}", _with_pictures(body.get_content(), parsed).encode())
        return folder / f"{stem}.html"

    def _folder(self) -> Path:
        """Make the folder when the first message needs it, readable by its owner alone."""
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix="sereno-"))
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._path


def _in_sandbox(mail: EmailMessage) -> str:
    """Show a mail in a frame without scripts, forms or anything from elsewhere."""
    body = mail.get_body(("html", "plain"))
    content = body.get_content() if body is not None else ""
    if body is not None and body.get_content_subtype() == "plain":
        content = f"<pre>{escape(content)}</pre>"
    shown = escape(_with_pictures(content, mail), quote=True)
    head = "".join(
        f"<p><b>{name}:</b> {escape(str(mail[name] or ''))}</p>" for name in ("From", "To", "Cc", "Subject")
    )
    return (
        '<!doctype html><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{SANDBOX}">'
        f'{head}<iframe sandbox="" srcdoc="{shown}" style="width:100%;height:80vh;border:1px solid"></iframe>'
    )


def _with_pictures(text: str, mail: EmailMessage) -> str:
    """Put the mail's own pictures into its page, where a browser finds them."""
    for part in mail.walk():
        if part.get_content_maintype() == "image":
            picture = b64encode(part.get_content()).decode()
            text = text.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:image/png;base64,{picture}")
    return text


def _write(path: Path, data: bytes) -> None:
    """Write a file that its owner alone can read, whatever the folder allows."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RelayUnavailable(f"No se puede escribir la vista previa: {error}") from error
