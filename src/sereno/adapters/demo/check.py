"""Hold the demo estate's claims against what the rules found in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sereno.adapters.demo.records import Placed
from sereno.adapters.memory import MemoryLog
from sereno.domain.findings import Blind, Cell, Finding, Look, Outcome
from sereno.domain.rules import Monitor, Rule, Setting
from sereno.engine.look import look_at
from sereno.engine.ports import Registers


@dataclass(frozen=True, slots=True)
class Verdict:
    """Tell how a section fares on the estate."""

    monitor: str
    rule: str
    section: str
    findings: int
    near_misses: int
    """Records, one value away from a finding, that the section rightly leaves out."""
    faults: tuple[str, ...] = ()
    """What does not hold, in Spanish; none when all is well."""


def hold_claims(
    monitors: Iterable[Monitor],
    registers: Registers,
    today: date,
    thresholds: Mapping[str, Mapping[str, Setting]],
    placed: Sequence[Placed],
) -> tuple[Verdict, ...]:
    """Evaluate every monitor's rules and judge each section; `thresholds` are by monitor."""
    looks = (
        (monitor, look_at(monitor, today, thresholds[monitor.name], registers, MemoryLog()))
        for monitor in monitors
    )
    return tuple(verdict for monitor, look in looks for verdict in judge_sections(monitor, look, placed))


def judge_sections(monitor: Monitor, look: Look, placed: Sequence[Placed]) -> Iterator[Verdict]:
    """Judge a monitor's sections in the order of its rules; then tell what else could not be evaluated."""
    outcomes = {outcome.rule: outcome for outcome in look.outcomes}
    for rule in monitor.rules:
        for section in rule.sections:
            claims = [each for each in placed if each.claim.section == section]
            yield _verdict(monitor, rule, section, outcomes[rule.id], claims)
    for blind in look.blind:
        if blind.rule in monitor.queries:
            yield Verdict(monitor.name, blind.rule, "", 0, 0, (f"a ciegas: {blind.why}",))


def _verdict(
    monitor: Monitor, rule: Rule, section: str, outcome: Outcome, claims: Sequence[Placed]
) -> Verdict:
    if isinstance(outcome, Blind):
        return Verdict(monitor.name, rule.id, section, 0, 0, (f"a ciegas: {outcome.why}",))
    shown = [finding for finding in outcome.findings if finding.section == section]
    keys = {finding.key[0] for finding in shown}
    broken = [each for each in claims if _is_shown(each, rule, keys) != each.claim.found]
    near = sum(not each.claim.found for each in claims) - sum(not each.claim.found for each in broken)
    return Verdict(
        monitor.name, rule.id, section, len(shown), near, tuple(_faults(rule, shown, near, broken))
    )


def _faults(rule: Rule, shown: Sequence[Finding], near: int, broken: Sequence[Placed]) -> Iterator[str]:
    if not shown:
        yield "no halla nada"
    if not near:
        yield "ningún registro se queda a las puertas"
    for each in broken:
        numbers = ", ".join(map(str, sorted(each.keys.get(rule.key[0], ()))))
        expected = "debería hallar" if each.claim.found else "no debería hallar"
        yield f"{expected} {rule.key[0]} {numbers}"


def _is_shown(placed: Placed, rule: Rule, keys: set[Cell]) -> bool:
    return not placed.keys.get(rule.key[0], frozenset()).isdisjoint(keys)
