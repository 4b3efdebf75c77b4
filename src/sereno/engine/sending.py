"""Hand waiting mail to the relay: claimed in batches, its ends recorded in batches, nothing tried twice."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sereno.domain.errors import QueueUnavailable, RelayUnavailable
from sereno.domain.mail_policy import outsiders, spacing
from sereno.domain.outbox import (
    Attempt,
    Delivery,
    Ending,
    Verdict,
    ending_of,
    for_its_readers,
    wait_after,
)
from sereno.domain.wallclock import seconds_between, utc
from sereno.engine.journal_ports import Journal
from sereno.engine.mail_ports import Claimer, Queue, Stamp, Wanted
from sereno.engine.post_office import PostOffice
from sereno.engine.stamping import stamp_accepted, stamp_due

CLAIMED_A_LINE = 25
"""How many deliveries a connection may have claimed and not recorded: what a power cut makes unknown."""
LEASE = timedelta(hours=1)
"""How long a claim lasts beyond its last renewal before other machines take it for abandoned."""
RENEWED = 600.0
"""Seconds after which a claim is renewed."""
RECORDED = 1.0
"""Seconds after which an end is recorded, however few there are."""
LOOKED = 1.0
"""Seconds after which it is asked again whether mail is held."""
STAMPED = 30.0
"""Seconds after which accepted mail is stamped in its queue although more is on its way."""
STAMPED_ELSEWHERE = "No se envía: en su cola, otro ya le ha puesto FechaEnvio"


@dataclass(slots=True)
class Shift:
    """Hold what is under way while mail is being sent."""

    office: PostOffice
    journal: Journal
    queues: dict[str, Queue]
    """Those that can be looked at."""
    recorded_at: datetime
    renewed_at: datetime
    stamped_at: datetime
    looked_at: datetime
    """When it was last asked whether mail is held."""
    ready: deque[Delivery] = field(default_factory=deque)
    """Claimed, screened, and not yet asked for by the relay."""
    flight: dict[str, Delivery] = field(default_factory=dict)
    """Claimed and not yet ended."""
    endings: list[Ending] = field(default_factory=list)
    """Ended and not yet recorded."""
    ended: Counter[Verdict] = field(default_factory=Counter)
    refused: int = 0
    troubles: list[str] = field(default_factory=list)
    """Why a queue could not be looked at any more."""
    next_at: datetime | None = None
    """When the rate lets the next one leave."""

    @property
    def now(self) -> datetime:
        """Return the wall clock's time, in UTC: it is compared with others for each delivery."""
        return utc(self.office.clock.now())


@dataclass(frozen=True, slots=True)
class Sent:
    """Tell how sending went."""

    ended: Counter[Verdict]
    refused: int
    """Recipients whom the relay refused while it took the mail for others."""
    troubles: tuple[str, ...] = ()
    """Why the relay could not be used, or a queue not be looked at any more."""


def send(office: PostOffice, queues: dict[str, Queue]) -> Sent:
    """Send what is due, over the relay; a stop lets what is in hand end."""
    with office.journals.open() as journal:
        now = utc(office.clock.now())
        shift = Shift(office, journal, queues, now, now, now, now)
        try:
            with closing(office.relay.deliver(_feed(shift), journal)) as attempts:
                for attempt in attempts:
                    _note(shift, attempt)
        except RelayUnavailable as error:
            shift.troubles.append(str(error))
            office.log.error("relay.unavailable", why=str(error), waiting=len(shift.flight))
            if shift.flight.pop(error.delivery_id or "", None) and error.delivery_id:
                office.outbox.postpone(error.delivery_id, journal.claimer_id, shift.now + wait_after(1))
        _turn(shift, 0)
        office.outbox.release(shift.flight, journal.claimer_id)
        if shift.ended:
            ended = {str(state): count for state, count in shift.ended.items()}
            office.log.info("mail.tried", ended=ended, refused=shift.refused)
        return Sent(shift.ended, shift.refused, tuple(shift.troubles))


def is_quiet(office: PostOffice, now: datetime) -> bool:
    """Tell whether digests wait for their hours."""
    return office.policy.hours is not None and office.policy.hours.hold(now, office.calendar())


def _feed(shift: Shift) -> Iterator[Delivery]:
    """Yield what is due until nothing is, or a stop or a hold comes; claim more as the relay asks for it."""
    most = shift.office.policy.connections * CLAIMED_A_LINE
    while not shift.office.stop.requested:
        if not shift.ready and not _claim(shift, most):
            return
        if shift.ready:
            if _wait_for_turn(shift) or _is_held(shift):
                return
            yield for_its_readers(shift.ready.popleft())


def _is_held(shift: Shift) -> bool:
    """Ask now and then whether somebody holds mail: what is claimed may take hours to leave."""
    now = shift.now
    if 0 <= seconds_between(shift.looked_at, now) < LOOKED:
        return False
    shift.looked_at = now
    return shift.office.desk.held() is not None


def _claim(shift: Shift, most: int) -> bool:
    """Claim what there is room for; tell whether anything was claimed: nothing is while mail is held."""
    claimed = _turn(shift, most - len(shift.flight))
    shift.flight.update((each.id, each) for each in claimed)
    shift.ready.extend(_screened(shift, claimed))
    return bool(claimed)


def _turn(shift: Shift, limit: int) -> list[Delivery]:
    """Record the ends so far, and claim; what is claimed is on disk before any of it is sent."""
    office, now = shift.office, shift.now
    claimer = Claimer(shift.journal.claimer_id, now + LEASE)
    if limit <= 0 and not shift.endings:
        return []
    claimed = office.outbox.turn(shift.endings, limit, _wanted(shift), claimer, now)
    shift.journal.settled([each.attempt.delivery_id for each in shift.endings])
    shift.endings.clear()
    shift.recorded_at = now
    if seconds_between(shift.renewed_at, now) > RENEWED:
        office.outbox.renew(claimer)
        shift.renewed_at = now
    return claimed


def _wanted(shift: Shift) -> Wanted:
    quiet = is_quiet(shift.office, shift.office.clock.now())
    return Wanted(shift.office.policy.trial, digests=not quiet, queues=tuple(shift.queues))


def _screened(shift: Shift, claimed: list[Delivery]) -> list[Delivery]:
    """Leave out what must not leave: it is held, withdrawn, or waits until its queue can be looked at."""
    office, mine = shift.office, shift.journal.claimer_id
    strangers = {each.id: outsiders(each.recipients, office.policy.allowed) for each in claimed}
    held = {name: f"MAIL_ALLOW_DOMAINS no permite {', '.join(who)}" for name, who in strangers.items() if who}
    stamped, unseen = _stamped_elsewhere(shift, claimed)
    withdrawn = dict.fromkeys(stamped - held.keys(), STAMPED_ELSEWHERE)
    office.outbox.hold(held, mine, shift.now)
    office.outbox.withdraw(withdrawn, mine, shift.now)
    _note_stamped(shift, [each for each in claimed if each.id in withdrawn])
    office.outbox.release(unseen - held.keys(), mine)
    for name, why in held.items():
        office.log.warning("mail.held", message=name, why=why)
    for name in withdrawn:
        office.log.warning("mail.withdrawn", message=name)
    gone = held.keys() | withdrawn.keys() | unseen
    for name in gone:
        del shift.flight[name]
    return [each for each in claimed if each.id not in gone]


def _stamped_elsewhere(shift: Shift, claimed: list[Delivery]) -> tuple[set[str], set[str]]:
    """Find mail that somebody has stamped in its queue, and mail whose queue cannot be looked at any more."""
    stamped: set[str] = set()
    unseen: set[str] = set()
    for origin in {each.message.origin for each in claimed if each.message.kind == "queue"}:
        theirs = [each for each in claimed if each.message.origin == origin]
        rows = shift.office.intake.rows_of(origin, [each.message.id for each in theirs])
        try:
            others = _stamped_by_others(shift.queues[origin], set(rows.values()), shift.office)
        except QueueUnavailable as error:
            shift.office.log.error("queue.unavailable", queue=origin, why=str(error))
            shift.troubles.append(str(error))
            del shift.queues[origin]  # its mail is claimed no more in this shift
            unseen |= {each.id for each in theirs}
        else:
            stamped |= {each.id for each in theirs if rows.get(each.message.id) in others}
    return stamped, unseen


def _note_stamped(shift: Shift, withdrawn: list[Delivery]) -> None:
    """Remember that somebody stamped these rows: who takes such a stamp away wants the mail sent."""
    for origin in {each.message.origin for each in withdrawn}:
        names = [each.message.id for each in withdrawn if each.message.origin == origin]
        rows = shift.office.intake.rows_of(origin, names)
        shift.office.intake.stamped(origin, set(rows.values()), shift.now)


def _stamped_by_others(queue: Queue, rows: set[Stamp], office: PostOffice) -> set[Stamp]:
    """Find the rows whose stamp is not our own: ours has mail that a person sends to one address more.

    Raises QueueUnavailable.
    """
    if not (found := queue.stamped(rows)):
        return set()
    stamp_due(queue, office)  # whose process died before it could be noted
    known = office.intake.known(queue.origin, found)
    return {row for row in found if row not in known or not known[row].stamped}


def _wait_for_turn(shift: Shift) -> bool:
    """Let the time pass that the rate asks for; tell whether a stop came meanwhile."""
    apart = spacing(shift.office.policy)
    if not apart:
        return False
    if shift.next_at is not None:
        left = seconds_between(shift.now, shift.next_at)
        if left > 0 and shift.office.clock.rest(min(left, apart)):
            return True
    shift.next_at = shift.now + timedelta(seconds=apart)
    return False


def _note(shift: Shift, attempt: Attempt) -> None:
    """Keep how an attempt ended, and record it in time."""
    delivery, now = shift.flight.pop(attempt.delivery_id), shift.now
    ending = ending_of(delivery, attempt, now, shift.office.policy.max_age)
    shift.endings.append(ending)
    shift.ended[ending.state] += 1
    if ending.state == "accepted":
        shift.refused += len(attempt.refused) - len(ending.put_off)
    _log_ending(ending, delivery, shift)
    if seconds_between(shift.recorded_at, now) > RECORDED:
        _turn(shift, 0)
    if seconds_between(shift.stamped_at, now) > STAMPED:
        shift.stamped_at = now
        for queue in shift.queues.values():
            stamp_accepted(queue, shift.office)


def _log_ending(ending: Ending, delivery: Delivery, shift: Shift) -> None:
    """Tell trouble at once; of what went well the outbox knows every detail, and the log at DEBUG."""
    log, attempt = shift.office.log, ending.attempt
    well = ending.state in {"accepted", "diverted"} and not attempt.refused
    told = log.debug if well else log.error
    told(
        f"mail.{ending.state}",
        message=delivery.id,
        origin=delivery.message.origin,
        recipients=len(delivery.recipients) - len(attempt.refused),
        refused=len(attempt.refused),
        answer=attempt.answer,
    )
    if not well:
        log.debug("mail.subject", message=delivery.id, subject=delivery.message.subject)
