"""Cycles turned in this process: one alone, or all of them where none can have a process of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import MASTER, Site
from sereno.bootstrap.watching import all_looks, board, gather_master, own_process, watchers_of
from sereno.commands.announcing import announce
from sereno.engine.master import State
from sereno.engine.own_cycles import OwnCycles, single_cycle
from sereno.engine.ports import Log
from sereno.engine.vigil import keep_watch


def turn_once(site: Site, *, verbose: bool) -> int:
    """Turn one cycle; 1 when a job of it failed. Raises LeadHeld where another master leads."""
    with _own_cycles(site, verbose=verbose) as (cycles, _):
        state = single_cycle(cycles)
    site.terminal.say(f"Sereno se detiene: {state.stop_reason}.")
    return int(state.failed)


def watch_here(environment: Mapping[str, str] | None, *, verbose: bool) -> int:
    """Keep watch until stopped; settings are read once, at the start. Raises LeadHeld."""
    site = open_site("run", environ=environment)
    with _own_cycles(site, verbose=verbose) as (cycles, log):
        keep_watch(cycles, site.clock, site.stop, watchers_of(site, log))
    site.terminal.say(f"Sereno se detiene: {site.stop.reason}.")
    return 0


@contextmanager
def _own_cycles(site: Site, *, verbose: bool) -> Iterator[tuple[OwnCycles, Log]]:
    site.stop.listen()
    log, me = site.log(MASTER, echo=verbose), own_process()
    announce(site, log)
    with site.open_store() as store:
        publish = board(site, store, log, me, site.clock.now())

        def show(state: State) -> None:
            publish(state)
            if state.phase == "resting" and not state.quiet:
                site.terminal.cycle(state, store.runs_since(state.started_at))

        looks = all_looks(site, store, me)
        yield OwnCycles(gather_master(site, store, log, show, me, looks, verbose=verbose)), log
