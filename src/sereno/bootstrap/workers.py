"""How the processes of jobs are started, whoever starts them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sereno.adapters.clock import StopSignal
from sereno.adapters.processes import ProcessJobs
from sereno.bootstrap.site import Site
from sereno.settings import own_mark


def process_jobs(
    site: Site,
    stop: StopSignal,
    arguments: tuple[str, ...],
    scripts: Mapping[str, Path] | None = None,
    echo: Callable[[str, str], None] | None = None,
) -> ProcessJobs:
    """Start jobs as the settings say, each in a process of its own; `echo` is told what each prints."""
    return ProcessJobs(
        scripts=scripts or {},
        environment={**site.environment, **own_mark()},
        arguments=arguments,
        timeout=site.settings.script_timeout,
        clock=site.clock,
        stop=stop,
        echo=echo or (lambda _job, _line: None),
        rounds=frozenset(monitor.name for monitor in site.monitors),
    )
