"""What an operator should know before anything starts."""

from sereno.bootstrap.opening import DEMO_HOUR
from sereno.bootstrap.site import Site
from sereno.engine.ports import Log


def announce(site: Site, log: Log) -> None:
    """Say what is not as it should be, and loudly when this is only the demo."""
    if site.settings.demo_since is not None:
        site.terminal.banner(
            f"DEMOSTRACIÓN con datos inventados: toma hoy por laborable y ahora por las {DEMO_HOUR:%H:%M}.",
            f"Ningún correo sale de aquí: se deja en {site.settings.mail.folder}",
        )
    for warning in site.warnings():
        log.warning("settings.warning", text=warning)
        site.terminal.warn([warning])
