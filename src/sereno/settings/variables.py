"""Every variable there is: its name, default and meaning. `.env.example` and the reference are held to it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sereno.domain.cadence import format_cadence
from sereno.domain.rules import DigestPlan, Monitor, Setting, url_variable
from sereno.settings import kinds
from sereno.settings.core_variables import CORE
from sereno.settings.variable import Variable

DIRECTORY = "lanzadera"
"""The register of people: every installation has it, whatever it watches."""
QUEUES = ("correos", "tareas")
"""The queues of mail that other applications fill."""


def variables(monitors: Sequence[Monitor]) -> tuple[Variable, ...]:
    """List every variable, those that the monitors declare included, in the order of `.env.example`."""
    own = (variable for monitor in monitors for variable in _of_monitor(monitor))
    listed = (*CORE, *_of_queues(), *_of_registers(monitors), *own)
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
        meaning = f"Quién recibe {which}: un rol o direcciones de correo."
        yield Variable(digest.to_variable, digest.to, meaning, kinds.AUDIENCE, monitor.title)
    meaning = f"Cuándo toca {which}."
    name = cadence_name(monitor, digest)
    yield Variable(name, format_cadence(digest.cadence), meaning, kinds.CADENCE, monitor.title)
    if digest.weekday_variable:
        meaning = f"Nombre antiguo del día de {which} (0 es lunes); {name} manda sobre él."
        yield Variable(digest.weekday_variable, "", meaning, kinds.WEEKDAY, monitor.title)
