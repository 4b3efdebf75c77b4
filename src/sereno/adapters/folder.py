"""Keep mail in a folder instead of sending it: the demo's relay, and where trial mail ends."""

import json
import os
import re
from collections.abc import Generator, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Attempt, Delivery
from sereno.engine.journal_ports import Journal


class MailFolder:
    """Write each delivery to an `.eml` file with exactly its bytes, and its envelope to a `.json` beside it.

    Blind copies stand in the envelope alone, as they do on the way to a relay.
    """

    def __init__(self, path: Path, verdict: Literal["accepted", "diverted"]) -> None:
        self._path = path
        self._verdict: Literal["accepted", "diverted"] = verdict

    def deliver(self, deliveries: Iterable[Delivery], journal: Journal) -> Generator[Attempt]:
        """Keep each delivery, in order; the same one twice is one file, so that none is ever in doubt.

        Raises RelayUnavailable when the folder cannot be written: the delivery in hand was not kept.
        """
        for delivery in deliveries:
            attempt = Attempt(delivery.id, self._verdict, f"Guardado en {self._keep(delivery)}")
            journal.ended(attempt)
            yield attempt

    def _keep(self, delivery: Delivery) -> Path:
        path = self._path / f"{_name(delivery)}.eml"
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path.with_suffix(".json"), _envelope(delivery))  # first: a mail never lacks its envelope
            _write(path, delivery.message.data)
        except OSError as error:
            raise RelayUnavailable(
                f"No se puede guardar el correo en {self._path}: {error.strerror or error}. "
                "Revise MAIL_DIR, los permisos de la carpeta y el espacio en disco."
            ) from error
        return path


def _name(delivery: Delivery) -> str:
    origin = re.sub(r"[^A-Za-z0-9_]+", "-", delivery.message.origin)
    return f"{delivery.message.queued_at:%Y-%m-%d_%H%M%S}_{origin}_{delivery.id}"


def _envelope(delivery: Delivery) -> bytes:
    envelope = {"sender": delivery.message.envelope.sender, "recipients": delivery.recipients}
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
