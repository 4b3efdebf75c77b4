"""Mail of other applications: what a row of their queue says, and what it is to us when it is seen."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from sereno.domain.wallclock import utc

_PADDED = re.compile(r"(?<=-)0*(\d+)-(?=[0-9a-f]{8})")
_SHORT = re.compile(r"([a-z]+)-(\d{1,18})(?:-([0-9a-f]*[.\d]*))?")
Sight = Literal["new", "old", "known", "again"]
"""New mail; history; mail that is on its way; mail that we stamped and whose stamp is gone."""


@dataclass(frozen=True)  # no slots: a fingerprint is computed once
class QueueRow:
    """Hold a row of `TbCorreosEnviados` that nobody has stamped; what is blank there is an empty text."""

    number: int
    """`IDCorreo`."""
    application: str
    to: str
    cc: str
    bcc: str
    subject: str
    body: str
    html: bool
    """The row itself says that its body is HTML."""
    attachments: str
    recorded_at: datetime | None
    """`FechaGrabacion`, zoned."""
    recorded_as: str
    """The same as the row holds it, whatever a clock change makes of it."""

    @cached_property
    def fingerprint(self) -> str:
        """Tell this mail from another one that has its number."""
        return _digest(
            (
                self.recorded_as,
                self.to,
                self.cc,
                self.bcc,
                self.subject,
                self.body,
            )  # as long as the row lives
        )


@dataclass(frozen=True, slots=True)
class Known:
    """Tell what we know of a row that was seen before."""

    stamped: bool
    """We wrote `FechaEnvio` back."""


def sight(row: QueueRow, known: Known | None, now: datetime, oldest: timedelta, *, first_look: bool) -> Sight:
    """Say what a row that nobody has stamped is to us."""
    if known is not None:
        return "again" if known.stamped else "known"
    if row.recorded_at is None:
        return "old" if first_look else "new"
    return "old" if utc(row.recorded_at) < utc(now) - oldest else "new"


def message_id(origin: str, row: QueueRow) -> str:
    """Name the message of a row, the same for ever; names sort as numbers do."""
    return f"{origin}-{row.number:010d}-{row.fingerprint[:8]}"


def short_name(name: str) -> str:
    """Write the name of a row's message as people do: `correos-7-949acc93`."""
    return _PADDED.sub(r"\1-", name)


def long_name(text: str) -> str:
    """Read what people write for a name, or for its beginning: `correos-7` is `correos-0000000007-`."""
    form = _SHORT.fullmatch(text)
    return f"{form[1]}-{int(form[2]):010d}-{form[3] or ''}" if form else text


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode(errors="surrogatepass")
        whole.update(b"%d:" % len(encoded) + encoded)
    return whole.hexdigest()
