"""A rehearsed round as one JSON document, for other programs."""

import json
import os

import click

from sereno.bootstrap.site import Site
from sereno.domain.errors import SerenoError
from sereno.domain.rules import Monitor
from sereno.engine.agenda import owed
from sereno.engine.contract import Before, describe
from sereno.engine.watch import Request, watch


def print_contract(
    site: Site, monitor: Monitor, request: Request, *, preview: str | None, output: str | None, echo: bool
) -> int:
    """Go the round on a store in memory and print what it gave, and nothing else, on standard output.

    With `output` into that file instead, made for its owner alone. Mail is shown only in a folder that was
    asked for. Returns 1 when a digest could not see all it should.
    """
    for text in (*site.settings.warnings, *site.modes()):
        click.echo(f"Atención: {text}", err=True)
    store, orders, now = site.rehearsal_store(), site.orders(monitor), site.clock.now()
    calendar = site.calendar()
    before = Before(
        today=now.date(),
        settings=orders.thresholds,
        ledger=store.ledger(monitor.name, now.date()),
        decisions={plan.name: owed(monitor, plan, orders, now, calendar, store) for plan in monitor.digests},
    )
    log = site.log(monitor.name, echo=echo, keep=False)
    report = watch(monitor, request, orders, site.world(store, log))
    if preview is not None:
        for served in report.served:
            list(site.preview(preview).show(served.messages))
    document = json.dumps(describe(report, before), indent=2)  # ASCII: whatever the code page, it is JSON
    if output is None:
        click.echo(document)
    else:
        _write(output, document)
    return int(report.is_blind)


def _write(output: str, document: str) -> None:
    try:
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(document)
    except OSError as error:
        raise SerenoError(f"No se puede escribir {output}: {error.strerror}") from error
