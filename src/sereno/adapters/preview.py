"""A folder where a dry run shows the mail that would leave: each message as .eml, .html and .txt."""

import os
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Delivery, Message

PARTS = (("html", ".html"), ("plain", ".txt"))


class PreviewFolder:
    """Take messages as a relay would, and keep them where a person can look at them."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def deliver(self, messages: Iterable[Message]) -> Iterator[Delivery]:
        """Write each message down."""
        for number, message in enumerate(messages, 1):
            with _told():
                written = self._write(number, message)
            yield Delivery(message.id, "diverted", str(written), {})

    def keep_unaddressed(self, name: str, html: str) -> Path:
        """Write down a digest that nobody would get."""
        with _told():
            page = self._folder() / f"{name}-sin-destinatario.html"
            _write(page, html.encode())
        return page

    def _write(self, number: int, message: Message) -> Path:
        folder = self._folder()
        stem = f"{number:03d}-{message.origin.replace('/', '-')}"
        _write(folder / f"{stem}.eml", message.data)
        parsed = message_from_bytes(message.data, policy=default)
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
