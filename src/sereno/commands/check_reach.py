"""Settings, and whether all that they name can be reached: databases, queues, the relay."""

from sereno.bootstrap.checks import (
    check_relay,
    check_terminal,
    compose_test,
    examine_queues,
    explained_settings,
    knock,
    send_test,
)
from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.domain.addresses import check_address
from sereno.domain.errors import Fault, FaultyInput, RelayUnavailable, SerenoError, SettingsError
from sereno.domain.mail_policy import outsiders

NO_RELAY = "No hay servidor de correo que comprobar: ponga SMTP_HOST."


def check_config(*, written: bool) -> int:
    """Show every setting with its source, then warnings; raise SettingsError with every fault."""
    explained = explained_settings()
    check_terminal().settings(explained, written_alone=written)
    if explained.faults:
        check_terminal().terminal.warn(explained.warnings)
        raise SettingsError(explained.faults)
    site = open_site("run")
    site.terminal.say("\nLos ajustes son correctos.")
    site.terminal.warn(site.warnings())
    return 0


def check_connection() -> int:
    """Knock once at each register, queue, the store and the relay; 1 when one does not answer."""
    site = open_site("check")
    every_one = check_terminal().answers(knock(site))
    if site.settings.smtp is None:
        site.terminal.say("correo: sin configurar (SMTP_HOST)")
    return int(not every_one)


def check_queues() -> int:
    """Look every configured queue through; 1 when one cannot be read or stamped, or there is none."""
    site = open_site("check")
    examined = list(examine_queues(site))
    if not examined:
        raise SerenoError("No hay ninguna cola de correo: ponga CORREOS_DB_URL o TAREAS_DB_URL.")
    check_terminal().queues(examined)
    if site.settings.mail.trial:
        site.terminal.say("En prueba no se recoge nada de las colas.")
    return int(any(each.fault for each in examined))


def check_mail(to: str | None, *, force: bool) -> int:
    """Go through each step up to the relay's login, and send a test mail where asked; 1 when one fails."""
    site = open_site("check")
    site.terminal.warn(site.modes())
    if to is not None:
        _refuse(site, to, force=force)
    if site.settings.smtp is None:
        raise SerenoError(NO_RELAY)
    if not check_relay(site, check_terminal()):
        return 1
    return 0 if to is None else _send(site, to)


def _send(site: Site, to: str) -> int:
    try:
        attempt = send_test(site, compose_test(site, to))
    except RelayUnavailable as error:
        raise SerenoError(f"No se ha enviado el correo de prueba. {error}") from error
    good = attempt.verdict == "accepted"
    told = f"aceptado para {to}" if good else f"no aceptado para {to}"
    site.terminal.say(f"Correo de prueba {told}. El servidor dice: {attempt.answer}")
    return int(not good)


def _refuse(site: Site, to: str, *, force: bool) -> None:
    """Raise FaultyInput for a test mail that cannot be composed, or that the settings say must not leave."""
    mail, faults = site.settings.mail, []
    if check_address(to) is None:
        faults.append(Fault("--to", f"«{to}»", "una dirección de correo; p. ej. ana@example.com"))
    elif not force and _is_trial(site) and to.casefold() != (mail.redirect_to or "").casefold():
        expected = "--force, para que este correo salga de todos modos"
        faults.append(Fault("--to", "en prueba no se escribe a nadie", expected))
    elif not force and outsiders([to], mail.policy.allowed):
        expected = "una dirección de esos dominios, o --force"
        faults.append(Fault("--to", f"«{to}» no es de MAIL_ALLOW_DOMAINS", expected))
    if mail.domain is None:
        faults.append(Fault("MAIL_DOMAIN", "no está definida", "el dominio del que sale el correo"))
    if faults:
        raise FaultyInput(tuple(faults))


def _is_trial(site: Site) -> bool:
    return site.settings.mail.trial or site.settings.demo_since is not None
