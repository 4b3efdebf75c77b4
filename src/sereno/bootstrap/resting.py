"""The master that rests: what it works with, and nothing of what its cycles do."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event

import click

from sereno.adapters.clock import RestingClock, StopSignal
from sereno.adapters.cycles import Known, ProcessCycles, ReloadSignal
from sereno.adapters.machine import this_process
from sereno.adapters.process_trees import become_subreaper
from sereno.adapters.told_watchers import ToldWatchers
from sereno.engine.ports import Log

COMMAND = (sys.executable, "-m", "sereno", "cycle")
"""Turns one cycle."""


def open_cycles(environment: Mapping[str, str] | None, *, verbose: bool) -> ProcessCycles:
    """Gather what a resting master works with; settings are read in `environment`, None: our own."""
    stop, reload = StopSignal(), ReloadSignal(Event())
    stop.listen()
    reload.listen()
    become_subreaper()
    clock = RestingClock(stop)
    return ProcessCycles(
        command=COMMAND,
        environment=dict(os.environ) if environment is None else environment,  # noqa: TID251  # handed on unread
        me=this_process(),
        clock=clock,
        reload=reload,
        watchers=ToldWatchers(),
        open_log=lambda known: _open_log(known, clock),
        say=click.echo,
        verbose=verbose,
        started_at=clock.now().isoformat(),
    )


def _open_log(known: Known, clock: RestingClock) -> Log:
    from sereno.adapters.logs import open_log

    return open_log("run_master", known.log_level, known.log_format, clock, file=Path(known.log_file))
