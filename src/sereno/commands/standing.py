"""How the watch stands, and why a digest did or did not go out."""

import json
from datetime import datetime
from typing import Any, get_args

import click

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.asked import chosen_monitors, day_of
from sereno.domain.errors import Fault, FaultyInput, StoreUnavailable
from sereno.domain.outbox import State
from sereno.engine.explaining import explain
from sereno.engine.mail_records import MailSummary
from sereno.engine.standing import JobStanding, Published, Standing, standing, unreadable

EVERY = 2.0
"""Seconds between two looks of `--watch`."""


def show_status(*, as_json: bool, keep_watching: bool) -> int:
    """Show how the watch stands; 1 when something needs a person, or nobody watches."""
    if as_json and keep_watching:
        raise FaultyInput((Fault("--watch", "junto con --json", "uno de los dos"),))
    site = open_site("check")
    if keep_watching:
        site.stop.listen()
    while True:
        published = site.published()
        now = _look(site, published)
        if keep_watching:
            click.clear()
        if as_json:
            click.echo(json.dumps(_described(now, published), ensure_ascii=False, indent=2))
        else:
            site.standing_terminal.standing(now, site.clock.now(), site.modes())
        if not keep_watching or site.clock.rest(EVERY):
            return int(not now.well)


def explain_digest(monitor: str, digest: str, on: str | None) -> int:
    """Say why a digest did or did not go out on a day, or when it will."""
    site = open_site("dry_run")
    (chosen,) = chosen_monitors(site, monitor)
    plan = next((each for each in chosen.digests if each.name == digest), None)
    if plan is None:
        known = ", ".join(each.name for each in chosen.digests)
        raise FaultyInput((Fault("informe", digest, f"uno de {monitor}: {known}"),))
    now = site.clock.now()
    day = now.date() if on is None else day_of("--on", on)
    with site.look_at_store() as store:
        known_so_far = store or site.rehearsal_store()
        told = explain(chosen, plan, site.orders(chosen), day, now, site.calendar(), known_so_far)
    site.standing_terminal.explanation(told)
    return 0


def _look(site: Site, published: Published) -> Standing:
    posts, now = site.posts(), site.clock.now()
    try:
        with site.look_at_store() as store:
            return standing(published, posts, site.calendar(), store, now)
    except StoreUnavailable as error:
        return unreadable(published, posts, now, str(error))


def _described(now: Standing, published: Published) -> dict[str, Any]:
    status = published.status or {}
    kept = (
        "timestamp",
        "valid_until",
        "pid",
        "host",
        "version",
        "started_at",
        "cycle_count",
        "next_cycle_at",
    )
    return {
        "well": now.well,
        "sentence": now.sentence,
        "troubles": list(now.troubles),
        "notes": list(now.notes),
        "watched": now.watched,
        "master": {key: status.get(key) for key in kept},
        "jobs": {each.job: _job(each) for each in now.jobs},
        "mail": None if now.mail is None else _mail(now.mail),
    }


def _job(each: JobStanding) -> dict[str, Any]:
    return {
        "state": each.state,
        "last_end": _iso(each.last.ended_at if each.last else None),
        "return_code": each.last.code if each.last else None,
        "next_due": _iso(each.next_due),
    }


def _mail(mail: MailSummary) -> dict[str, Any]:
    states = {state: mail.of(state) for state in get_args(State) if state != "accepted"}
    hold = None if mail.hold is None else _iso(mail.hold.since)
    return states | {"sent_today": mail.accepted_since, "pending": mail.pending, "held_since": hold}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
