"""What the checks look at, built from the settings and imported late; nothing here writes."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sereno.adapters.terminal import Terminal
from sereno.bootstrap.mail import new_id, smtp_account
from sereno.bootstrap.opening import load_monitors, open_workshop
from sereno.bootstrap.site import REGISTER_TIMEOUT, Site
from sereno.domain.outbox import Attempt, Message
from sereno.settings import Explained, Settings, explain_settings

if TYPE_CHECKING:
    from sereno.adapters.check_terminal import CheckTerminal
    from sereno.adapters.probes import Answer, Probe
    from sereno.adapters.queues.examining import Examined
    from sereno.adapters.queues.table import TableQueue
    from sereno.adapters.smtp_connection import SmtpAccount
    from sereno.adapters.workshop import Examination


def check_terminal() -> "CheckTerminal":
    """Print what a check saw, for an operator."""
    from sereno.adapters.check_terminal import CheckTerminal

    return CheckTerminal(Terminal())


def explained_settings(environ: Mapping[str, str] | None = None) -> Explained:
    """Read every setting, with what is wrong; raise MonitorError for unreadable monitors."""
    return explain_settings(load_monitors(environ), environ)


def examine_monitors(name: str | None) -> Iterator["Examination"]:
    """Look each monitor through and try its cases, those that ship and the user's own, or one of them."""
    workshop = open_workshop()
    return workshop.examine(name)


def knock(site: Site) -> Iterator["Answer"]:
    """Knock at each register, queue, the store and the relay."""
    from sereno.adapters.probes import knock

    return knock([*_registers(site), *_queues(site), *_store_and_relay(site)])


def examine_queues(site: Site) -> Iterator["Examined"]:
    """Look every configured queue through."""
    from sereno.adapters.queues.examining import examine_queue

    intake = site.rehearsal_store(queues=True).intake
    for queue in _open_queues(site.settings, REGISTER_TIMEOUT):
        with closing(queue):
            yield examine_queue(queue, intake, site.clock.now(), site.settings.mail.policy.oldest)


def check_relay(site: Site, terminal: "CheckTerminal") -> bool:
    """Go through each step of a connection to the relay, and tell of each; False where one failed."""
    from sereno.adapters.relay_check import check_relay

    return check_relay(_account(site), site.clock.now(), terminal.step)


def compose_test(site: Site, to: str) -> Message:
    """Compose the test mail; raise LetterRefused for an address that is none."""
    from sereno.adapters.relay_check import compose_test

    return compose_test(to, site.sender(), new_id(), site.clock.now())


def send_test(site: Site, message: Message) -> Attempt:
    """Hand the test mail to the relay, past the outbox; raise RelayUnavailable where it does not take it."""
    from sereno.adapters.relay_check import send_test

    return send_test(_account(site), message)


def show_page(path: Path) -> bool:
    """Open a page in the user's browser; False where there is none."""
    import webbrowser

    return webbrowser.open(path.as_uri())


def _account(site: Site) -> "SmtpAccount":
    smtp = site.settings.smtp
    if smtp is None:
        raise ValueError("there is no relay")
    return smtp_account(smtp)


def _registers(site: Site) -> Iterator["Probe"]:
    from sereno.adapters.probes import PATIENCE, Probe, look_at_source, place
    from sereno.adapters.sources.opening import open_register_source

    for name, access in site.settings.registers.items():
        if access.url is not None:
            source = open_register_source(name, access.url, access.password, PATIENCE)
            yield Probe(f"registro {name}", place(access.url), partial(look_at_source, source))


def _queues(site: Site) -> Iterator["Probe"]:
    from sereno.adapters.probes import PATIENCE, Probe, look_at_queue, place

    for queue in _open_queues(site.settings, PATIENCE):
        where = place(site.settings.queues[queue.origin].url or "")
        yield Probe(f"cola {queue.origin}", where, partial(look_at_queue, queue))


def _store_and_relay(site: Site) -> Iterator["Probe"]:
    from sereno.adapters.probes import Probe, look_at_relay, look_at_store, place

    settings = site.settings
    url = settings.state_db_url
    yield Probe("almacén", place(url), partial(look_at_store, url))
    if settings.smtp is not None:
        account = smtp_account(settings.smtp)
        yield Probe("correo", f"{account.host}:{account.port}", partial(look_at_relay, account))


def _open_queues(settings: Settings, timeout: float) -> Iterable["TableQueue"]:
    from sereno.adapters.queues.table import open_queue

    return [
        open_queue(name, access.url, access.password, settings.tz, timeout)
        for name, access in settings.queues.items()
        if access.url is not None
    ]
