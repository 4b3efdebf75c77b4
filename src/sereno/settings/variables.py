"""Every variable there is: its name, default and meaning. `.env.example` and the reference are held to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sereno.domain.cadence import format_cadence
from sereno.domain.rules import DigestPlan, Monitor, Setting, url_variable
from sereno.settings import kinds
from sereno.settings.kinds import Kind

DIRECTORY = "lanzadera"
"""The register of people: every installation has it, whatever it watches."""
QUEUES = ("correos", "tareas")
"""The queues of mail that other applications fill."""


@dataclass(frozen=True, slots=True)
class Variable:
    """Describe one variable; an empty default means that it is not set."""

    name: str
    default: str
    meaning: str
    """For whoever fills in `.env`, in Spanish."""
    kind: Kind
    group: str
    secret: bool = False
    environment_only: bool = False
    """It says where `.env` is, so it cannot stand there."""


def variables(monitors: Sequence[Monitor]) -> tuple[Variable, ...]:
    """List every variable, those that the monitors declare included, in the order of `.env.example`."""
    own = (variable for monitor in monitors for variable in _of_monitor(monitor))
    listed = (*_CORE, *_of_queues(), *_of_registers(monitors), *own)
    return tuple(each for variable in listed for each in _with_its_file(variable))


def registers(monitors: Sequence[Monitor]) -> tuple[str, ...]:
    """Name the registers that can be configured, each once: the monitors' in order, and the directory."""
    declared = (name for monitor in monitors for name in monitor.registers)
    return tuple(dict.fromkeys((*declared, DIRECTORY)))


def password_name(register: str) -> str:
    """Name the variable that holds a register's password."""
    return f"{_upper(register)}_DB_PASSWORD"


def threshold_name(monitor: Monitor, setting: str) -> str:
    """Name the variable that replaces a monitor's threshold."""
    return f"{monitor.prefix}_{_upper(setting)}"


def cadence_name(monitor: Monitor, digest: DigestPlan) -> str:
    """Name the variable that replaces a digest's cadence."""
    return f"{_upper(monitor.name)}_{_upper(digest.name)}_CADENCE"


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")


def _with_its_file(variable: Variable) -> Iterator[Variable]:
    yield variable
    if variable.secret:
        meaning = f"Fichero que contiene {variable.name}, en lugar de escribirla aquí."
        name = f"{variable.name}_FILE"
        yield replace(variable, name=name, meaning=meaning, kind=kinds.PATH, secret=False)


def _of_registers(monitors: Sequence[Monitor]) -> Iterator[Variable]:
    for register in registers(monitors):
        meaning = f"Dónde está el registro {register}. Sin ella, el registro queda «sin configurar»."
        yield Variable(url_variable(register), "", meaning, kinds.SOURCE_URL, "Registros")
        meaning = f"Contraseña del registro {register}; sustituye a la de la URL."
        yield Variable(password_name(register), "", meaning, kinds.SECRET, "Registros", secret=True)


def _of_queues() -> Iterator[Variable]:
    for queue in QUEUES:
        meaning = f"Dónde está la cola de correo {queue}, que Sereno envía y sella. Sin ella, no se mira."
        yield Variable(url_variable(queue), "", meaning, kinds.QUEUE_URL, "Colas de correo")
        meaning = f"Contraseña de la cola {queue}; sustituye a la de la URL."
        yield Variable(password_name(queue), "", meaning, kinds.SECRET, "Colas de correo", secret=True)


def _of_monitor(monitor: Monitor) -> Iterator[Variable]:
    for setting, value in monitor.settings.items():
        yield _threshold(monitor, setting, value)
    for digest in monitor.digests:
        yield from _of_digest(monitor, digest)


def _threshold(monitor: Monitor, setting: str, value: Setting) -> Variable:
    kind = kinds.COUNT if isinstance(value, int) else kinds.TEXT
    meaning = f"Valor de «{setting}» en las reglas de {monitor.name}."
    return Variable(threshold_name(monitor, setting), str(value), meaning, kind, monitor.title)


def _of_digest(monitor: Monitor, digest: DigestPlan) -> Iterator[Variable]:
    which = f"{monitor.name}/{digest.name}"
    if digest.to_variable:
        meaning = f"Quién recibe {which}: un papel o direcciones de correo."
        yield Variable(digest.to_variable, digest.to, meaning, kinds.AUDIENCE, monitor.title)
    meaning = f"Cuándo toca {which}."
    name = cadence_name(monitor, digest)
    yield Variable(name, format_cadence(digest.cadence), meaning, kinds.CADENCE, monitor.title)
    if digest.weekday_variable:
        meaning = f"Nombre antiguo del día de {which} (0 es lunes); {name} manda sobre él."
        yield Variable(digest.weekday_variable, "", meaning, kinds.WEEKDAY, monitor.title)


def _group(title: str, *rows: tuple[str, str, Kind, str]) -> tuple[Variable, ...]:
    return tuple(Variable(name, default, meaning, kind, title) for name, default, kind, meaning in rows)


_CORE = (
    Variable(
        "SERENO_HOME",
        "",
        "Carpeta de todo lo que se escribe y de la que parten las rutas relativas. "
        "Por omisión, la del programa. Solo se lee del entorno.",
        kinds.PATH,
        "Lugar",
        environment_only=True,
    ),
    Variable(
        "SERENO_ENV_FILE",
        ".env",
        "Fichero de ajustes que se lee. Solo se lee del entorno.",
        kinds.PATH,
        "Lugar",
        environment_only=True,
    ),
    *_group(
        "Lugar",
        ("STATE_DB_URL", "sqlite:///var/sereno.sqlite", kinds.STORE_URL, "Dónde guarda Sereno lo suyo."),
        ("SERENO_TZ", "Europe/Madrid", kinds.ZONE, "Zona horaria de todas las horas."),
        ("OPERATORS", "", kinds.ADDRESSES, "Direcciones de quienes atienden a Sereno."),
        (
            "SUSTITUTOS_FILE",
            "",
            kinds.PATH,
            "Fichero CSV de sustitutos: usuario; usuario del sustituto; desde; hasta.",
        ),
        ("MONITORS_DIR", "", kinds.PATH, "Carpeta de sus propios monitores, cada uno en una carpeta."),
    ),
    *_group(
        "Ciclo",
        ("MASTER_CYCLE_LABORABLE_DIA", "5", kinds.INTERVAL, "Espera entre ciclos, día laborable, de día."),
        ("MASTER_CYCLE_LABORABLE_NOCHE", "60", kinds.INTERVAL, "Espera entre ciclos, laborable, de noche."),
        ("MASTER_CYCLE_NO_LABORABLE_DIA", "60", kinds.INTERVAL, "Espera entre ciclos, no laborable, de día."),
        ("MASTER_CYCLE_NO_LABORABLE_NOCHE", "120", kinds.INTERVAL, "Lo mismo, no laborable, de noche."),
        ("MASTER_NOCHE_DESDE", "20:00", kinds.TIME, "Hora a la que empieza la noche."),
        ("MASTER_NOCHE_HASTA", "07:00", kinds.TIME, "Hora a la que acaba la noche."),
        ("MASTER_SCRIPT_TIMEOUT", "1800", kinds.SECONDS, "Segundos que puede durar un trabajo."),
        ("MASTER_STATUS_FILE", "logs/run_master_status.json", kinds.PATH, "Fichero de estado."),
        ("MASTER_LOG_FILE", "logs/run_master.log", kinds.PATH, "Fichero de actividad del proceso maestro."),
        ("MASTER_LOG_LEVEL", "INFO", kinds.LOG_LEVEL, "Detalle: DEBUG, INFO, WARNING, ERROR o CRITICAL."),
        ("LOG_FORMAT", "text", kinds.LOG_FORMAT, "Forma de los ficheros de actividad: text o json."),
    ),
    *_group(
        "Calendario",
        ("HOLIDAYS_COUNTRY", "ES", kinds.COUNTRY, "País de los festivos."),
        (
            "HOLIDAYS_SUBDIV",
            "MD",
            kinds.SUBDIVISION,
            "Región de los festivos, o «ninguna». En otro país que ES no hay ninguna por omisión.",
        ),
        ("MASTER_FESTIVOS_FILE", "herramientas/Festivos.txt", kinds.PATH, "Fichero de festivos propios."),
        (
            "BLIND_SEND_AT",
            "12:00",
            kinds.TIME_OF_ROUNDS,
            "Hora desde la que un informe incompleto se envía, diciéndolo.",
        ),
    ),
    *_group(
        "Informes",
        (
            "REPEAT_VENCIDA_HABILES",
            "",
            kinds.LADDER,
            (
                "Días hábiles tras los que lo vencido se repite en los informes que avisan una vez; el "
                "último paso vuelve siempre. Por omisión, lo que diga cada informe (5,10,20)."
            ),
        ),
        ("DIGEST_ROWS", "25", kinds.COUNT, "Filas que cada sección muestra en el correo."),
        (
            "DIGEST_XLSX_FROM",
            "50",
            kinds.COUNT,
            "Filas en total desde las que se adjunta una hoja con todas.",
        ),
    ),
    *_group(
        "Correo",
        ("SMTP_HOST", "", kinds.HOST, "Servidor de correo saliente."),
        ("SMTP_PORT", "", kinds.PORT, "Puerto. Por omisión, 587 con starttls, 465 con tls, 25 con none."),
        ("SMTP_SECURITY", "starttls", kinds.SECURITY, "Cifrado: none, starttls o tls."),
        ("SMTP_USER", "", kinds.TEXT, "Usuario, si el servidor lo pide."),
    ),
    Variable("SMTP_PASSWORD", "", "Contraseña de SMTP_USER.", kinds.SECRET, "Correo", secret=True),
    *_group(
        "Correo",
        ("SMTP_CA_FILE", "", kinds.PATH, "Certificados de confianza (PEM), si no bastan los del sistema."),
        ("SMTP_TIMEOUT", "30", kinds.SECONDS, "Segundos que se espera al servidor."),
        (
            "SMTP_DATA_TIMEOUT",
            "600",
            kinds.PATIENCE,
            "Segundos que se espera su respuesta a un correo ya entregado.",
        ),
        ("SMTP_CONNECTIONS", "4", kinds.SOME_64, "Conexiones a la vez, a lo sumo."),
        ("SMTP_MESSAGES_PER_CONNECTION", "100", kinds.SOME, "Correos por conexión; luego se abre otra."),
        (
            "SMTP_RECIPIENTS_PER_MESSAGE",
            "100",
            kinds.SOME,
            "Destinatarios por envío; si hay más, se reparten.",
        ),
        ("SMTP_RATE_PER_MINUTE", "0", kinds.COUNT, "Correos por minuto a lo sumo; 0 es sin límite."),
        ("MAIL_DOMAIN", "", kinds.DOMAIN, "Dominio del remitente. Hace falta para enviar."),
        ("MAIL_FROM", "", kinds.ADDRESS, "Dirección del remitente, en lugar de aplicacion@MAIL_DOMAIN."),
        ("MAIL_RETURN_PATH", "", kinds.ADDRESS, "Dirección a la que vuelven los rechazos."),
        ("MAIL_TRIAL", "0", kinds.SWITCH, "1: en pruebas, el correo se queda en MAIL_DIR y no sale."),
        (
            "MAIL_REDIRECT_TO",
            "",
            kinds.ADDRESS,
            "En pruebas, la única dirección que recibe todo, por SMTP_HOST, en lugar de los destinatarios.",
        ),
        (
            "MAIL_ALLOW_DOMAINS",
            "",
            kinds.DOMAINS,
            "Únicos dominios a los que se escribe; lo demás se retiene. Por omisión, todos.",
        ),
        (
            "MAIL_DIGEST_HOURS",
            "07:00-20:00",
            kinds.MAIL_HOURS,
            "Horas en que salen los informes, en días laborables; o «siempre».",
        ),
        (
            "MAIL_MAX_AGE_HOURS",
            "72",
            kinds.SOME,
            "Horas que se insiste con un correo que el servidor aplaza una y otra vez.",
        ),
        (
            "MAIL_UNKNOWN",
            "hold",
            kinds.UNKNOWN_MAIL,
            "Si no se sabe si un correo salió: hold (decide una persona) o retry (se repite al rato).",
        ),
        ("MAIL_DIR", "var/mail", kinds.PATH, "Carpeta del correo en pruebas (ficheros .eml)."),
        (
            "ATTACHMENT_ROOTS",
            "",
            kinds.PATHS,
            "Carpetas de las que se admiten adjuntos, separadas por punto y coma. Sin ella, de ninguna.",
        ),
        ("ATTACHMENT_MAX_MB", "20", kinds.SOME, "MB de adjuntos por correo, entre todos."),
        ("ATTACHMENT_WAIT_HOURS", "24", kinds.COUNT, "Horas que un correo espera a sus adjuntos."),
        (
            "MAIL_TAKE_IN_DAYS",
            "3",
            kinds.SOME,
            "Días: lo que una cola guarda pendiente desde antes, al verlo por primera vez, no se envía solo.",
        ),
        (
            "RETENTION_BYTES_DAYS",
            "400",
            kinds.SOME,
            "Días que se guarda el contenido de los informes enviados; después solo consta que salieron.",
        ),
        (
            "RETENTION_FOREIGN_DAYS",
            "30",
            kinds.SOME,
            "Lo mismo, el de los correos de otras aplicaciones.",
        ),
        ("SERENO_DEMO_SINCE", "", kinds.INSTANT, "Lo escribe la demostración; no lo ponga a mano."),
    ),
)
