"""Going live without telling everybody what they know: a baseline, and the ledger of the older scripts."""

from collections.abc import Callable

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.asked import chosen_monitors
from sereno.domain.errors import Fault, FaultyInput, SerenoError, SettingsError
from sereno.engine.golive import Past, Taken, take_baseline, take_over_run, take_over_tellings
from sereno.engine.rounds import World

BASELINE = "baseline"
IMPORT = "import-ledger"
NC = "no_conformidades"
UNCLEAR_SHOWN = 20


def baseline(monitor: str | None, *, verbose: bool) -> int:
    """Take today's findings for known; 1 where a rule could not be seen, or nothing is configured."""
    site = open_site("run")
    missing = {each.name: site.orders(each).unconfigured for each in chosen_monitors(site, monitor)}
    if monitor and missing[monitor]:
        expected = "la dirección del registro, por ejemplo sqlite:///registro.sqlite"
        raise SettingsError(
            tuple(Fault(variable, "no está puesta", expected) for variable in missing[monitor])
        )
    seen: list[Taken] = []
    with site.open_store() as store:
        world = site.world(store, site.log(BASELINE, echo=verbose))
        for each in chosen_monitors(site, monitor):
            if missing[each.name]:
                site.terminal.say(f"{each.name}: sin configurar: falta {', '.join(missing[each.name])}")
                continue
            taken = take_baseline(each, site.orders(each), world)
            _tell(site, each.name, taken)
            seen.append(taken)
    return int(not seen or any(taken.blind for taken in seen))


def import_ledger(tareas: str | None, no_conformidades: str | None, *, verbose: bool) -> int:
    """Take over, once, what the older scripts' ledger knew; 1 where a part of it could not be."""
    site = open_site("run")
    parts: list[tuple[str, str | None, Callable[[Site, World], bool]]] = [
        ("tareas", tareas, _import_runs),
        (NC, no_conformidades or site.settings.registers[NC].url, _import_tellings),
    ]
    asked = [(register, url, part) for register, url, part in parts if url]
    if not asked:
        expected = "--tareas o --no-conformidades con la dirección de una base, como sqlite:///tareas.sqlite"
        raise FaultyInput((Fault(IMPORT, "no se dice de dónde", expected),))
    done = []
    with site.open_store() as store:
        for register, url, part in asked:
            there = site.reading(register, url)
            try:
                done.append(part(there, there.world(store, site.log(IMPORT, echo=verbose))))
            except SerenoError as error:
                site.terminal.warn([str(error)])
                done.append(False)
    return int(not all(done))


def _import_runs(site: Site, world: World) -> bool:
    past = site.older_ledger().runs()
    monitors = {each.name: each for each in site.monitors}
    for run in past.runs:
        monitor = monitors[run.monitor]
        plan = next(plan for plan in monitor.digests if plan.name == run.digest)
        period = take_over_run(monitor, plan, run.day, site.orders(monitor), world)
        words = f"{period}, servido" if period else "ya constaba como servido"
        site.terminal.say(f"{run.monitor}/{run.digest}: {words} el {run.day:%d/%m/%Y}")
    _tell_unclear(site, past)
    return True


def _import_tellings(site: Site, world: World) -> bool:
    past = site.older_ledger().tellings()
    (monitor,) = (each for each in site.monitors if each.name == NC)
    taken = take_over_tellings(monitor, past.tellings, site.orders(monitor), world)
    if taken.done_before:
        site.terminal.say(f"{NC}: sus avisos ya se importaron; no cambia nada")
        return True
    _tell(site, NC, taken)
    if taken.gone:
        site.terminal.say(f"{NC}: {taken.gone} avisos son de tareas que ya no están abiertas")
    _tell_unclear(site, past)
    return not taken.blind


def _tell(site: Site, monitor: str, taken: Taken) -> None:
    for digest, count in taken.known.items():
        site.terminal.say(f"{monitor}/{digest}: {count} hallazgos se dan por sabidos")
    site.terminal.warn(
        f"{monitor}: la regla {blind.rule} no se ha podido comprobar y sus hallazgos no se dan por sabidos: "
        f"{blind.why}"
        for blind in taken.blind
    )


def _tell_unclear(site: Site, past: Past) -> None:
    site.terminal.warn(f"No se importa: {words}" for words in past.unclear[:UNCLEAR_SHOWN])
    if len(past.unclear) > UNCLEAR_SHOWN:
        site.terminal.warn([f"Y {len(past.unclear) - UNCLEAR_SHOWN} más."])
