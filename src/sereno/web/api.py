"""The answers for programs: their forms, which are also what the OpenAPI document says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sereno.domain.outbox import State
from sereno.engine.mail_records import MailLine, MailSummary
from sereno.engine.open_findings import FindingForm, Wanted, told_finding
from sereno.engine.ports import Store
from sereno.engine.records import Run
from sereno.engine.roll import Inquiry
from sereno.engine.standing import JobStanding
from sereno.web.reading import View


@dataclass(frozen=True, slots=True)
class JobForm:
    """Tell how a job stands."""

    job: str
    state: str
    last_end: datetime | None
    return_code: int | None
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class MailForm:
    """Tell how the outbox stands."""

    states: dict[str, int]
    sent_today: int
    pending: int
    held_since: datetime | None


@dataclass(frozen=True, slots=True)
class StatusForm:
    """Tell how the watch stands."""

    well: bool
    sentence: str
    troubles: list[str]
    notes: list[str]
    watched: bool
    jobs: list[JobForm]
    mail: MailForm | None


@dataclass(frozen=True, slots=True)
class RunForm:
    """Tell of a round."""

    id: str
    monitor: str
    digest: str
    period: str
    state: str
    started_at: datetime
    finished_at: datetime
    findings: int
    messages: int
    why: str
    sent: bool
    forced: bool
    trial: bool
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class MessageForm:
    """Tell of a delivery; never what it says."""

    id: str
    message_id: str
    origin: str
    subject: str
    recipients: list[str]
    state: str
    queued_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    settled_at: datetime | None
    answer: str


def status_form(view: View) -> StatusForm:
    """Tell how the watch stands; also where there is no store, or none that can be read."""
    stands = view.standing
    return StatusForm(
        stands.well,
        stands.sentence,
        list(stands.troubles),
        list(stands.notes),
        stands.watched,
        [_job(each) for each in stands.jobs],
        None if stands.mail is None else _mail(stands.mail),
    )


def run_forms(store: Store, since: datetime, limit: int) -> list[RunForm]:
    """List the rounds that ended at or after an instant, the newest first."""
    return [_run(each) for each in store.runs_since(since)[: -limit - 1 : -1]]


def finding_forms(view: View, offset: int, limit: int) -> list[FindingForm]:
    """List open findings in the order of the digests."""
    roll = view.roll_call()
    if roll is None:
        return []
    everything = Inquiry(roll.lots(Wanted(), lambda lot: lot.section))
    return [told_finding(each) for each in roll.page(everything, offset, limit)]


def message_forms(store: Store, state: State | None, origin: str | None, limit: int) -> list[MessageForm]:
    """List deliveries, the newest first."""
    states: Sequence[State] = get_args(State) if state is None else (state,)
    return [_message(each) for each in store.desk.lines(states, origin, limit)]


def _job(each: JobStanding) -> JobForm:
    last = each.last
    ended, code = (last.ended_at, last.code) if last else (None, None)
    return JobForm(each.job, each.state, ended, code, each.next_due)


def _mail(mail: MailSummary) -> MailForm:
    states = {state: mail.of(state) for state in get_args(State) if state != "accepted"}
    return MailForm(states, mail.accepted_since, mail.pending, mail.hold.since if mail.hold else None)


def _run(run: Run) -> RunForm:
    return RunForm(
        run.id, run.monitor, run.digest, run.period, run.state, run.started_at, run.finished_at,
        run.findings, run.messages, run.why, run.sent, run.forced, run.trial, dict(run.counts),
    )  # fmt: skip


def _message(line: MailLine) -> MessageForm:
    return MessageForm(
        line.id, line.message_id, line.origin, line.subject, list(line.recipients), line.state,
        line.queued_at, line.attempts, line.next_attempt_at, line.settled_at, line.answer,
    )  # fmt: skip
