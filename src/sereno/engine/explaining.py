"""Why a digest was or was not sent on a day, or will be: from the calendar, the runs and their mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from sereno.domain.cadence import NOUNS, Cadence, NotOwed, Period, format_cadence, next_period, period_id
from sereno.domain.calendar import WEEKDAYS, Calendar
from sereno.domain.errors import SerenoError
from sereno.domain.expected import Expected, expected
from sereno.domain.rules import DigestPlan, Monitor
from sereno.domain.wallclock import first_reading, utc, zone_of
from sereno.engine.agenda import Orders, owed
from sereno.engine.mail_records import MailLine
from sereno.engine.pausing import resting
from sereno.engine.ports import Store
from sereno.engine.records import JobResult, Run

LATE = time(19, 59)
"""An instant of the day at which every period of that day is still open."""
RESULTS = 500
"""How many of a job's latest results are looked through for those of a period."""
NOBODY = "Sereno no estaba en marcha, o no lo vigilaba aún"
OFTEN = {"daily": "cada día laborable", "monthly": "una vez al mes, el primer día laborable"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """Hold a run and what became of its mail."""

    run: Run
    mail: tuple[MailLine, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Hold the answer, what it rests on, and what was tried."""

    heading: str
    answer: str
    grounds: tuple[str, ...]
    attempts: tuple[Attempt, ...] = ()
    failures: tuple[JobResult, ...] = ()
    """How the job failed while the period was open and no run was recorded."""


@dataclass(frozen=True, slots=True)
class _Case:
    monitor: Monitor
    plan: DigestPlan
    orders: Orders
    day: date
    now: datetime
    calendar: Calendar
    store: Store

    @property
    def cadence(self) -> Cadence:
        return self.orders.cadence(self.plan)


def explain(
    monitor: Monitor,
    plan: DigestPlan,
    orders: Orders,
    day: date,
    now: datetime,
    calendar: Calendar,
    store: Store,
) -> Explanation:
    """Say why the digest did or did not go out for that day, or when it will; `now` is zoned and local."""
    case = _Case(monitor, plan, orders, day, now, calendar, store)
    plainly = expected(case.cadence, day, calendar, zone_of(now))
    period = _noted(case) or plainly.period
    runs = store.runs(monitor.name, plan.name, period.id) if period else []
    heading = f"{monitor.name}/{plan.name}, {_day(day)}"
    failures = _failures(case, period) if period and not runs else ()
    return Explanation(
        heading,
        _answer(case, period, runs, failures),
        (
            _of_day(case),
            _of_cadence(case.cadence),
            *_of_period(case, plainly, period),
            *_recorded_as_missed(case, period),
            *_next(case, period),
        ),
        tuple(Attempt(run, tuple(store.desk.of_run(run.id))) for run in runs),
        failures,
    )


def _noted(case: _Case) -> Period | None:
    """Find the period that was noted as open on that day, whatever the calendar says by now."""
    late = first_reading(case.day, LATE, zone_of(case.now))
    noted = case.store.opened_periods(case.monitor.name, case.plan.name, late)
    name = period_id(case.cadence.kind, case.day)  # of a cadence that was changed, others may be noted
    return next((each for each in noted if each.id == name), None)


def _answer(case: _Case, period: Period | None, runs: Sequence[Run], failures: Sequence[JobResult]) -> str:
    trial = case.orders.trial
    served = next((run for run in runs if run.serves(trial=trial)), None)
    if served is not None:
        return _done(served)
    if case.orders.unconfigured:
        return f"No se hace: sin configurar, falta {', '.join(case.orders.unconfigured)}."
    if period is None:
        return _nothing(case)
    if utc(case.now) < utc(period.opens):
        return f"Se hará desde el {_at(period.opens, zone_of(case.now))}."
    if utc(case.now) < utc(period.closes):
        decision = owed(case.monitor, case.plan, case.orders, case.now, case.calendar, case.store)
        return f"Aún no: {decision.reason}." if isinstance(decision, NotOwed) else _due_now(case)
    real = [run for run in runs if run.counts_for(trial=trial)]
    return _missed(runs, real, failures, _rest(case, period))


def _done(served: Run) -> str:
    if not served.looked:
        return f"Lo hizo el programa anterior el {_day(served.finished_at.date())}: Sereno no miró nada."
    sent = f"mensajes: {served.messages}" if served.messages else "no había nada que decir a nadie"
    trial = ", en prueba" if served.trial else ""
    return f"Se hizo el {_at(served.finished_at)}{trial}; hallazgos: {served.findings}; {sent}."


def _due_now(case: _Case) -> str:
    pause = resting(case.store, case.now.date()).get(case.monitor.name)
    return f"Se debe, pero la tarea está {pause.words}." if pause else "Se debe ahora mismo."


def _nothing(case: _Case) -> str:
    if case.cadence.kind == "daily":
        return f"No toca: ese día no se trabaja ({case.calendar.explain(case.day).reason})."
    return f"No toca: {NOUNS[case.cadence.kind]} no tiene ningún día laborable."


def _missed(runs: Sequence[Run], real: Sequence[Run], failures: Sequence[JobResult], rest: str) -> str:
    if real:
        why = {"blind": "a ciegas", "unaddressed": "sin destinatario"}.get(real[-1].state, real[-1].state)
        return (
            f"No se completó en su plazo: {len(real)} rondas, la última {why}: {real[-1].why or 'sin motivo'}"
        )
    if runs:
        return "No se hizo en su plazo: solo hubo rondas forzadas o en prueba, que no cuentan."
    if failures:
        return f"No se hizo en su plazo: la tarea falló {len(failures)} veces sin llegar a hacer la ronda."
    return rest or f"No se hizo en su plazo, ni consta ninguna ronda: {NOBODY}."


def _rest(case: _Case, period: Period) -> str:
    """Say that the job rested in the period, as far as it did; of a job's pauses the last alone is known."""
    pause, zone = case.store.logbook.pauses().get(case.monitor.name), zone_of(case.now)
    if pause is None:
        return ""
    since = max(pause.since, period.opens, key=utc)
    until = min(first_reading(pause.until, time(), zone), period.closes, key=utc)
    if utc(since) >= utc(until):
        return ""
    if (utc(since), utc(until)) == (utc(period.opens), utc(period.closes)):
        return f"No se hizo en su plazo: la tarea estuvo {pause.words}."
    return (
        f"No se hizo en su plazo, ni consta ninguna ronda. La tarea estuvo {pause.words}; dentro del plazo, "
        f"del {_at(since, zone)} al {_at(until, zone)}. En el resto, {NOBODY}."
    )


def _of_day(case: _Case) -> str:
    kind = case.calendar.explain(case.day)
    return f"Día: {'laborable' if kind.working else 'no laborable'} ({kind.reason})"


def how_often(cadence: Cadence) -> str:
    """Say a cadence in words: `cada día laborable, desde las 07:00`."""
    often = OFTEN.get(cadence.kind, f"una vez por semana, el {WEEKDAYS[cadence.weekday]}")
    return f"{often}, desde las {cadence.hour:%H:%M}"


def _of_cadence(cadence: Cadence) -> str:
    return f"Cadencia: {format_cadence(cadence)}: {how_often(cadence)}"


def _of_period(case: _Case, plainly: Expected, period: Period | None) -> list[str]:
    if period is None:
        return []
    zone = zone_of(case.now)
    told = [f"Periodo: {period.id}, del {_at(period.opens, zone)} al {_at(period.closes, zone)}"]
    if plainly.period is None or (plainly.period.opens, plainly.period.closes) != (
        period.opens,
        period.closes,
    ):
        told.append("El calendario ha cambiado después: vale lo que se anotó cuando se abrió")
    elif plainly.off:
        opening = period.opens.astimezone(zone).date()
        off = "; ".join(f"{_day(day)}, no se trabaja ({reason})" for day, reason in plainly.off)
        moved = "pasa" if opening > plainly.preferred else "se adelanta"
        told.append(f"Tocaba el {_day(plainly.preferred)} y {moved} al {_day(opening)}: {off}")
    return told


def _recorded_as_missed(case: _Case, period: Period | None) -> list[str]:
    if period is None:
        return []
    name = (case.monitor.name, case.plan.name, period.id)
    noted = case.store.logbook.missed(period.opens)
    return [
        f"Consta como periodo sin servir desde el {_at(each.noted_at, zone_of(case.now))}"
        for each in noted
        if (each.monitor, each.digest, each.period) == name
    ]


def _next(case: _Case, period: Period | None) -> list[str]:
    zone = zone_of(case.now)
    after = period.opens if period else first_reading(case.day, time(), zone)
    try:
        following = next_period(case.cadence, after.astimezone(zone), case.calendar)
    except SerenoError:
        return []
    return [f"Siguiente: {following.id}, desde el {_at(following.opens, zone)}"]


def _failures(case: _Case, period: Period) -> tuple[JobResult, ...]:
    results = case.store.job_results(case.monitor.name, RESULTS)
    return tuple(
        each
        for each in results
        if each.code != 0 and utc(period.opens) <= utc(each.started_at) < utc(period.closes)
    )


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def _at(moment: datetime, zone: tzinfo | None = None) -> str:
    local = moment if zone is None else moment.astimezone(zone)
    return f"{_day(local.date())} a las {local:%H:%M}"
