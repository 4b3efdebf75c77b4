"""The post office of an installation: its relay, queues, journals and policy, imported late."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import make_url

from sereno.bootstrap.site import REGISTER_TIMEOUT, Site
from sereno.engine.journal_ports import Journals
from sereno.engine.mail_ports import ComposeRow, Relay
from sereno.engine.ports import Log, Store
from sereno.engine.post_office import PostOffice
from sereno.settings import Smtp

if TYPE_CHECKING:
    from sereno.adapters.queues.table import TableQueue
    from sereno.adapters.smtp_connection import SmtpAccount

JOURNALS = "mail-journal"
"""Beside an SQLite store; under var/ of the home where the store is on a server."""


@contextmanager
def open_post_office(site: Site, store: Store, log: Log) -> Iterator[PostOffice]:
    """Gather what delivering mail works with, and let go of the queues' databases at the end."""
    from sereno.adapters.journal import FolderJournals
    from sereno.adapters.machine import boot_id

    journals = FolderJournals(_journals(site), boot_id(), new_id)
    with _office(site, store, log, _relay(site), journals) as office:
        yield office


@contextmanager
def rehearse_post_office(site: Site, store: Store, log: Log) -> Iterator[PostOffice]:
    """Gather the same for a rehearsal, in which no mail leaves this process."""
    from sereno.adapters.memory import MemoryJournals, MemoryRelay

    with _office(site, store, log, MemoryRelay(), MemoryJournals(new_id)) as office:
        yield office


@contextmanager
def _office(site: Site, store: Store, log: Log, relay: Relay, journals: Journals) -> Iterator[PostOffice]:
    found = queues(site)
    with ExitStack() as held:
        for queue in found:
            held.callback(queue.close)
        yield PostOffice(
            outbox=store.outbox,
            intake=store.intake,
            desk=store.desk,
            queues=found,
            compose=_composing(site),
            relay=relay,
            journals=journals,
            calendar=site.calendar,
            policy=site.settings.mail.policy,
            clock=site.clock,
            stop=site.stop,
            log=log,
        )


def new_id() -> str:
    """Name something for the first time."""
    return uuid4().hex


def queues(site: Site) -> list["TableQueue"]:
    """Say how each configured queue is reached; nothing is opened yet."""
    from sereno.adapters.queues.table import open_queue

    settings = site.settings
    return [
        open_queue(name, access.url, access.password, settings.tz, REGISTER_TIMEOUT)
        for name, access in settings.queues.items()
        if access.url is not None
    ]


def _relay(site: Site) -> Relay:
    """Say who carries the mail: the trial's folder, the demo's, or the relay, for everybody or for one."""
    smtp, mail = site.settings.smtp, site.settings.mail
    if smtp is None or site.settings.demo_since is not None or (mail.trial and mail.redirect_to is None):
        from sereno.adapters.folder import MailFolder

        return MailFolder(mail.folder, "diverted" if mail.trial else "accepted")
    from sereno.adapters.smtp import SmtpRelay

    relay = SmtpRelay(smtp_account(smtp), smtp.connections, smtp.messages_per_connection)
    if mail.redirect_to is None:
        return relay
    from sereno.adapters.redirect import RedirectedRelay

    return RedirectedRelay(relay, mail.redirect_to)


def smtp_account(smtp: Smtp) -> "SmtpAccount":
    """Say how the relay is reached."""
    from sereno.adapters.smtp_connection import SmtpAccount

    described = asdict(smtp)
    del described["connections"], described["messages_per_connection"]
    return SmtpAccount(**described)


def _composing(site: Site) -> ComposeRow:
    from sereno.adapters.attachments import AttachmentPolicy
    from sereno.adapters.queue_letters import compose_row

    mail = site.settings.mail
    files = AttachmentPolicy(mail.attachment_roots, mail.attachment_bytes)
    return partial(compose_row, sender=site.sender(), files=files)


def _journals(site: Site) -> Path:
    store = make_url(site.settings.state_db_url)
    if store.drivername == "sqlite" and store.database:
        return Path(store.database).absolute().parent / JOURNALS
    return site.settings.home / "var" / JOURNALS
