"""Read `.env`, with the line of every name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from sereno.domain.errors import Fault

_EXPECTED_FORM = (
    "una línea NOMBRE=valor, o un comentario que empiece por #. "
    "Si el valor lleva espacios, # o comillas, escríbalo entre comillas simples"
)


@dataclass(frozen=True, slots=True)
class Line:
    """Hold what a name was given, and where."""

    value: str
    number: int


@dataclass(frozen=True, slots=True)
class EnvFile:
    """Hold what the file says, and what is wrong with it."""

    label: str
    """How it is named to people."""
    lines: Mapping[str, Line]
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()

    def place(self, name: str) -> str:
        """Say where a name stands."""
        return f"{self.label}, línea {self.lines[name].number}"


def read_env_file(path: Path, label: str, *, required: bool) -> EnvFile:
    """Read the file as it is, expanding nothing; a missing one is empty unless it is required."""
    if not required and not path.exists():
        return EnvFile(label, {})
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return EnvFile(label, {}, (Fault(label, "no está en UTF-8", "el fichero guardado como UTF-8"),))
    except OSError as error:
        expected = f"un fichero que se pueda leer en {path}"
        return EnvFile(label, {}, (Fault(label, error.strerror or "no se puede leer", expected),))
    return _parse(text, label)


def _parse(text: str, label: str) -> EnvFile:
    bindings = [(binding, _first_line(binding)) for binding in parse_stream(StringIO(text))]
    lines: dict[str, Line] = {}
    warnings = []
    for binding, number in bindings:
        if binding.key is None or binding.value is None:
            continue
        if binding.key in lines:
            earlier = lines[binding.key].number
            warnings.append(
                f"{label}: {binding.key} está en las líneas {earlier} y {number}; vale la última."
            )
        lines[binding.key] = Line(binding.value, number)
    return EnvFile(label, lines, tuple(_faults(bindings, label)), tuple(warnings))


def _faults(bindings: Iterable[tuple[Binding, int]], label: str) -> Iterator[Fault]:
    for binding, number in bindings:
        if binding.error or (binding.key is not None and binding.value is None):
            # The line itself stays untold: it may be half of a password.
            yield Fault(f"{label}, línea {number}", "no se entiende", _EXPECTED_FORM)


def _first_line(binding: Binding) -> int:
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())]
    return binding.original.line + len(blank.splitlines())
