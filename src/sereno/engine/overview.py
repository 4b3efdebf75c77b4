"""The week's overview for the operators: how the watch stands, all of it, also where all is well."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sereno.domain.alarms import Condition
from sereno.domain.cadence import Cadence, NotOwed, Period, period_at
from sereno.domain.calendar import Calendar
from sereno.domain.digest import Badge, Line, Section
from sereno.domain.wallclock import utc
from sereno.engine.agenda import Duty, Post, agenda
from sereno.engine.bulletin import HEADING, Bulletin, Item, badge_at, rank_of, title_of
from sereno.engine.logbook import Missed
from sereno.engine.mail_records import MailSummary
from sereno.engine.master import MAIL_JOB
from sereno.engine.pausing import resting
from sereno.engine.ports import Store
from sereno.engine.records import JobResult, Run
from sereno.engine.verdict import LATELY, Gaps, gaps, verdict
from sereno.engine.wording import RUN_WORDS, code_words

WEEKLY = Cadence("weekly")
RESULTS_READ = 3000
"""More than a job that is started every few minutes has in a week."""
PERIODS_SHOWN = 3
NEVER = "nunca"
NOTHING = "—"
MANY_MISSED = 25


def week_to_tell(told: str, calendar: Calendar, now: datetime) -> str | None:
    """Return the week whose overview is to be sent now; None where it was `told`, or its day is to come."""
    period = period_at(WEEKLY, now, calendar)
    return None if isinstance(period, NotOwed) or period.id == told else period.id


def write_overview(
    week: str,
    posts: Sequence[Post],
    store: Store,
    conditions: Sequence[Condition],
    calendar: Calendar,
    now: datetime,
) -> Bulletin:
    """Write how the watch stands; may raise StoreUnavailable."""
    since = now - LATELY
    mail, pauses = store.mail_summary(since), resting(store, now.date())
    found = gaps(posts, store, pauses, now)
    ordered = sorted(conditions, key=lambda each: (rank_of(each.subject), -each.level, each.subject))
    notes = (
        *_unwatched(posts),
        *(f"{job}: {pause.words}. No se vigila." for job, pause in sorted(pauses.items())),
        *_mail_notes(mail),
    )
    return Bulletin(
        title=f"Resumen de la semana {week}",
        subject=f"{HEADING}: resumen semanal: {_short(ordered, found)}",
        summary=f"{verdict(len(ordered), found)}.",
        at=now,
        items=tuple(
            Item(badge_at(each.subject, each.level), title_of(each.subject), each.text) for each in ordered
        ),
        sections=(
            _jobs(posts, store, since),
            _digests(posts, store, calendar, now),
            *_missed(found.missed),
            _mail(mail),
        ),
        notes=notes,
    )


def _short(conditions: Sequence[Condition], found: Gaps) -> str:
    if conditions:
        return "NO está en orden"
    return "no todo está en orden" if found.missed else "en orden lo que se vigila"


def _jobs(posts: Sequence[Post], store: Store, since: datetime) -> Section:
    names = [post.monitor.name for post in posts if not post.orders.unconfigured] + [MAIL_JOB]
    lines = tuple(_job(name, store.job_results(name, RESULTS_READ), since) for name in names)
    headings = ("Tarea", "Resultado", "Última vez", "Veces", "Fallos")
    return Section("jobs", "Tareas, en siete días", headings, lines, badge_at=1, total=len(lines))


def _job(name: str, results: Sequence[JobResult], since: datetime) -> Line:
    week = [result for result in results if utc(result.ended_at) >= utc(since)]
    last = results[-1] if results else None
    failures = sum(result.code != 0 for result in week)
    return Line(
        (name, "", _moment(last.ended_at if last else None), str(len(week)), str(failures)),
        Badge("amber", "sin empezar")
        if last is None
        else Badge("red" if last.code else "green", code_words(last)),
    )


def _digests(posts: Sequence[Post], store: Store, calendar: Calendar, now: datetime) -> Section:
    duties = [
        duty
        for post in posts
        if not post.orders.unconfigured
        for duty in agenda(post.monitor, post.orders, now, calendar, store)
    ]
    lines = tuple(_digest(duty, store) for duty in duties)
    headings = ("Informe", "Resultado", "Última ronda", "Completos", "Debe", "Próximo")
    return Section(
        "digests", "Informes", headings, lines, badge_at=1, total=len(lines), empty="No se vigila ninguno."
    )


def _digest(duty: Duty, store: Store) -> Line:
    names = duty.monitor.name, duty.plan.name
    served = store.completed_periods(*names, PERIODS_SHOWN)
    owes = duty.decision.id if isinstance(duty.decision, Period) else duty.decision.reason
    last = duty.last
    return Line(
        (
            "/".join(names),
            "",
            _moment(last.finished_at if last else None),
            ", ".join(served) or NOTHING,
            owes,
            _moment(duty.following.opens) if duty.following else NOTHING,
        ),
        _run_badge(last),
    )


def _run_badge(run: Run | None) -> Badge:
    if run is None:
        return Badge("amber", "sin empezar")
    trial = " (en prueba)" if run.trial else ""
    return Badge("green" if run.state == "complete" else "red", f"{RUN_WORDS[run.state]}{trial}")


def _missed(missed: Sequence[Missed]) -> Iterator[Section]:
    """List what ended unserved, the latest first."""
    lines = tuple(
        Line((f"{each.monitor}/{each.digest}", each.period, _moment(each.closed_at)))
        for each in reversed(missed[-MANY_MISSED:])
    )
    if lines:
        headings = ("Informe", "Periodo", "Terminó")
        yield Section("missed", "Periodos sin servir", headings, lines, total=len(missed))


def _mail(mail: MailSummary) -> Section:
    counts = {
        "Enviados en siete días": mail.accepted_since,
        "Por salir": mail.pending,
        "Rechazados": mail.of("dead"),
        "No se sabe si salieron": mail.of("unknown"),
        "Retenidos": mail.of("held") - mail.awaiting,
        "Esperan a sus adjuntos": mail.awaiting,
        "Antiguos, sin decidir": mail.of("old"),
    }
    line = Line(tuple(map(str, counts.values())))
    return Section("mail", "Correo", tuple(counts), (line,), total=1)


def _mail_notes(mail: MailSummary) -> Iterator[str]:
    if mail.of("old"):
        yield f"Esperan decisión {mail.of('old')} correos antiguos de colas: «sereno mail adopt» o «ignore»."


def _unwatched(posts: Sequence[Post]) -> Iterator[str]:
    for post in posts:
        if post.orders.unconfigured:
            missing = ", ".join(post.orders.unconfigured)
            yield f"{post.monitor.name}: sin configurar, falta {missing}. No se vigila."


def _moment(at: datetime | None) -> str:
    return NEVER if at is None else f"{at:%d/%m/%Y %H:%M}"
