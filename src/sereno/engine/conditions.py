"""What is not as it should be, gathered from the store for those who look after Sereno."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sereno.domain.alarms import Condition
from sereno.domain.outbox import State
from sereno.engine.agenda import Post
from sereno.engine.logbook import Missed
from sereno.engine.mail_records import MailLine, MailSummary
from sereno.engine.master import MAIL_JOB
from sereno.engine.ports import Store
from sereno.engine.records import JobResult, Run
from sereno.engine.wording import RUN_WORDS, code_words

OPERATORS_MAIL = "sereno/operadores"
"""Of the operators' own mail."""
MANY = 3
"""Failures in a row that are told a second time."""
RESULTS_READ = 12
WORDS_SHOWN = 300
TAIL_LINES = 30
TAIL_LENGTH = 8_000
MAIL_SHOWN = 5
RECIPIENTS_SHOWN = 3
OWN_READ = 1000
MISSED_SOUGHT = timedelta(days=30)
"""How far back missed periods are told to operators who were never told of any."""
STUCK: tuple[State, ...] = ("dead", "unknown", "held")


@dataclass(frozen=True, slots=True)
class Happenings:
    """Say what only the cycle itself knows."""

    faults: tuple[str, ...] = ()
    """What nobody foresaw."""
    missed: tuple[Missed, ...] = ()
    """The periods noted in this cycle to have ended unserved."""
    clock_jump: str = ""
    settings_fault: str = ""
    """Why the settings in force are not those that are written."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Hold what is not as it should be, and what could be looked at."""

    conditions: tuple[Condition, ...]
    seen: frozenset[str]
    untold: tuple[Condition, ...] = ()
    """What no mail of its own is written of, because it might not arrive; an overview says it."""


def look_after(
    posts: Sequence[Post], store: Store, calendar_faults: Sequence[str], happened: Happenings, now: datetime
) -> Sight:
    """Gather every condition but missed periods, which are no state; may raise StoreUnavailable."""
    watched = [post for post in posts if not post.orders.unconfigured]
    own = {state: len(store.desk.lines({state}, OPERATORS_MAIL, OWN_READ)) for state in STUCK}
    jobs = {name: store.job_results(name, RESULTS_READ) for name in _jobs(watched)}
    ours = {name: results for name, results in jobs.items() if _is_ours(name, results, own)}
    told = {name: results for name, results in jobs.items() if results and name not in ours}
    runs = [run for run in _last_runs(watched, store) if run is not None]
    summary = store.mail_summary(now)
    conditions = (
        *(each for name, results in told.items() for each in _job(name, results)),
        *(each for run in runs for each in _digest(run)),
        *_mail(store, summary, own),
        *_of_cycle(happened),
        *_texts("calendar", calendar_faults),
    )
    seen = {
        *(f"job/{name}" for name in told),
        *(f"digest/{run.monitor}/{run.digest}" for run in runs),
        "calendar",
        "settings",
    }
    untold = (
        *(each for name, results in ours.items() for each in _job(name, results)),
        *_own_mail(summary, own),
    )
    return Sight(conditions, frozenset(seen), untold)


def tell_missed(missed: Sequence[Missed]) -> Condition:
    """Say which periods ended unserved, in one sentence; each by name beneath it."""
    names = [f"{each.monitor}/{each.digest}" for each in missed]
    counts = ", ".join(f"{name} ({names.count(name)})" for name in dict.fromkeys(names))
    first, last = missed[0].closed_at, missed[-1].closed_at
    many = f"Entre el {first:%d/%m/%Y} y el {last:%d/%m/%Y} terminaron {len(missed)} periodos sin servirse"
    how_many = "Terminó un periodo sin servirse" if len(missed) == 1 else many
    text = f"{how_many}: {counts}. Lo que no se avisó entonces no se avisará ya por ellos."
    listed = [
        f"{name} {each.period} {each.closed_at:%d/%m/%Y %H:%M}"
        for name, each in zip(names, missed, strict=True)
    ]
    return Condition("missed", len(missed), text, "\n".join(listed))


def end_of(tail: str) -> str:
    """Keep the last lines of what was printed, and no more of them than a mail can show."""
    lines = tail.splitlines()[-TAIL_LINES:]
    kept = "\n".join(lines)
    return kept if len(kept) <= TAIL_LENGTH else f"…{kept[-TAIL_LENGTH:]}"


def failures_in_a_row(results: Sequence[JobResult]) -> int:
    """Count the last results that are failures; the results are the oldest first."""
    return sum(1 for _ in takewhile(lambda result: result.code != 0, reversed(results)))


def _jobs(watched: Sequence[Post]) -> list[str]:
    return [*(post.monitor.name for post in watched), MAIL_JOB]


def _is_ours(job: str, results: Sequence[JobResult], own: Mapping[State, int]) -> bool:
    """Tell whether mail may be in trouble for the operators' own mail alone: of that no mail is written."""
    return job == MAIL_JOB and bool(results) and results[-1].code == 1 and any(own.values())


def _last_runs(watched: Sequence[Post], store: Store) -> Iterator[Run | None]:
    for post in watched:
        for plan in post.monitor.digests:
            yield store.last_run(post.monitor.name, plan.name)


def _job(name: str, results: Sequence[JobResult]) -> Iterator[Condition]:
    failures, last = failures_in_a_row(results), results[-1]
    if failures:
        more = " o más" if failures == RESULTS_READ else ""
        times = f", {failures} veces seguidas{more}" if failures > 1 else ""
        text = f"Terminó a las {last.ended_at:%H:%M del %d/%m/%Y}: {code_words(last)}{times}."
        yield Condition(f"job/{name}", 2 if failures >= MANY else 1, text, end_of(last.tail))


def _digest(run: Run) -> Iterator[Condition]:
    if run.state != "complete":
        text = f"Ronda {RUN_WORDS[run.state]} el {run.finished_at:%d/%m/%Y a las %H:%M} ({run.period})."
        yield Condition(f"digest/{run.monitor}/{run.digest}", 1, f"{text} {run.why}")


def _mail(store: Store, summary: MailSummary, own: Mapping[State, int]) -> Iterator[Condition]:
    counts = {state: summary.of(state) - own[state] for state in STUCK}
    counts["held"] -= summary.awaiting
    words = {
        "dead": "El servidor rechazó para siempre, o aplazó demasiado: {}.",
        "unknown": "Pudieron salir, y nadie puede saberlo: {}. Una persona decide.",
        "held": "Esperan a que una persona decida: {}.",
    }
    for state, number in counts.items():
        if number > 0:
            text = f"{words[state].format(number)} «sereno mail list --state {state}» los muestra."
            yield Condition(f"mail/{state}", number, text, _newest(store, state))


def _own_mail(summary: MailSummary, own: Mapping[State, int]) -> Iterator[Condition]:
    stuck = sum(own.values())
    if stuck:
        shown = f"«sereno mail list --origin {OPERATORS_MAIL}» los muestra"
        text = f"No llegaron a los operadores: {stuck}. {shown}."
        yield Condition("mail/own", stuck, text)
    if summary.hold is not None:
        since = f"{summary.hold.since:%d/%m/%Y a las %H:%M}"
        yield Condition("mail/hold", 1, f"Desde el {since} no sale nada, hasta «sereno mail hold off».")


def _newest(store: Store, state: State) -> str:
    lines = store.desk.lines({state}, None, MAIL_SHOWN * 4)
    others = [each for each in lines if each.origin != OPERATORS_MAIL]
    return "\n".join(map(_mail_words, others[:MAIL_SHOWN]))


def _mail_words(line: MailLine) -> str:
    """Write a delivery on one line, whatever strangers wrote into it."""
    shown = ", ".join(line.recipients[:RECIPIENTS_SHOWN])
    more = len(line.recipients) - RECIPIENTS_SHOWN
    to = f"{shown} y {more} más" if more > 0 else shown or "nadie"
    subject, answer = line.subject[:WORDS_SHOWN], line.answer[:WORDS_SHOWN]
    words = f"{line.queued_at:%d/%m %H:%M} {line.origin} «{subject}» para {to}: {answer}"
    return " ".join(words.split())


def _of_cycle(happened: Happenings) -> Iterator[Condition]:
    known = {happened.clock_jump, happened.settings_fault}
    yield from _texts("cycle", [fault for fault in happened.faults if fault not in known])
    yield from _texts("clock", filter(None, [happened.clock_jump]))
    yield from _texts("settings", filter(None, [happened.settings_fault]))


def _texts(subject: str, texts: Iterable[str]) -> Iterator[Condition]:
    lines = list(texts)
    if lines:
        yield Condition(subject, 1, "\n".join(lines))
