"""What Prometheus is told; names and help are in docs/reference/console.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from sereno.domain.outbox import State
from sereno.domain.wallclock import instant_in, utc
from sereno.engine.mail_records import MailSummary
from sereno.engine.ports import Store
from sereno.engine.records import JobResult
from sereno.web.reading import View

MISSED_DAYS = 30
RESULTS = 100
"""How many of a job's latest results are looked through for failures in a row."""
Sample = tuple[tuple[str, ...], float]

HELP: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sereno_master_alive": (
        "1 while the daemon gives signs of life; 0 also while the store cannot be read.",
        (),
    ),
    "sereno_store_readable": ("1 while the store is there and can be read.", ()),
    "sereno_needs_a_person": ("How many things need a person.", ()),
    "sereno_last_cycle_age_seconds": (
        "Seconds since the daemon last wrote its status file; missing where there is none.",
        (),
    ),
    "sereno_job_last_success_timestamp_seconds": ("When the job last ended with 0, Unix time.", ("job",)),
    "sereno_job_consecutive_failures": (
        f"How often it has failed since, up to {RESULTS}; missing for a job that never ran.",
        ("job",),
    ),
    "sereno_job_duration_seconds": ("How long its last run took.", ("job",)),
    "sereno_mail": ("Deliveries in each state; accepted counts those since midnight.", ("state",)),
    "sereno_mail_oldest_pending_seconds": (
        "Age of the oldest mail that is to leave, 0 where there is none.",
        (),
    ),
    "sereno_missed_periods": (
        f"Periods noted as missed in the last {MISSED_DAYS} days.",
        ("monitor", "digest"),
    ),
}
"""Names, help and labels; the reference says the same."""


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """Hand to Prometheus what was seen in one look."""

    view: View

    def collect(self) -> Iterator[Metric]:
        """Yield every metric; those of the store are missing where it cannot be read."""
        for name, samples in _samples(self.view):
            about, labels = HELP[name]
            family = GaugeMetricFamily(name, about, labels=labels)
            for values, number in samples:
                family.add_metric(values, number)
            yield family


def metrics(view: View) -> bytes:
    """Write the metrics in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(view))
    return generate_latest(registry)


def _samples(view: View) -> Iterator[tuple[str, Iterable[Sample]]]:
    yield "sereno_master_alive", [_plain(view.standing.watched)]
    yield "sereno_store_readable", [_plain(view.store is not None)]
    yield "sereno_needs_a_person", [_plain(len(view.standing.troubles))]
    said = instant_in((view.published.status or {}).get("timestamp"))
    if said is not None:
        yield "sereno_last_cycle_age_seconds", [_plain(_age(said, view.now))]
    if view.store is not None:
        yield from _of_jobs(view, view.store)
        yield "sereno_missed_periods", _missed(view, view.store)
    if view.standing.mail is not None:
        yield "sereno_mail", _mail(view.standing.mail)
        oldest = view.standing.mail.oldest
        yield "sereno_mail_oldest_pending_seconds", [_plain(0 if oldest is None else _age(oldest, view.now))]


def _of_jobs(view: View, store: Store) -> Iterator[tuple[str, Iterable[Sample]]]:
    jobs = [each.job for each in view.standing.jobs]
    results = {job: store.job_results(job, RESULTS) for job in jobs}
    yield (
        "sereno_job_last_success_timestamp_seconds",
        [((job,), at.timestamp()) for job, at in _succeeded(store, results).items()],
    )
    yield (
        "sereno_job_consecutive_failures",
        [((job,), _failures(last)) for job, last in results.items() if last],
    )
    yield (
        "sereno_job_duration_seconds",
        [((job,), _age(last[-1].started_at, last[-1].ended_at)) for job, last in results.items() if last],
    )


def _succeeded(store: Store, results: Mapping[str, Sequence[JobResult]]) -> dict[str, datetime]:
    """Say when each job last did well; all there ever was is counted only for one that has not lately."""
    lately = {
        job: max((each.ended_at for each in last if each.code == 0), default=None, key=utc)
        for job, last in results.items()
    }
    totals = store.job_totals() if None in lately.values() else {}
    found = {job: at or (totals[job].last_success if job in totals else None) for job, at in lately.items()}
    return {job: at for job, at in found.items() if at is not None}


def _failures(results: Iterable[JobResult]) -> int:
    count = 0
    for each in results:
        count = 0 if each.code == 0 else count + 1
    return count


def _mail(mail: MailSummary) -> list[Sample]:
    states = [((state,), float(mail.of(state))) for state in get_args(State) if state != "accepted"]
    return [*states, (("accepted",), mail.accepted_since)]


def _missed(view: View, store: Store) -> list[Sample]:
    names = [(post.monitor.name, plan.name) for post in view.reading.posts for plan in post.monitor.digests]
    noted = store.logbook.missed(view.now - timedelta(days=MISSED_DAYS))
    found = [(each.monitor, each.digest) for each in noted]
    return [(name, float(found.count(name))) for name in names]


def _age(since: datetime, until: datetime) -> float:
    return max((utc(until) - utc(since)).total_seconds(), 0.0)


def _plain(number: float) -> Sample:
    return ((), float(number))
