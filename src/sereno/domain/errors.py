"""Errors, classed by what the operator must do about them."""

from dataclasses import dataclass


class SerenoError(Exception):
    """Stop what was being done: a person must read this sentence."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Name one thing that is wrong in a text a person wrote: where, what stands there, what is expected."""

    where: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: {self.found}. Se espera: {self.expected}"


class FaultyInput(SerenoError):
    """Correct the named text and start again; every fault is told at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class SettingsError(FaultyInput):
    """Correct `.env` or the environment."""


class MonitorError(FaultyInput):
    """Correct the monitor's four data files."""


class SourceUnavailable(SerenoError):
    """See to it that the register can be read: its file, server, password, lock."""


class NotConfigured(SourceUnavailable):
    """Name the register's database in the settings; until then it is never shown as well."""


class SchemaDrift(SerenoError):
    """The register no longer looks as declared: adapt the declaration or the register."""


class RegisterEmpty(SerenoError):
    """A table that is never empty is empty: find out what happened to it."""


class RuleFailed(SerenoError):
    """Correct the rule's SQL."""


class StoreUnavailable(SerenoError):
    """See to the store: its file, disk, permissions, server."""


class AlreadyComplete(SerenoError):
    """Do nothing: another process has completed this period."""


class RelayUnavailable(SerenoError):
    """See to the mail relay: nothing was lost, and it is tried again."""

    def __init__(self, why: str, delivery_id: str | None = None) -> None:
        super().__init__(why)
        self.delivery_id = delivery_id
        """At whose sight the relay broke off: not tried, and to be tried after all others."""


class QueueUnavailable(SerenoError):
    """See to it that a mail queue can be read and stamped; what was taken from it is not lost."""


class RowsUnidentified(QueueUnavailable):
    """Number the rows, or delete them; all the others of the queue were read."""


class LetterRefused(SerenoError):
    """Correct the letter: its recipients, sender or headers; nothing was composed."""


class AttachmentUnavailable(SerenoError):
    """Put the file where it is expected: until then its mail is held, and never sent without it."""


class LeadHeld(SerenoError):
    """Another master leads the watch over this store."""
