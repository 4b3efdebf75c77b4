"""The master that rests, and has each cycle turned in a process of its own."""

from collections.abc import Mapping

import click

from sereno.bootstrap.resting import CAN_REST_APART, open_cycles
from sereno.engine.vigil import CycleFailed, keep_watch


def stand_watch(environment: Mapping[str, str] | None = None, *, verbose: bool) -> int:
    """Keep watch until stopped, or return the code of a first cycle that failed.

    Raises LeadHeld where another master leads.
    """
    if not CAN_REST_APART:
        from sereno.commands.own_watch import watch_here

        return watch_here(environment, verbose=verbose)
    cycles = open_cycles(environment, verbose=verbose)
    stop = cycles.clock.stop
    try:
        keep_watch(cycles, cycles.clock, stop, cycles.watchers)
    except CycleFailed as error:
        return error.code
    click.echo(f"Sereno se detiene: {stop.reason}.")
    return 0
