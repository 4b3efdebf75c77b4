"""What is not as it should be, as the store and the cycle tell it: what the operators may have to be told."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile

from sereno.domain.alarms import Condition
from sereno.domain.outbox import State as MailState
from sereno.engine.agenda import Post
from sereno.engine.master import MAIL_JOB, Order, State
from sereno.engine.ports import Store
from sereno.engine.records import JobResult
from sereno.engine.wording import code_words, last_words

OPERATORS_MAIL = "sereno/operadores"
"""The origin of our own words to the operators: that they die is no news to send there."""
IN_A_ROW = 3
"""So many failures of a job, one after the other, are told once more."""
LOOKED_THROUGH = 1000
"""Mails of one state that are looked through for our own."""
STUCK: Mapping[MailState, str] = {
    "dead": "rechazados, o aplazados demasiado tiempo",
    "unknown": "de los que no se sabe si salieron",
    "held": "retenidos: esperan a una persona",
}


def conditions(
    posts: Sequence[Post], order: Order, state: State, calendar_faults: Sequence[str], store: Store
) -> Iterator[Condition]:
    """Yield everything that is not as it should be."""
    yield from _jobs(posts, store)
    yield from _digests(posts, store)
    yield from _mail(store, state.started_at)
    for subject, texts in (
        ("calendar", calendar_faults),
        ("settings", [order.settings_fault]),
        ("cycle", [each for each in state.faults if each not in {order.settings_fault, order.leap}]),
    ):
        if text := "\n".join(dict.fromkeys(filter(None, texts))):
            yield Condition(subject, 1, text)


def failures(store: Store, job: str) -> list[JobResult]:
    """Return the job's latest failures in a row, the last one first; none where it did well last."""
    results = store.job_results(job, IN_A_ROW)
    return list(takewhile(lambda result: result.code != 0, reversed(results)))


def _jobs(posts: Sequence[Post], store: Store) -> Iterator[Condition]:
    watched = [post.monitor.name for post in posts if not post.orders.unconfigured]
    for job in (*watched, MAIL_JOB):
        if failed := failures(store, job):
            words = f"{code_words(failed[0])}: {last_words(failed[0])}"
            yield Condition(f"job/{job}", 2 if len(failed) >= IN_A_ROW else 1, words)


def _digests(posts: Sequence[Post], store: Store) -> Iterator[Condition]:
    """Yield the digests that could not be completed, unless they have been since."""
    for post in posts:
        for plan in post.monitor.digests if not post.orders.unconfigured else ():
            last = store.last_run(post.monitor.name, plan.name)
            if last is not None and last.state != "complete":
                yield Condition(f"digest/{post.monitor.name}/{plan.name}", 1, last.why)


def _mail(store: Store, now: datetime) -> Iterator[Condition]:
    """Yield what does not leave by itself, our own words to the operators left out."""
    summary = store.mail_summary(now)
    for state, words in STUCK.items():
        ours = len(store.desk.lines({state}, OPERATORS_MAIL, LOOKED_THROUGH))
        number = summary.of(state) - ours - (summary.awaiting if state == "held" else 0)
        if number > 0:
            yield Condition(f"mail/{state}", number, f"{number} {words}", counts=True)
