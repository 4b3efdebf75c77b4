"""What the operators read: news, each with the end of the log that belongs to it, and the week's overview."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sereno.domain.alarms import Change, What, worst_first
from sereno.domain.cadence import NotOwed
from sereno.domain.calendar import Calendar
from sereno.domain.digest import Badge, Digest, Line, Section
from sereno.domain.wallclock import utc
from sereno.engine.agenda import Duty, Post, agenda
from sereno.engine.logbook import Missed
from sereno.engine.master import MAIL_JOB
from sereno.engine.ports import Store
from sereno.engine.records import JobResult
from sereno.engine.wording import RUN_WORDS, code_words

TITLE = "Avisos a los operadores"
OVERVIEW_TITLE = "Resumen de la semana"
WHY = "Recibe este correo porque su dirección está en OPERATORS. Quien la puso ahí puede quitarla."
LOG_LINES = 15
"""Of a job's last words, in a mail."""
WEEK = timedelta(days=7)
RESULTS = 2000
"""How many of a job's results are looked through for those of a week: mail runs every few minutes."""
BADGES: Mapping[What, Badge] = {
    "begins": Badge("red", "Empieza"),
    "worse": Badge("red", "Va a más"),
    "over": Badge("green", "Se ha arreglado"),
}
NAMES = {
    "job": "La tarea",
    "digest": "El informe",
    "mail": "Correos",
    "calendar": "El calendario laboral",
    "settings": "Los ajustes",
    "cycle": "El ciclo del maestro",
}


@dataclass(frozen=True, slots=True)
class News:
    """Hold what has changed since the operators were told last."""

    told: tuple[Change, ...]
    missed: tuple[Missed, ...]
    leap: str


def headline(news: News) -> str:
    """Say the worst of it, and how much more there is."""
    said = [_sentence(each) for each in worst_first(news.told)]
    if news.missed:
        first = news.missed[0]
        said.insert(0, f"sin servir {first.monitor}/{first.digest} {first.period}")
    said += ["el reloj ha saltado"] if news.leap else []
    rest = len(said) - 1 + max(0, len(news.missed) - 1)
    more = f" (y {rest} {'aviso' if rest == 1 else 'avisos'} más)" if rest else ""
    return f"Sereno: {said[0]}{more}"


def news_digest(news: News, store: Store, now: datetime) -> Digest:
    """Write the news as a page."""
    told = worst_first(news.told)
    sections = [_changes(told), _missed(news.missed), *_logs(told, store)]
    begun = sum(each.what != "over" for each in told) + len(news.missed)
    over = sum(each.what == "over" for each in told)
    return Digest(
        monitor="vigilancia",
        title=TITLE,
        day=now.date(),
        summary=f"Cosas que van mal desde el último aviso: {begun}. Arregladas: {over}.",
        sections=tuple(section for section in sections if section.lines),
        warnings=(news.leap,) if news.leap else (),
        why=WHY,
        closing="Cómo está todo ahora: «sereno status».",
    )


def overview_digest(posts: Sequence[Post], calendar: Calendar, store: Store, now: datetime) -> Digest:
    """Write how everything stands, and what the last week was like."""
    since = (utc(now) - WEEK).astimezone(now.tzinfo)
    unwell = [alarm.text for alarm in store.logbook.alarms().values() if alarm.level]
    duties = [duty for post in posts for duty in agenda(post.monitor, post.orders, now, calendar, store)]
    unwatched = [post for post in posts if post.orders.unconfigured]
    missed = store.logbook.missed(since)
    mail = store.mail_summary(since)
    state = f"Hay {len(unwell)} cosas que necesitan a una persona" if unwell else "Todo en orden"
    sections = (_jobs(posts, store, since), _duties(duties), _missed(missed))
    return Digest(
        monitor="vigilancia",
        title=OVERVIEW_TITLE,
        day=now.date(),
        summary=f"{state}. Correos entregados en 7 días: {mail.accepted_since}; pendientes: {mail.pending}; "
        f"esperan a una persona: {mail.stuck}. Periodos sin servir: {len(missed)}.",
        sections=tuple(section for section in sections if section.lines),
        warnings=(*unwell, *(_unwatched(post) for post in unwatched)),
        why=WHY,
        closing="Cómo está todo ahora: «sereno status».",
    )


def _unwatched(post: Post) -> str:
    missing = ", ".join(post.orders.unconfigured)
    return f"{post.monitor.name}: sin configurar, falta {missing}. No se vigila."


def _sentence(change: Change) -> str:
    kind, _, name = change.subject.partition("/")
    words = {"begins": "falla", "worse": "sigue fallando", "over": "se ha arreglado"}[change.what]
    who = f"{NAMES[kind]} {name}" if kind in {"job", "digest"} else NAMES[kind]
    return f"{who[0].lower()}{who[1:]} {'necesitan atención' if kind == 'mail' else words}"


def _changes(told: Sequence[Change]) -> Section:
    lines = [
        Line((_who(each), "", f"{each.since:%d/%m/%Y %H:%M}", _detail(each)), BADGES[each.what])
        for each in told
    ]
    headings = ("Asunto", "Qué pasa", "Desde", "Detalle")
    return Section("cambios", "Qué ha cambiado", headings, tuple(lines), badge_at=1, total=len(lines))


def _detail(change: Change) -> str:
    return f"Lo que pasaba: {change.text}" if change.what == "over" else change.text


def _who(change: Change) -> str:
    kind, _, name = change.subject.partition("/")
    return f"{NAMES[kind]} {name}" if kind in {"job", "digest"} else NAMES[kind]


def _missed(missed: Sequence[Missed]) -> Section:
    lines = [
        Line((f"{each.monitor}/{each.digest}", each.period, f"{each.closed_at:%d/%m/%Y %H:%M}"))
        for each in missed
    ]
    headings = ("Informe", "Periodo", "Se cerró")
    title = "Periodos que se cerraron sin servir"
    return Section("sin-servir", title, headings, tuple(lines), total=len(lines))


def _logs(told: Sequence[Change], store: Store) -> Iterator[Section]:
    """Yield the last words of each job that fails."""
    for each in told:
        kind, _, job = each.subject.partition("/")
        results = store.job_results(job, 1) if kind == "job" and each.what != "over" else []
        for result in results:
            said = [line for line in result.tail.splitlines() if line.strip()][-LOG_LINES:]
            lines = tuple(Line((line,)) for line in said)
            title = f"Lo último que dijo {job} ({result.ended_at:%d/%m/%Y %H:%M})"
            yield Section(f"log-{job}", title, ("Registro",), lines, total=len(lines))


def _jobs(posts: Sequence[Post], store: Store, since: datetime) -> Section:
    names = [*(post.monitor.name for post in posts if not post.orders.unconfigured), MAIL_JOB]
    lines = tuple(_job(name, store.job_results(name, RESULTS), since) for name in names)
    headings = ("Tarea", "Última vez", "Resultado", "Veces en 7 días", "Fallos en 7 días")
    return Section("tareas", "Tareas", headings, lines, total=len(lines))


def _job(name: str, results: Sequence[JobResult], since: datetime) -> Line:
    last = results[-1] if results else None
    week = [each for each in results if utc(each.started_at) >= utc(since)]
    failed = sum(each.code != 0 for each in week)
    when = f"{last.ended_at:%d/%m/%Y %H:%M}" if last else "nunca"
    return Line((name, when, code_words(last) if last else "", str(len(week)), str(failed)))


def _duties(duties: Sequence[Duty]) -> Section:
    lines = tuple(map(_duty, duties))
    headings = ("Informe", "Último periodo", "Ronda", "Ahora", "Próximo periodo")
    return Section("informes", "Informes", headings, lines, total=len(lines))


def _duty(duty: Duty) -> Line:
    last, following = duty.last, duty.following
    now = duty.decision.reason if isinstance(duty.decision, NotOwed) else f"debe {duty.decision.id}"
    return Line(
        (
            f"{duty.monitor.name}/{duty.plan.name}",
            last.period if last else "ninguno",
            RUN_WORDS[last.state] if last else "",
            now,
            f"{following.opens:%d/%m/%Y %H:%M}" if following else "",
        )
    )
