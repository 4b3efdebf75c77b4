"""The store looked after: tidied, copied, restored."""

from collections.abc import Mapping
from pathlib import Path

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.upkeep import back_up_store, restore_store
from sereno.engine.housekeeping import Tidied, tidy
from sereno.engine.keeper import Waste

TIDY = "tidy"
WORDS: Mapping[Waste, str] = {
    "own_bytes": "contenido de informes",
    "foreign_bytes": "contenido de correos de colas",
    "notices": "constancias de aviso",
    "tellings": "avisos de hallazgos terminados",
    "mail": "correos",
    "runs": "rondas",
    "missed": "periodos sin servir",
    "periods": "periodos",
    "refusals": "direcciones rechazadas",
    "jobs": "resultados de tareas",
    "sessions": "sesiones de la consola",
    "deeds": "actos de personas",
    "codes": "códigos de un solo uso",
}
HEADINGS = ("Qué", "Filas", "Tamaño")
WAITED = (
    "{waited} correos esperaban cuando se hizo la copia y pudieron salir después: quedan «unknown», y "
    "«sereno mail list --state unknown» los muestra para que alguien decida."
)


def tidy_store(*, verbose: bool) -> int:
    """Take away now what is no longer needed, and say what went."""
    site = open_site("check")
    site.stop.listen()
    with site.open_store() as store:
        log = site.log(TIDY, echo=verbose, keep=False)
        done = tidy(store.keeper, site.settings.retention, site.clock, log)
    if done.gone:
        rows = [(WORDS[what], str(gone.rows), size(gone.bytes)) for what, gone in done.gone.items()]
        site.terminal.table(HEADINGS, rows)
    else:
        site.terminal.say("No hay nada que ya no haga falta.")
    site.terminal.say(_room(done))
    if done.interrupted:
        site.terminal.say("Se ha interrumpido: lo que queda se va la próxima vez.")
    return 0


def back_up(target: str) -> int:
    """Copy the store to a file."""
    site = open_site("check")
    written = back_up_store(site, Path(target))
    site.terminal.say(f"Copia hecha en {target} ({size(written)}), legible solo por su dueño.")
    return 0


def restore(source: str) -> int:
    """Put a copy in the store's place."""
    site = open_site("check")
    kept, waited = restore_store(site, Path(source))
    site.terminal.say(f"Restaurado de {source}." + (f" Lo que había queda en {kept}." if kept else ""))
    if waited:
        site.terminal.warn([WAITED.format(waited=waited)])
    site.terminal.warn(
        ["Lo hecho desde la copia se ha olvidado: los informes de hoy que ya salieron pueden repetirse."]
    )
    return 0


def size(count: int) -> str:
    """Write a number of bytes for a person."""
    if count < 1024:
        return f"{count} B"
    value, unit = count / 1024, "KB"
    for larger in ("MB", "GB"):
        if value >= 1024:
            value, unit = value / 1024, larger
    return f"{value:.1f} {unit}".replace(".", ",")


def _room(done: Tidied) -> str:
    before, after = done.before, done.after
    told = f"El almacén ocupa {size(after.used)} (antes {size(before.used)}), {size(after.idle)} sin usar"
    free = "" if after.disk_free is None else f"; quedan libres {size(after.disk_free)} en su disco"
    return f"{told}{free}."
