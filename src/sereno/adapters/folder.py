"""Keep mail in a folder instead of sending it: the demo's relay, and where trial mail ends."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Delivery, Message


class MailFolder:
    """Write each message to an `.eml` file with exactly its bytes, and its envelope to a `.json` beside it.

    Blind copies stand in the envelope alone, as they do on the way to a relay.
    """

    def __init__(self, path: Path, verdict: Literal["accepted", "diverted"]) -> None:
        self._path = path
        self._verdict: Literal["accepted", "diverted"] = verdict

    def deliver(self, messages: Iterable[Message]) -> Iterator[Delivery]:
        """Keep each message, in order; the same message twice is one file.

        Raises RelayUnavailable when the folder cannot be written: the message in hand was not kept.
        """
        for message in messages:
            yield Delivery(message.id, self._verdict, f"Guardado en {self._keep(message)}", {})

    def _keep(self, message: Message) -> Path:
        path = self._path / f"{_name(message)}.eml"
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path.with_suffix(".json"), _envelope(message))  # first: a mail never lacks its envelope
            _write(path, message.data)
        except OSError as error:
            raise RelayUnavailable(
                f"No se puede guardar el correo en {self._path}: {error.strerror or error}. "
                "Revise MAIL_DIR, los permisos de la carpeta y el espacio en disco."
            ) from error
        return path


def _name(message: Message) -> str:
    origin = re.sub(r"[^A-Za-z0-9_]+", "-", message.origin)
    return f"{message.queued_at:%Y-%m-%d_%H%M%S}_{origin}_{message.id}"


def _envelope(message: Message) -> bytes:
    envelope = {"sender": message.envelope.sender, "recipients": message.envelope.recipients}
    return (json.dumps(envelope, ensure_ascii=False, indent=2) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    """Put the whole file there, or none of it."""
    draft = path.with_name(f".{path.name}.tmp")
    try:
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
