"""What of a message is for its reader alone: found in its bytes, and left out for anybody else.

Bytes are those that `compose_mail` makes: bodies in quoted-printable, whose lines break wherever they are
full, also within a link.
"""

import re

LINK_SHOWN = "(enlace personal)"
CODE_SHOWN = "(código)"
PERSONAL = "/mi/"
"""Where the console shows a reader's own page."""
CODES_MAIL = "sereno/codigos"
"""The origin of mail that holds a one-time code."""
_BREAK = rb"(?:=\r?\n)?"
_PLACE = PERSONAL.encode()


def _broken(text: bytes) -> bytes:
    return _BREAK.join(re.escape(text[at : at + 1]) for at in range(len(text)))


def _some(characters: bytes, times: bytes) -> bytes:
    return characters + rb"(?:" + _BREAK + characters + rb")" + times


_LINK = re.compile(
    rb"(" + _BREAK.join((_broken(b"href"), rb"=3D", rb'"')) + _BREAK + rb")?"
    + _BREAK.join((_broken(b"http"), rb"s?", _broken(b"://"), _some(rb"[\w.:\[\]-]", rb"{0,300}")))
    + _BREAK + _broken(_PLACE) + _BREAK + _some(rb"[\w.-]", rb"{59,1500}"),
    re.ASCII,
)  # fmt: skip
_CODE = re.compile(
    rb"(?<![\w=])"
    + _some(rb"[0-9]", rb"{3}")
    + _BREAK
    + rb" "
    + _BREAK
    + _some(rb"[0-9]", rb"{3}")
    + rb"(?!\w)"
)


def has_link(data: bytes) -> bool:
    """Tell whether a message holds a link to a reader's own page."""
    return _PLACE in data.replace(b"=\r\n", b"") and _LINK.search(data) is not None


def without_links(data: bytes) -> bytes:
    """Put a word in the place of each link; whatever else it says stays as it is."""
    return _LINK.sub(_worded, data) if has_link(data) else data


def without_secrets(data: bytes, origin: str) -> bytes:
    """Return a message as anybody may see it who is not its reader."""
    shown = without_links(data)
    return _CODE.sub(_alone(CODE_SHOWN), shown) if origin == CODES_MAIL else shown


def _worded(found: re.Match[bytes]) -> bytes:
    return _alone(f'title=3D"{LINK_SHOWN}' if found[1] else LINK_SHOWN)


def _alone(word: str) -> bytes:
    """Write a word on an encoded line of its own, so that none becomes too long."""
    return b"=\r\n" + word.encode().replace("ó".encode(), b"=C3=B3") + b"=\r\n"
