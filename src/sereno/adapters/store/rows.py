"""Rows of the store and the values that they hold: one pair of functions each, where their shapes differ."""

from dataclasses import asdict, replace
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import RowMapping

from sereno.domain.cadence import Period
from sereno.domain.finding_names import finding_id, id_of, track_of, track_text
from sereno.domain.findings import Datum
from sereno.domain.ledger import Entry, Snooze, Telling
from sereno.domain.steps import Step
from sereno.engine.records import JobResult, JobTotals, Notice, Run, Told


def period_of(row: RowMapping, zone: tzinfo) -> Period:
    """Read a noted period."""
    return Period(row["period"], row["opens_at"].astimezone(zone), row["closes_at"].astimezone(zone))


def run_row(run: Run) -> dict[str, object]:
    """Write a run."""
    return asdict(replace(run, counts=dict(run.counts)))


def run_of(row: RowMapping, zone: tzinfo) -> Run:
    """Read a run; its number is the store's own affair."""
    values = _in_zone(row, zone, "started_at", "finished_at")
    del values["number"]
    return Run(**values | {"data_errors": tuple(Datum(**stored) for stored in row["data_errors"])})


def job_result_of(row: RowMapping, zone: tzinfo) -> JobResult:
    """Read how a job ended."""
    values = _in_zone(row, zone, "started_at", "ended_at")
    del values["number"]
    return JobResult(**values)


def job_totals_of(row: RowMapping, zone: tzinfo) -> JobTotals:
    """Read how often a job ran."""
    last_success = row["last_success"]
    return JobTotals(row["runs"], row["successes"], last_success and last_success.astimezone(zone))


def joined(one: JobTotals | None, other: JobTotals | None) -> JobTotals:
    """Count together what is kept one by one and what is not."""
    both = [each for each in (one, other) if each is not None]
    last = max(filter(None, (each.last_success for each in both)), default=None)
    return JobTotals(sum(each.runs for each in both), sum(each.successes for each in both), last)


def entry_row(entry: Entry, monitor: str) -> dict[str, object]:
    """Write an entry, but for its tellings and its snooze."""
    track = track_text(entry.track)
    return {
        "id": id_of(monitor, entry.rule, track),
        "monitor": monitor,
        "rule": entry.rule,
        "track": track,
        "key": track if entry.key is entry.track else track_text(entry.key),
        "first_seen": entry.first_seen,
        "last_seen": entry.last_seen,
        "due": entry.due,
        "section": entry.section,
        "owner": entry.owner,
        "replanned_from": entry.replanned_from,
        "replannings": entry.replannings,
        "ended": entry.ended,
        "ended_on": entry.ended_on,
    }


def entry_of(row: RowMapping, tellings: tuple[Telling, ...], snooze: Snooze | None) -> Entry:
    """Read an entry."""
    track, key = row["track"], row["key"]
    whole = track_of(track)
    return Entry(
        rule=row["rule"],
        track=whole,
        key=whole if key == track else track_of(key),
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        due=row["due"],
        section=row["section"],
        owner=row["owner"],
        replanned_from=row["replanned_from"],
        replannings=row["replannings"],
        ended=row["ended"],
        ended_on=row["ended_on"],
        tellings=tellings,
        snooze=snooze,
    )


def told_row(told: Told, monitor: str) -> dict[str, object]:
    """Write that a finding was told."""
    telling = told.telling
    return {
        "finding": finding_id(monitor, told.rule, told.track),
        "monitor": monitor,
        "rule": told.rule,
        "key": track_text(told.key),
        "digest": telling.digest,
        "period": telling.period,
        "section": telling.section,
        "due": telling.due,
        "told_on": telling.on,
        "message_id": told.message_id,
        "text": told.text,
    }


def told_of(row: RowMapping) -> Told:
    """Read a telling with all that was written of it, and the track of its finding."""
    return Told(
        rule=row["rule"],
        track=track_of(row["track"]),
        key=track_of(row["key"]),
        telling=telling_of(row),
        message_id=row["message_id"],
        text=row["text"],
    )


def telling_of(row: RowMapping) -> Telling:
    """Read a telling."""
    return Telling(row["digest"], row["period"], row["section"], row["due"], row["told_on"])


def ends_of(row: RowMapping) -> list[tuple[date, int, str, Telling]]:
    """Read the first and the last of like tellings: day, number and finding beside each."""
    first = _end_of(row, row["first"], 1)
    if row["times"] == 1:
        return [(first.on, row["first_number"], row["finding"], first)]
    last = _end_of(row, row["last"], row["times"] - 1)
    return [
        (first.on, row["first_number"], row["finding"], first),
        (last.on, row["last_number"], row["finding"], last),
    ]


def snooze_row(finding: str, snooze: Snooze) -> dict[str, object]:
    """Write that a finding was put off."""
    return {
        "finding": finding,
        "until": snooze.until,
        "author": snooze.by,
        "reason": snooze.reason,
        "due": snooze.due,
    }


def snooze_of(row: RowMapping) -> Snooze:
    """Read how long a finding was put off."""
    return Snooze(row["until"], row["author"], row["reason"], row["due"])


def step_row(step: Step, monitor: str) -> dict[str, object]:
    """Write what became of a finding."""
    return {
        "finding": finding_id(monitor, step.rule, step.track),
        "monitor": monitor,
        "rule": step.rule,
        "kind": step.kind,
        "made_on": step.on,
        "due": step.due,
        "due_before": step.due_before,
    }


def step_of(row: RowMapping) -> Step:
    """Read what became of a finding, with its track beside it."""
    kind, on, due, before = row["kind"], row["made_on"], row["due"], row["due_before"]
    return Step(row["rule"], track_of(row["track"]), kind, on, due, before)


def notice_of(row: RowMapping, zone: tzinfo) -> Notice:
    """Read a notice with its telling."""
    return Notice(
        accepted_at=row["accepted_at"].astimezone(zone),
        address=row["address"],
        monitor=row["monitor"],
        rule=row["rule"],
        section=row["section"],
        key=track_of(row["key"]),
        due=row["due"],
        message_id=row["message_id"],
        text=row["text"],
    )


def _end_of(row: RowMapping, moment: str, times: int) -> Telling:
    day, period = date.fromisoformat(moment[:10]), moment[10:]
    return Telling(row["digest"], period, row["section"], row["due"], day, times)


def _in_zone(row: RowMapping, zone: tzinfo, *times: str) -> dict[str, Any]:
    return {**row, **{name: row[name].astimezone(zone) for name in times}}
