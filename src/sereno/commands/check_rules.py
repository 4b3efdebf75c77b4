"""What the rules see on the real registers, and how a digest looks: nothing is sent, and nothing told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from sereno.bootstrap.checks import check_terminal, examine_monitors, show_page
from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.asked import chosen_monitors, day_of, known_rule
from sereno.commands.previewing import show_preview
from sereno.domain.errors import Fault, FaultyInput, SerenoError
from sereno.domain.findings import Blind, Look, Outcome
from sereno.domain.rules import Monitor, Rule, Setting
from sereno.engine.look import look_at
from sereno.engine.watch import Request, watch

HEADINGS = ("Regla", "Sección", "Hallazgos", "Qué halla")
TODAY_HOUR = time(9)
OUTSIDE = "(fuera)"
"""Stands for the section of what no band of its rule holds: the ledger follows it, and no digest shows it."""
NOTHING_NEW = "Todo lo que halla está contado ya. Para verlo como si fuera la primera vez, añada --fresh."


@dataclass(frozen=True, slots=True)
class RulesOptions:
    """Say which rules are asked for, as of which day."""

    monitor: str | None
    rule: str | None
    today: str | None


@dataclass(frozen=True, slots=True)
class DigestOptions:
    """Say which digest is to be rendered, where, and as if when."""

    monitor: str | None
    digest: str | None
    today: str | None
    preview: str | None
    fresh: bool
    no_open: bool


def check_rules(options: RulesOptions) -> int:
    """Count what each rule finds, section by section; 1 when a rule is blind or none is configured."""
    site = _site_as_of(options.today)
    monitors = chosen_monitors(site, options.monitor)
    asked = None if options.rule is None else known_rule(monitors, options.rule)
    seen = [_count(site, each, asked) for each in monitors if asked is None or _holds(each, asked)]
    if None in seen and not any(each is not None for each in seen):
        raise SerenoError("Ningún registro de esos vigilantes está configurado.")
    return int(any(each is False for each in seen))


def check_monitors(name: str | None) -> int:
    """Look each monitor through and try its cases; 1 when anything is wrong with one."""
    examined = list(examine_monitors(name))
    check_terminal().monitors(examined)
    return int(any(each.faults for each in examined))


def check_digest(options: DigestOptions) -> int:
    """Render a digest as it would be sent now, to files, and open the first; 1 when something was blind."""
    site = _site_as_of(options.today)
    monitor = _configured(site, options.monitor)
    plans = [plan.name for plan in monitor.digests]
    digest = options.digest or plans[0]
    if digest not in plans:
        raise FaultyInput((Fault("--digest", digest, f"un informe de {monitor.name}: {', '.join(plans)}"),))
    store = site.empty_store() if options.fresh else site.rehearsal_store()
    world = site.world(store, site.log(monitor.name, echo=False, keep=False))
    orders = replace(site.orders(monitor), blind_send_at=time.min)  # an incomplete one is to be seen as well
    report = watch(monitor, Request(force=True, digest=digest), orders, world)
    site.terminal.report(report)
    pages = list(show_preview(report, site, site.preview(options.preview)))
    if not pages:
        site.terminal.say("Hoy no diría nada a nadie." if options.fresh else NOTHING_NEW)
    elif not options.no_open and not show_page(pages[0].absolute()):
        site.terminal.say("No hay navegador con que abrirlo: abra usted ese fichero.")
    return int(report.is_blind)


def _site_as_of(today: str | None) -> Site:
    at = None if today is None else datetime.combine(day_of("--today", today), TODAY_HOUR)
    return open_site("check", at=at)


def _holds(monitor: Monitor, asked: str) -> bool:
    return any(asked in {rule.id, *rule.sections} for rule in monitor.rules)


def _configured(site: Site, name: str | None) -> Monitor:
    """Return the monitor of that name, the first that is configured where none is named."""
    found = [each for each in chosen_monitors(site, name) if not site.orders(each).unconfigured]
    if not found:
        raise SerenoError("El registro que hace falta no está configurado: mire «sereno check connection».")
    return found[0]


def _count(site: Site, monitor: Monitor, asked: str | None) -> bool | None:
    """Show what a monitor's rules find; None where it is not configured, False where something was blind."""
    orders = site.orders(monitor)
    if orders.unconfigured:
        site.terminal.say(f"\n{monitor.name}: sin configurar, falta {', '.join(orders.unconfigured)}")
        return None
    now = site.clock.now()
    log = site.log(monitor.name, echo=False, keep=False)
    look = look_at(monitor, now.date(), orders.thresholds, site.registers(), log)
    rules = {rule.id: rule for rule in monitor.rules}
    shown = [each for each in look.outcomes if asked is None or _is_asked(rules.get(each.rule), asked)]
    site.terminal.say(f"\n{monitor.name}, a {now:%d/%m/%Y}")
    site.terminal.table(
        HEADINGS,
        [row for each in shown for row in _rows(each, rules.get(each.rule), asked, orders.thresholds)],
    )
    blind = [*(each for each in shown if isinstance(each, Blind)), *_unseen(look, asked)]
    site.terminal.warn(dict.fromkeys(each.why for each in blind))
    if asked is None:
        _tell_rest(site, look)
    return not blind


def _is_asked(rule: Rule | None, asked: str) -> bool:
    return rule is not None and asked in {rule.id, *rule.sections}


def _rows(
    outcome: Outcome, rule: Rule | None, asked: str | None, thresholds: Mapping[str, Setting]
) -> Sequence[tuple[str, ...]]:
    if isinstance(outcome, Blind) or rule is None:
        title = rule.title.format_map(thresholds) if rule else "comprobación"
        return [(outcome.rule, "—", "a ciegas", title)]
    titles = {band.id: band.title for band in rule.bands} or {rule.id: rule.title}
    counts = Counter(finding.section for finding in outcome.findings)
    rows = [
        (rule.id, section, str(counts[section]), title.format_map(thresholds))
        for section, title in titles.items()
        if asked in {None, rule.id, section}
    ]
    if counts[None] and asked in {None, rule.id}:
        rows.append((rule.id, OUTSIDE, str(counts[None]), "fuera de sus plazos: se siguen, no se muestran"))
    return rows


def _unseen(look: Look, asked: str | None) -> list[Blind]:
    answers = (*look.people.values(), *look.figures.values())
    return [] if asked else [answer for answer in answers if isinstance(answer, Blind)]


def _tell_rest(site: Site, look: Look) -> None:
    counted = [f"{name} {number}" for name, number in look.counts.items() if number]
    if counted:
        site.terminal.say(f"Diagnóstico: {', '.join(counted)}")
    doubts = len(look.doubts) + look.data_errors_left_out
    if doubts:
        site.terminal.say(f"Datos por corregir: {doubts}")
