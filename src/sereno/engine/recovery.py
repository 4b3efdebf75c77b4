"""What becomes of mail whose process died while it was sending."""

from sereno.domain.outbox import UNKNOWN_WAITS, Attempt, Delivery, Ending, after_death, ending_of
from sereno.domain.wallclock import utc
from sereno.engine.journal_ports import Remains
from sereno.engine.mail_ports import Claimer, Wanted
from sereno.engine.post_office import PostOffice

DIED = "No se sabe si salió: el proceso que lo enviaba murió sin anotar la respuesta"
ABANDONED = "No se sabe si salió: el proceso que lo enviaba, en otra máquina, no ha vuelto a dar señales"


def recover(office: PostOffice) -> int:
    """Settle what dead processes were sending; return how many deliveries nobody can tell the end of."""
    lost = sum(_recover_claims(remains, office) for remains in office.journals.remains())
    lost += office.outbox.lose_abandoned(ABANDONED, office.clock.now())
    if lost:
        office.log.error("mail.lost", messages=lost)
    if office.policy.unknown == "retry":
        again = office.outbox.try_unknown_again(utc(office.clock.now()) - UNKNOWN_WAITS)
        if again:
            office.log.warning("mail.again", messages=again)
    return lost


def _recover_claims(remains: Remains, office: PostOffice) -> int:
    now, claims = office.clock.now(), office.outbox.claims(remains.claimer_id)
    judged = [(each, after_death(remains.told.get(each.id), same_boot=remains.same_boot)) for each in claims]
    endings = [_ending(each, what, office) for each, what in judged if isinstance(what, Attempt)]
    office.outbox.turn(endings, 0, Wanted(office.policy.trial), Claimer(remains.claimer_id, now), now)
    untried = [each.id for each, what in judged if what == "untried"]
    office.outbox.release(untried, remains.claimer_id)
    lost = [each.id for each, what in judged if what is None]
    office.outbox.lose(lost, remains.claimer_id, DIED, now)
    office.log.warning("mail.recovered", ended=len(endings), untried=len(untried), unknown=len(lost))
    return len(lost)


def _ending(delivery: Delivery, attempt: Attempt, office: PostOffice) -> Ending:
    return ending_of(delivery, attempt, office.clock.now(), office.policy.max_age)
