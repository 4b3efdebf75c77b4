"""Mail: delivered now, looked at, and decided about."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, get_args

from sereno.bootstrap.mail import open_post_office, rehearse_post_office
from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.recording import done_by_command
from sereno.domain.access import Action
from sereno.domain.addresses import check_address
from sereno.domain.errors import Fault, FaultyInput, SerenoError, StoreUnavailable
from sereno.domain.foreign import short_name
from sereno.domain.outbox import State
from sereno.engine import mail_desk
from sereno.engine.deliver import deliver
from sereno.engine.mail_ports import Desk
from sereno.engine.mail_records import MailSheet
from sereno.engine.master import MAIL_JOB
from sereno.engine.ports import Log, Store
from sereno.engine.taking_in import take_in

SETTLED = frozenset({"accepted", "diverted", "dropped"})
"""What `mail list` leaves out unless it is asked for."""
STATES: tuple[State, ...] = get_args(State)
HOLD_OVERTAKEN = (
    "Otra persona acaba de retener o soltar el correo. Mire cómo está («sereno mail stats») y repítalo."
)


@dataclass(frozen=True, slots=True)
class ListOptions:
    """Say which mail is asked for."""

    state: str | None
    origin: str | None
    limit: int
    as_json: bool


def run_deliver(*, verbose: bool, dry_run: bool) -> int:
    """Deliver once, or list what would leave; 1 when something needs a person."""
    site = open_site("dry_run" if dry_run else "run")
    if dry_run:
        log = site.log(MAIL_JOB, echo=verbose, keep=False)
        return rehearse_mail(site, site.rehearsal_store(queues=True), log)
    site.terminal.warn(site.modes())
    site.stop.listen()
    log = site.log(MAIL_JOB, echo=verbose)
    with site.open_store() as store, open_post_office(site, store, log) as office:
        report = deliver(office, store)
    site.mail_terminal.report(report)
    return int(report.needs_a_person)


def rehearse_mail(site: Site, store: Store, log: Log) -> int:
    """Take in on a store in memory, and list what would leave; 1 when a queue cannot be read."""
    with rehearse_post_office(site, store, log) as office:
        waiting = () if office.policy.trial else office.queues
        intakes = [take_in(queue, office) for queue in waiting]
        hold = office.desk.held()
    site.terminal.say("Correo que saldría en este ciclo:")
    if hold is not None:
        site.mail_terminal.hold(hold)
    site.terminal.waiting(store.pending())
    site.mail_terminal.taken_in(intakes)
    site.terminal.warn(each.trouble for each in intakes if each.trouble)
    return int(any(each.trouble for each in intakes))


def list_mail(options: ListOptions) -> int:
    """List deliveries; by default those that have not left."""
    states = tuple(each for each in STATES if each not in SETTLED)
    if options.state is not None:
        states = (_state(options.state),)
    site = open_site("check")
    with site.open_store() as store:
        lines = store.desk.lines(states, options.origin, options.limit)
    if options.as_json:
        site.terminal.say(json.dumps([asdict(line) for line in lines], default=_plain, ensure_ascii=False))
    else:
        site.mail_terminal.lines(lines, options.limit)
    return 0


def show_stats(*, as_json: bool) -> int:
    """Count deliveries by state."""
    site = open_site("check")
    midnight = site.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    with site.open_store() as store:
        summary = store.mail_summary(midnight)
    if as_json:
        told: dict[str, object] = {state: summary.of(state) for state in STATES if state != "accepted"}
        told |= {"sent_today": summary.accepted_since, "pending": summary.pending}
        told["hold"] = None if summary.hold is None else asdict(summary.hold)
        site.terminal.say(json.dumps(told, default=_plain, ensure_ascii=False))
    else:
        site.mail_terminal.stats(summary)
    return 0


def show_mail(name: str) -> int:
    """Show all that is known of a delivery."""
    site = open_site("check")
    with site.open_store() as store:
        site.mail_terminal.sheet(_sheet(store.desk, name))
    return 0


def preview_mail(name: str, folder: str | None) -> int:
    """Leave a message's exact bytes, and a page that shows its HTML in a sandbox."""
    site = open_site("check")
    with site.open_store() as store:
        sheet = _sheet(store.desk, name)
    if sheet.data is None:
        gone = sheet.draft is None and sheet.line.state != "old"
        why = "ya no se guarda su contenido" if gone else "no está compuesto"
        told = f"{short_name(sheet.line.id)}: {why}; no hay nada que ver. {sheet.line.answer}"
        raise SerenoError(told.rstrip())
    for path in site.preview(folder).keep(sheet.line.id, sheet.data):
        site.terminal.say(f"Vista previa: {path}")
    return 0


def retry_mail(names: tuple[str, ...], to: str | None) -> int:
    """Return deliveries to the queue, or send one to an address alone."""
    site = open_site("run")
    if to is not None and len(names) != 1:
        raise FaultyInput((Fault("--to", f"con {len(names)} correos", "un solo correo"),))
    if to is not None and (to := check_address(to)) is None:
        raise FaultyInput((Fault("--to", "no es una dirección", "una dirección, como ana@example.com"),))
    with site.open_store() as store, open_post_office(site, store, _log(site)) as office:
        for name in _all_known(store.desk, names):
            with done_by_command(site, store, "mail_retried", name, f"solo para {to}" if to else ""):
                site.terminal.say(mail_desk.retry(name, to, office))
    return 0


def drop_mail(names: tuple[str, ...], reason: str) -> int:
    """Give deliveries up."""
    site = open_site("check")
    with site.open_store() as store:
        for name in _all_known(store.desk, names):
            with done_by_command(site, store, "mail_dropped", name, reason):
                site.terminal.say(mail_desk.drop(name, reason, store.desk, site.clock.now()))
    return 0


def decide_old(origin: str, numbers: tuple[int, ...], *, everything: bool, adopt: bool) -> int:
    """Take a queue's old mail into the outbox, or ignore it for good; 1 where some of it stays as it was."""
    if bool(numbers) == everything:
        raise FaultyInput((Fault("NÚMERO", "ni uno, ni --all", "los IDCorreo, o --all para todos"),))
    site = open_site("run")
    with site.open_store() as store, open_post_office(site, store, _log(site)) as office:
        chosen = mail_desk.chosen_old(origin, None if everything else set(numbers), office)
        action: Action = "mail_adopted" if adopt else "mail_ignored"
        decide: Callable[[mail_desk.Old], str] = partial(mail_desk.ignore, office=office)
        if adopt:
            rows = mail_desk.rows_now(origin, chosen, office)
            decide = partial(mail_desk.adopt, origin, rows=rows, office=office)
        left = 0
        for old in chosen:
            try:
                with done_by_command(site, store, action, old[0]):
                    done = decide(old)
            except StoreUnavailable:
                raise
            except SerenoError as error:  # of this one alone
                site.terminal.warn([str(error)])
                left += 1
            else:
                site.terminal.say(done)
    return int(left > 0)


def hold_mail(which: tuple[str, ...], reason: str) -> int:
    """Hold all mail, or let it go; or hold the deliveries of these names."""
    site = open_site("check")
    with site.open_store() as store:
        if which not in {("on",), ("off",)}:
            for name in _all_known(store.desk, which):
                with done_by_command(site, store, "mail_kept_back", name, reason):
                    site.terminal.say(mail_desk.hold(name, reason, store.desk, site.clock.now()))
        elif which == ("on",):
            held = _hold_all(site, store, reason)
            what = "queda retenido" if held else "ya estaba retenido, y sigue como estaba"
            site.terminal.say(f"El correo {what}: se recoge y no sale. «sereno mail hold off» lo suelta.")
        else:
            _let_all_go(site, store)
            site.terminal.say("El correo ya no está retenido.")
    return 0


def _hold_all(site: Site, store: Store, reason: str) -> bool:
    if store.desk.held() is not None:
        return False
    with done_by_command(site, store, "mail_held", detail=reason):
        if not store.desk.hold_mail(reason, site.clock.now()):
            raise SerenoError(HOLD_OVERTAKEN)
    return True


def _let_all_go(site: Site, store: Store) -> None:
    hold = store.desk.held()
    if hold is not None:
        with done_by_command(site, store, "mail_let_go"):
            if not store.desk.let_mail_go(hold):
                raise SerenoError(HOLD_OVERTAKEN)


def _log(site: Site) -> Log:
    return site.log(MAIL_JOB, echo=False)


def _state(text: str) -> State:
    for state in STATES:
        if state == text:
            return state
    raise FaultyInput((Fault("--state", text, f"uno de {', '.join(STATES)}"),))


def _sheet(desk: Desk, name: str) -> MailSheet:
    (found,) = _all_known(desk, (name,))
    sheet = desk.sheet(found)
    if sheet is None:
        raise SerenoError(f"El correo {found} ya no está.")
    return sheet


def _all_known(desk: Desk, names: tuple[str, ...]) -> list[str]:
    """Find each delivery that a person names, by its beginning too; nothing is done unless all are found."""
    found = {name: desk.named(name) for name in names}
    faults = [
        Fault(
            name,
            "no hay tal correo" if not ids else f"hay varios: {', '.join(map(short_name, ids))}",
            "un correo de «sereno mail list»",
        )
        for name, ids in found.items()
        if len(ids) != 1
    ]
    if faults:
        raise FaultyInput(tuple(faults))
    return [ids[0] for ids in found.values()]


def _plain(value: Any) -> str:  # noqa: ANN401  json hands over whatever it does not know
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
