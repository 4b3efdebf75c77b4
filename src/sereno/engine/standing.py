"""How the watch stands, for a person: right also when the watchman is dead. Never a false all-clear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sereno.domain.calendar import Calendar
from sereno.domain.pauses import Pause
from sereno.domain.wallclock import instant_in, utc
from sereno.engine.agenda import Post
from sereno.engine.mail_records import MailSummary
from sereno.engine.master import MAIL_JOB
from sereno.engine.pausing import resting
from sereno.engine.ports import Store
from sereno.engine.records import JobResult
from sereno.engine.upcoming import upcoming
from sereno.engine.verdict import Gaps, gaps, verdict
from sereno.engine.wording import last_words

JobState = Literal["en marcha", "en espera", "en pausa", "parada", "sin configurar"]
Tone = Literal["good", "warn", "bad"]
START = "Arránquelo: run_master.py"
STORELESS = "Aún no hay almacén: no se ha hecho ninguna ronda."


@dataclass(frozen=True, slots=True)
class Published:
    """Hold what the status file says, and what can be seen of the process that wrote it."""

    status: Mapping[str, Any] | None
    """`None` where there is no such file, or it cannot be understood."""
    trouble: str = ""
    """Why there is none."""
    here: bool = False
    """It was written on this machine."""
    alive: bool = True
    """Its process is there; told only of one on this machine."""


@dataclass(frozen=True, slots=True)
class JobStanding:
    """Tell how a job stands."""

    job: str
    state: JobState
    last: JobResult | None
    next_due: datetime | None
    """When one of its digests next owes something; `None` for mail, which every cycle sees to."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Tell how the watch stands."""

    sentence: str
    troubles: tuple[str, ...]
    """What needs a person."""
    notes: tuple[str, ...]
    """What nobody should overlook, though it needs nobody now."""
    watched: bool
    """The master runs, and gives signs of it."""
    jobs: tuple[JobStanding, ...] = ()
    mail: MailSummary | None = None
    """`None` where the store cannot be read."""
    whole: bool = False
    """Everything is watched, was seen, and was served lately."""

    @property
    def well(self) -> bool:
        """Say whether nothing needs a person."""
        return not self.troubles

    @property
    def tone(self) -> Tone:
        """Say in which colour the sentence is told: green is for all of it alone."""
        if not self.well:
            return "bad"
        return "good" if self.whole else "warn"


def standing(
    published: Published, posts: Sequence[Post], calendar: Calendar, store: Store | None, now: datetime
) -> Standing:
    """Gather how the watch stands; without a store only what the status file tells."""
    trouble = _watch_trouble(published, now)
    error = (published.status or {}).get("last_error")
    troubles = [*filter(None, [trouble, error and f"El último ciclo falló: {error}"])]
    jobs: tuple[JobStanding, ...] = ()
    mail = None
    pauses = {} if store is None else resting(store, now.date())
    if store is None:
        troubles.append(STORELESS)
    else:
        jobs = tuple(_jobs(posts, calendar, store, now, _running(published) if not trouble else None, pauses))
        jobs = jobs if not trouble else tuple(map(_stopped, jobs))
        mail = store.mail_summary(now.replace(hour=0, minute=0, second=0, microsecond=0))
        blind = _digest_troubles(posts, store)
        troubles += [
            *blind.values(),
            *_job_troubles(jobs, {name for name, _ in blind}),
            *_mail_troubles(mail),
        ]
    found = gaps(posts, store, pauses, now)
    notes = (
        *_unconfigured(posts),
        *(f"{job}: {pause.words}. No se vigila." for job, pause in sorted(pauses.items())),
        *(_mail_notes(mail) if mail else ()),
        *found.notes(),
    )
    sentence = _sentence(troubles, found, published)
    return Standing(sentence, tuple(troubles), notes, not trouble, jobs, mail, found.none)


def unreadable(published: Published, posts: Sequence[Post], now: datetime, why: str) -> Standing:
    """Tell what can be told where the store cannot be read."""
    troubles = [*filter(None, [_watch_trouble(published, now)]), why]
    sentence = _sentence(troubles, gaps(posts, None, (), now), published)
    return Standing(sentence, tuple(troubles), _unconfigured(posts), watched=False)


def _watch_trouble(published: Published, now: datetime) -> str:
    """Say why nobody watches, as far as can be seen; nothing where somebody does."""
    status = published.status
    if status is None:
        return published.trouble
    said, valid = instant_in(status.get("timestamp")), instant_in(status.get("valid_until"))
    if said is None or (status.get("running") and valid is None):
        return "El fichero de estado no se entiende: no dice de cuándo es."
    since = f"{said.astimezone(now.tzinfo):%d/%m/%Y %H:%M}"
    if not status.get("running"):
        return f"Sereno está parado desde el {since} ({status.get('stop_reason')}). {START}"
    process = f"su proceso ({status.get('pid')})"
    if published.here and not published.alive:
        return (
            f"Sereno murió sin despedirse: {process} ya no existe; lo último que dijo es del {since}. {START}"
        )
    if valid is not None and utc(now) > utc(valid):
        where = (
            f"{process} vive, pero no avanza. Reinícielo"
            if published.here
            else f"corre en otra máquina ({status.get('host')}), mírelo allí"
        )
        due = f"{valid.astimezone(now.tzinfo):%d/%m/%Y %H:%M}"
        return f"Sereno no da señales desde el {since}; debía darlas antes del {due}: {where}"
    return ""


def _running(published: Published) -> frozenset[str]:
    """Name the jobs that the status file shows at work."""
    modules = (published.status or {}).get("modulos") or {}
    return frozenset(job for job, module in modules.items() if module.get("state") == "en marcha")


def _jobs(
    posts: Sequence[Post],
    calendar: Calendar,
    store: Store,
    now: datetime,
    running: frozenset[str] | None,
    pauses: Mapping[str, Pause],
) -> list[JobStanding]:
    at_work = running or frozenset()
    found = [_job(post, calendar, store, now, at_work, pauses) for post in posts]
    last = next(iter(store.job_results(MAIL_JOB, 1)), None)
    return [*found, JobStanding(MAIL_JOB, _state(MAIL_JOB, at_work), last, None)]


def _job(
    post: Post,
    calendar: Calendar,
    store: Store,
    now: datetime,
    running: frozenset[str],
    pauses: Mapping[str, Pause],
) -> JobStanding:
    name = post.monitor.name
    pause, last = pauses.get(name), next(iter(store.job_results(name, 1)), None)
    if post.orders.unconfigured:
        return JobStanding(name, "sin configurar", last, None)
    state = _state(name, running)
    due = (now if each.now else each.at for each in upcoming(post, now, calendar, store, pause))
    return JobStanding(
        name,
        "en pausa" if pause and state == "en espera" else state,
        last,
        min(due, default=None, key=utc),
    )


def _state(job: str, running: frozenset[str]) -> JobState:
    return "en marcha" if job in running else "en espera"


def _stopped(job: JobStanding) -> JobStanding:
    state: JobState = "sin configurar" if job.state == "sin configurar" else "parada"
    return JobStanding(job.job, state, job.last, job.next_due)


def _digest_troubles(posts: Sequence[Post], store: Store) -> dict[tuple[str, str], str]:
    """Tell of the digests whose last round could not be completed."""
    words = {"blind": "a ciegas", "unaddressed": "sin destinatario"}
    told: dict[tuple[str, str], str] = {}
    for post in posts:
        for plan in post.monitor.digests if not post.orders.unconfigured else ():
            last = store.last_run(post.monitor.name, plan.name)
            if last is not None and last.state in words:
                name = (post.monitor.name, plan.name)
                told[name] = (
                    f"{'/'.join(name)}: {words[last.state]} el {last.finished_at:%d/%m %H:%M}: {last.why}"
                )
    return told


def _job_troubles(jobs: Sequence[JobStanding], told: set[str]) -> list[str]:
    """Tell of the jobs that ended badly, but for those whose digest says why."""
    return [
        f"{each.job}: terminó con el código {each.last.code} el {each.last.ended_at:%d/%m %H:%M}: "
        f"{last_words(each.last)}"
        for each in jobs
        if each.last is not None
        and each.last.code != 0
        and each.state != "sin configurar"
        and not (each.last.code == 1 and each.job in told)
    ]


def _mail_troubles(mail: MailSummary) -> list[str]:
    stuck = mail.stuck_in_words
    told = [f"Correos que esperan a una persona: {stuck}. «sereno mail list» los muestra."] if stuck else []
    if mail.hold is not None:
        told.append(
            f"El correo está retenido desde el {mail.hold.since:%d/%m/%Y %H:%M}: «sereno mail hold off»."
        )
    return told


def _mail_notes(mail: MailSummary) -> list[str]:
    waiting = [f"{mail.awaiting} correos esperan a sus adjuntos."] if mail.awaiting else []
    old = f"{mail.of('old')} correos antiguos de colas esperan decisión: «sereno mail adopt|ignore»."
    return [*waiting, *([old] if mail.of("old") else [])]


def _unconfigured(posts: Sequence[Post]) -> tuple[str, ...]:
    return tuple(
        f"{post.monitor.name}: sin configurar, falta {', '.join(post.orders.unconfigured)}. No se vigila."
        for post in posts
        if post.orders.unconfigured
    )


def _sentence(troubles: Sequence[str], found: Gaps, published: Published) -> str:
    said = verdict(len(troubles), found)
    if troubles:
        return f"{said}."
    following = instant_in((published.status or {}).get("next_cycle_at"))
    return f"{said}; {f'próximo ciclo a las {following:%H:%M}' if following else 'trabajando ahora'}."
