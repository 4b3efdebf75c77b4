"""What variables must be to one another, each being well written by itself."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from sereno.domain.errors import Fault
from sereno.domain.hosts import is_loopback
from sereno.domain.rules import Monitor, url_variable
from sereno.settings.texts import Texts
from sereno.settings.variables import QUEUES, variables

Purpose = Literal["run", "dry_run", "check"]
"""A run needs something to watch and a way to tell it; a dry run and a check need neither."""

UNSET = "no está definida"
NO_REGION = "ninguna"
"""HOLIDAYS_SUBDIV: the holidays of the whole country alone."""


def find_disagreements(
    monitors: Sequence[Monitor], purpose: Purpose, texts: Texts, values: Mapping[str, Any]
) -> Iterator[Fault]:
    """Yield a fault for each rule that is broken; a variable that is itself faulty counts as written."""
    yield from _shared_names(monitors)
    if purpose == "run":
        yield from _nothing_to_watch(monitors, texts)
        yield from _no_way_out(texts, values)
    yield from _half_a_login(texts)
    yield from _login_in_the_clear(texts, values)
    yield from _half_a_proxy(texts)
    yield from _no_certificates(texts, values)
    yield from _no_day(texts, values)
    yield from _no_such_region(texts, values)


def _shared_names(monitors: Sequence[Monitor]) -> Iterator[Fault]:
    """Find a variable that means two things: only a user's own monitor can bring that about."""
    for name, times in Counter(variable.name for variable in variables(monitors)).items():
        if times > 1:
            expected = "otro nombre: cambie «prefix», un umbral o «to_variable» en su monitor.toml"
            yield Fault(name, "es a la vez dos ajustes", expected)


def _nothing_to_watch(monitors: Sequence[Monitor], texts: Texts) -> Iterator[Fault]:
    names = [url_variable(monitor.register) for monitor in monitors]
    queues = [url_variable(queue) for queue in QUEUES]
    if names and not any(texts.get(name) for name in (*names, *queues)):
        example = f"{names[0]}=sqlite:////datos/registro.sqlite"
        expected = (
            f"al menos un registro que vigilar, o una cola de correo; escriba en {texts.env_path} "
            f"una línea como {example}"
        )
        yield Fault(" o ".join(names), UNSET, expected)


def _no_way_out(texts: Texts, values: Mapping[str, Any]) -> Iterator[Fault]:
    relay = texts.get("SMTP_HOST") or texts.get("SERENO_DEMO_SINCE")
    if values["MAIL_TRIAL"] and texts.get("MAIL_REDIRECT_TO"):
        expected = "MAIL_TRIAL=1 (el correo se queda en MAIL_DIR) o MAIL_REDIRECT_TO, no las dos"
        yield Fault(texts.place("MAIL_REDIRECT_TO"), "está puesta junto con MAIL_TRIAL=1", expected)
    if not relay and not values["MAIL_TRIAL"]:
        expected = (
            "el servidor de correo (p. ej. SMTP_HOST=correo.example.com, y MAIL_DOMAIN=example.com), "
            "o MAIL_TRIAL=1 para dejar el correo en MAIL_DIR sin enviarlo"
        )
        yield Fault("SMTP_HOST", UNSET, expected)
    if relay and not texts.get("MAIL_DOMAIN"):
        expected = "el dominio del que sale el correo; p. ej. MAIL_DOMAIN=example.com"
        yield Fault("MAIL_DOMAIN", UNSET, expected)


def _half_a_proxy(texts: Texts) -> Iterator[Fault]:
    """Find a header that nobody is trusted to send, or somebody trusted to send none."""
    header, addresses = "CONSOLE_PROXY_HEADER", "CONSOLE_PROXY_ADDRESSES"
    for there, missing in ((header, addresses), (addresses, header)):
        if texts.get(there) and not texts.get(missing):
            yield Fault(missing, UNSET, f"también, pues {there} lo está; o bien ninguna de las dos")


def _half_a_login(texts: Texts) -> Iterator[Fault]:
    user, password = texts.get("SMTP_USER"), texts.get("SMTP_PASSWORD") or texts.get("SMTP_PASSWORD_FILE")
    if user and not password:
        expected = "la contraseña de SMTP_USER (o SMTP_PASSWORD_FILE); o bien ninguna de las dos"
        yield Fault("SMTP_PASSWORD", UNSET, expected)
    if password and not user:
        yield Fault("SMTP_USER", UNSET, "el usuario de SMTP_PASSWORD; o bien ninguna de las dos")


def _login_in_the_clear(texts: Texts, values: Mapping[str, Any]) -> Iterator[Fault]:
    host = values.get("SMTP_HOST")
    if texts.get("SMTP_USER") and host and values["SMTP_SECURITY"] == "none" and not is_loopback(host):
        expected = "starttls o tls: con usuario y contraseña, sin cifrar solo se habla con esta misma máquina"
        yield Fault(texts.place("SMTP_SECURITY"), "«none»", expected)


def _no_certificates(texts: Texts, values: Mapping[str, Any]) -> Iterator[Fault]:
    path = values.get("SMTP_CA_FILE")
    if path and not (texts.home / path).is_file():
        yield Fault(texts.place("SMTP_CA_FILE"), f"«{path}»", "un fichero PEM que exista, con certificados")


def _no_day(texts: Texts, values: Mapping[str, Any]) -> Iterator[Fault]:
    since = values["MASTER_NOCHE_DESDE"]
    if since == values["MASTER_NOCHE_HASTA"]:
        expected = "una hora distinta de MASTER_NOCHE_DESDE; p. ej. 07:00"
        yield Fault(texts.place("MASTER_NOCHE_HASTA"), f"«{since:%H:%M}»", expected)


def _no_such_region(texts: Texts, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Ask the library for its regions, which takes a moment, only where somebody wrote one."""
    if not (texts.get("HOLIDAYS_COUNTRY") or texts.get("HOLIDAYS_SUBDIV")):
        return
    from holidays import list_supported_countries

    country, subdiv = values["HOLIDAYS_COUNTRY"].upper(), texts.get("HOLIDAYS_SUBDIV")
    regions = list_supported_countries().get(country)
    if regions is None:
        expected = "el código de un país que la biblioteca holidays conozca; p. ej. ES"
        yield Fault(texts.place("HOLIDAYS_COUNTRY"), f"«{country}»", expected)
    elif subdiv and subdiv == values["HOLIDAYS_SUBDIV"] and subdiv not in {*regions, NO_REGION}:
        expected = f"una de {', '.join([*regions, NO_REGION])}"
        yield Fault(texts.place("HOLIDAYS_SUBDIV"), f"«{subdiv}»", expected)
