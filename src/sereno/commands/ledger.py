"""What is open, who was told of what, and putting a finding off."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.asked import chosen_monitors, day_of, known_rule, operator
from sereno.commands.people import Finder
from sereno.domain.directory import plain
from sereno.domain.errors import Fault, FaultyInput, SerenoError
from sereno.domain.ledger import Snooze
from sereno.domain.snoozing import LONGEST, can_be_put_off, is_day_allowed, last_day
from sereno.engine.open_findings import OpenFinding, Wanted, key_text, open_findings, told_finding
from sereno.engine.proof import NOTICE_HEADINGS, notice_row

EARLIEST = date(2000, 1, 1)
"""From when notices are asked for where nobody says it."""
FINDING_HEADINGS = (
    "Sección", "Clave", "Vence", "Días", "Responsable", "Vista", "Avisos", "Replan.", "Pospuesta",
)  # fmt: skip
BRIEF = 5
"""Of those, what is shown in a terminal."""


@dataclass(frozen=True, slots=True)
class NoticeOptions:
    """Say which notices are asked for, and how."""

    person: str | None = None
    since: str | None = None
    until: str | None = None
    form: str = "table"
    output: str | None = None


@dataclass(frozen=True, slots=True)
class SnoozeOptions:
    """Say what is put off, until when, and why."""

    rule: str
    key: str
    until: str
    reason: str
    monitor: str | None = None


def list_findings(
    *, monitor: str | None, rule: str | None, owner: str | None, band: str | None, as_json: bool
) -> int:
    """Show the findings that the ledger holds open."""
    site = open_site("dry_run")
    monitors = chosen_monitors(site, monitor)
    if rule is not None:
        rule = known_rule(monitors, rule)
    found = open_findings(monitors, site.rehearsal_store(), site.clock.now().date())
    wanted = Wanted(rule, band, None if owner is None else _owners(site, owner, found))
    shown = [each for each in found if wanted.holds(each)]
    if as_json:
        told = [asdict(told_finding(each)) for each in shown]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2, default=date.isoformat))
    elif shown:
        site.terminal.table(FINDING_HEADINGS, map(_finding_row, shown))
    else:
        nothing = "El libro no tiene hallazgos abiertos. Se llena con cada ronda."
        site.terminal.say("Ninguno con esos filtros." if found else nothing)
    return 0


def list_notices(options: NoticeOptions) -> int:
    """Show or write down who was told of what, and when a relay accepted it."""
    if (options.output is None) == (options.form == "xlsx") or (options.output and options.form == "table"):
        found = options.output or "no está"
        raise FaultyInput((Fault("--output", found, "un fichero con --format xlsx; con csv puede haberlo"),))
    since = EARLIEST if options.since is None else day_of("--from", options.since)
    site = open_site("dry_run")
    today = site.clock.now().date()
    until = today if options.until is None else day_of("--to", options.until)
    with site.open_store() as store:
        notices = store.notices(_start(site, since), _start(site, until + timedelta(days=1)), None)
    if options.person is not None:
        addresses = _addresses(site, options.person)
        notices = [each for each in notices if each.address.casefold() in addresses]
    _hand_over(site, [notice_row(each) for each in notices], options)
    return 0


def snooze(options: SnoozeOptions) -> int:
    """Put an open finding off until a day."""
    site = open_site("dry_run")
    today, until = site.clock.now().date(), day_of("--until", options.until)
    faults = [*_wrong_day(until, today), *_wrong_reason(options.reason)]
    if faults:
        raise FaultyInput(tuple(faults))
    monitors = chosen_monitors(site, options.monitor)
    rule = known_rule(monitors, options.rule)
    with site.open_store() as store:
        found = [
            each
            for each in open_findings(monitors, store, today)
            if Wanted(rule).holds(each) and key_text(each.entry.key) == _typed(options.key)
        ]
        _refuse(found, rule, options.key)
        for each in found:
            entry = each.entry
            put_off = Snooze(until, operator(), " ".join(options.reason.split()), entry.due)
            store.snooze(each.monitor.name, entry.rule, entry.track, put_off)
            site.terminal.say(f"{rule} {key_text(entry.key)}: pospuesta hasta el {until:%d/%m/%Y}.")
            if entry.due is not None and entry.due < until:
                site.terminal.warn([f"Vence antes, el {entry.due:%d/%m/%Y}: ese día vuelve a los informes."])
    return 0


def _owners(site: Site, asked: str, found: Iterable[OpenFinding]) -> frozenset[str]:
    """Pick the spellings that mean a person: as typed, and whatever the directory takes for the same one."""
    names = {each.entry.owner for each in found if each.entry.owner is not None}
    same = {name for name in names if plain(name) == plain(asked)}
    try:
        finder = Finder(site.registers().directory())
    except SerenoError as error:
        site.terminal.warn([f"Solo se compara el texto: {error}"])
        return frozenset(same)
    return frozenset(same | {name for name in names if finder.same(name, asked)})


def _addresses(site: Site, person: str) -> frozenset[str]:
    """Return where a person's mail goes; an address is one already, and needs no directory."""
    return (
        frozenset({person.casefold()})
        if "@" in person
        else Finder(site.registers().directory()).addresses(person)
    )


def _start(site: Site, day: date) -> datetime:
    return datetime.combine(day, time(), site.settings.tz)


def _hand_over(site: Site, rows: Sequence[Sequence[str]], options: NoticeOptions) -> None:
    if options.form == "table":
        site.terminal.table(NOTICE_HEADINGS[:BRIEF], [row[:BRIEF] for row in rows])
        site.terminal.say(f"{len(rows)} avisos. Con --format csv, también el mensaje y lo que dijo.")
        return
    written = site.terminal.sheet("Avisos", NOTICE_HEADINGS, rows, options.form)
    if options.output is None:
        click.echo(written, nl=False)
        return
    try:
        Path(options.output).write_bytes(written)
    except OSError as error:
        expected = "un fichero que se pueda escribir"
        raise FaultyInput((Fault("--output", f"{options.output} ({error.strerror})", expected),)) from error
    site.terminal.say(f"{len(rows)} avisos en {options.output}")


def _finding_row(each: OpenFinding) -> tuple[str, ...]:
    entry = each.entry
    return (
        entry.section or entry.rule,
        key_text(entry.key),
        _day(entry.due),
        "" if each.days is None else str(each.days),
        entry.owner or "",
        _day(entry.first_seen),
        str(each.told),
        str(entry.replannings or ""),
        _day(each.snoozed_until),
    )


def _wrong_day(until: date, today: date) -> list[Fault]:
    expected = f"un día posterior a hoy y no más allá del {last_day(today):%d/%m/%Y}: {LONGEST} días"
    return [] if is_day_allowed(until, today) else [Fault("--until", f"{until:%d/%m/%Y}", expected)]


def _wrong_reason(reason: str) -> list[Fault]:
    return (
        []
        if reason.strip()
        else [Fault("--reason", "está vacío", "por qué se pospone: quien lo lea lo verá")]
    )


def _refuse(found: Sequence[OpenFinding], rule: str, key: str) -> None:
    """Refuse what is not open, and what is due: falling due ends a snooze."""
    if not found:
        expected = f"la clave de un hallazgo abierto de {rule}; los muestra sereno findings --rule {rule}"
        raise FaultyInput((Fault("clave", key, expected),))
    for each in found:
        if not can_be_put_off(each.days) and each.entry.due is not None:
            what = f"{key} vence el {each.entry.due:%d/%m/%Y}"
            raise FaultyInput((Fault("clave", what, "un hallazgo que no haya vencido"),))


def _typed(key: str) -> str:
    return key_text(key.split(","))


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d/%m/%Y}"
