"""What opens a reader's own page: links that are signed and end, codes that are good once.

Signed by the standard library alone: the round that writes a link knows no library of the console's.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from sereno.domain.addresses import check_address
from sereno.domain.directory import Person

KEY_BYTES = 32
LASTS = timedelta(days=30)
"""How long a link opens: longer than a monthly report takes to bring the next."""
CODE_DIGITS = 8
MOST_TRIES = 5
MOST_CODES = 5
"""Codes that one person is sent within CODES_WITHIN."""
CODES_WITHIN = timedelta(hours=1)
CODE_LASTS = timedelta(minutes=10)
"""How long a code is good once the mail server has its mail: until then nobody can know it."""
CODE_WAITS = timedelta(hours=3)
"""How long it may take to leave: at night mail leaves once an hour or two."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Say whose page a link opens, and until when."""

    address: str
    """Normalised."""
    generation: int
    """Each revocation begins another; links of an earlier one open nothing."""
    until: date
    """The last day."""


def normalised(address: str) -> str:
    """Write an address as it is compared: relays tell no cases apart, nor do we."""
    return address.strip().casefold()


def own_address(person: Person) -> str | None:
    """Return the address that links of a person's own are signed for, also while somebody stands in."""
    address = check_address(person.mailbox) if person.mailbox else None
    return address and normalised(address)


def signed(admission: Pass, key: bytes) -> str:
    """Write a pass as the text that a link ends in."""
    content = f"{admission.until.toordinal()}.{admission.generation}.{admission.address}"
    written = _text(content.encode())
    return f"{written}.{_signature('enlace', written, key)}"


def read_pass(token: str, key: bytes) -> Pass | None:
    """Read what a link says; `None` for whatever we have not signed, to the last character."""
    written, _, signature = token.rpartition(".")
    if not hmac.compare_digest(
        _signature("enlace", written, key).encode(), signature.encode(errors="replace")
    ):
        return None
    day, generation, address = urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode().split(".", 2)
    return Pass(address, int(generation), date.fromordinal(int(day)))


def opens(admission: Pass, generation: int, today: date) -> bool:
    """Tell whether a pass is of the generation in force, and not past its day."""
    return admission.generation == generation and today <= admission.until


def form_seal(token: str, key: bytes) -> str:
    """Return what a form of a page carries, so that no other site can send it in the reader's name."""
    return _signature("formulario", token, key)


def is_sealed(seal: str, token: str, key: bytes) -> bool:
    """Tell whether a form is one of the page's own."""
    return hmac.compare_digest(form_seal(token, key).encode(), seal.encode(errors="replace"))


def proof_of(request: str, code: str, key: bytes) -> str:
    """Return what is kept of a code: bound to what was asked, and no code without the key."""
    digits = "".join(each for each in code if each.isascii() and each.isdigit())
    return _signature("código", f"{request} {digits}", key)


def feed_mark(token: str) -> str:
    """Return what is kept of a calendar's token, from which nobody finds the token."""
    return sha256(f"calendario {token}".encode(errors="replace")).hexdigest()


def _signature(purpose: str, content: str, key: bytes) -> str:
    said = f"{purpose}\n{content}".encode(errors="replace")
    return _text(hmac.digest(key, said, sha256))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
