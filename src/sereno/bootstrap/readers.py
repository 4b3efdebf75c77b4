"""What readers' own pages work with in an installation; None where they have none."""

from collections.abc import Callable
from secrets import randbelow, token_urlsafe
from uuid import uuid4

from sereno.adapters.html.codes import compose_code
from sereno.bootstrap.site import Site
from sereno.domain.directory import Directory
from sereno.domain.outbox import Message
from sereno.domain.personal import CODE_DIGITS
from sereno.engine.code_letter import CodeLetter
from sereno.web.reception import Reception

TOKEN_BYTES = 32


def reception_of(site: Site, directory: Callable[[], Directory]) -> Reception | None:
    """Gather what readers' own pages work with; None without CONSOLE_URL."""
    url, trial = site.settings.console_url, site.settings.mail.trial
    if url is None:
        return None

    def compose(letter: CodeLetter) -> Message:
        return compose_code(letter, site.sender())

    return Reception(
        url=url,
        trial=trial,
        directory=directory,
        write_store=site.open_known_store,
        compose=compose,
        new_id=lambda: uuid4().hex,
        new_code=lambda: f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}",
        new_token=lambda: token_urlsafe(TOKEN_BYTES),
    )
