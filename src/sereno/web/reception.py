"""What readers' own pages ask of the installation; the composition root answers."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import urlsplit

from sereno.domain.directory import Directory
from sereno.domain.outbox import Message
from sereno.engine.code_letter import CodeLetter
from sereno.engine.ports import Store


@dataclass(frozen=True, slots=True)
class Reception:
    """Say what readers' own pages work with."""

    url: str
    """`CONSOLE_URL`."""
    trial: bool
    """Mail goes nowhere: no code could arrive."""
    directory: Callable[[], Directory]
    """May raise SerenoError."""
    write_store: Callable[[], AbstractContextManager[Store]]
    """Opens the store for one write; raises StoreUnavailable."""
    compose: Callable[[CodeLetter], Message]
    new_id: Callable[[], str]
    new_code: Callable[[], str]
    new_token: Callable[[], str]

    @property
    def host(self) -> str:
        """Name the host by which readers ask, without its port."""
        return (urlsplit(self.url).hostname or "").lower()
