"""Gather what was written for each variable: the environment, `.env`, and the files that hold secrets."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sereno.domain.errors import Fault
from sereno.settings.env_file import EnvFile, read_env_file
from sereno.settings.kinds import QUEUE_URL, SOURCE_URL, STORE_URL, mask_url
from sereno.settings.variable import Variable

UNTOLD = "(no se muestra)"
URLS = (QUEUE_URL, SOURCE_URL, STORE_URL)
"""Kinds of address that may hold a password."""
_PLAIN = "un valor en una sola línea, sin caracteres de control; ¿quedan comillas sin cerrar?"
_CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Texts:
    """Hold the texts as written, none of them empty. Secrets beat the environment, which beats `.env`."""

    home: Path
    env_path: Path
    env_file: EnvFile
    secrets: Mapping[str, str]
    """From their files."""
    environment: Mapping[str, str]
    written: Mapping[str, str]
    """From `.env`."""
    faults: tuple[Fault, ...]

    def get(self, name: str) -> str | None:
        """Return what counts for a name."""
        sources = (self.secrets, self.environment, self.written)
        return next((source[name] for source in sources if name in source), None)

    def place(self, name: str) -> str:
        """Name the variable and where it was read."""
        source = self.source(name)
        return f"{name} ({source})" if source else name

    def source(self, name: str) -> str:
        """Say where what counts for a name was read; "" where nobody wrote it."""
        if name in self.secrets:
            return f"fichero de {name}_FILE"
        if name in self.environment:
            return "entorno"
        return self.env_file.place(name) if name in self.written else ""

    def fault(self, variable: Variable) -> Fault:
        """Tell that what was written does not fit, without telling a secret."""
        text = self.get(variable.name) or ""
        if not text.isprintable():
            return Fault(self.place(variable.name), "tiene saltos de línea o caracteres invisibles", _PLAIN)
        found = UNTOLD if variable.secret else f"«{shown(variable, text)}»"
        return Fault(self.place(variable.name), found, variable.kind.expected)


def shown(variable: Variable, text: str) -> str:
    """Return what a variable holds as anybody may see it."""
    if variable.secret:
        return UNTOLD
    return mask_url(text) if variable.kind in URLS else text


def gather_texts(known: Sequence[Variable], environ: Mapping[str, str] | None) -> Texts:
    """Read every source; faults are kept for the whole list."""
    surroundings = os.environ if environ is None else environ  # noqa: TID251 (its one home)
    environment = _non_empty(known, surroundings)
    home = home_folder(environment)
    name = environment.get("SERENO_ENV_FILE", ".env")
    env_path = home / name
    env_file = read_env_file(env_path, name, required="SERENO_ENV_FILE" in environment)
    here = [variable for variable in known if not variable.environment_only]
    written = _non_empty(here, {name: line.value for name, line in env_file.lines.items()})
    texts = Texts(home, env_path, env_file, {}, environment, written, ())
    return _with_secrets(known, texts)


def home_folder(environment: Mapping[str, str]) -> Path:
    """Return SERENO_HOME, by default the checkout, else the current folder."""
    return Path(environment.get("SERENO_HOME", "").strip() or _default_home()).absolute()


def _default_home() -> Path:
    return _CHECKOUT if (_CHECKOUT / "pyproject.toml").is_file() else Path.cwd()


def _non_empty(known: Sequence[Variable], source: Mapping[str, str]) -> dict[str, str]:
    pairs = ((variable, source.get(variable.name, "")) for variable in known)
    return {
        variable.name: text if variable.secret else text.strip() for variable, text in pairs if text.strip()
    }


def _with_secrets(known: Sequence[Variable], texts: Texts) -> Texts:
    secrets: dict[str, str] = {}
    faults = [*_home_faults(texts), *texts.env_file.faults]
    for name in (variable.name for variable in known if variable.secret):
        outcome = _read_secret(name, texts)
        if isinstance(outcome, Fault):
            faults.append(outcome)
        elif outcome is not None:
            secrets[name] = outcome
    return replace(texts, secrets=secrets, faults=tuple(faults))


def _read_secret(name: str, texts: Texts) -> str | Fault | None:
    file_name = f"{name}_FILE"
    named = texts.get(file_name)
    if named is None:
        return None
    if texts.get(name) is not None:
        return Fault(texts.place(file_name), f"también está {texts.place(name)}", "solo una de las dos")
    expected = "la ruta de un fichero que se pueda leer, en UTF-8, con la contraseña en su única línea"
    try:
        secret = (texts.home / named).read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, ValueError):
        secret = ""
    # The path stays untold: it may be the password itself, written in the wrong place.
    return secret if secret.strip() else Fault(texts.place(file_name), "no se puede leer", expected)


def _home_faults(texts: Texts) -> Iterator[Fault]:
    if not texts.home.is_dir():
        yield Fault(texts.place("SERENO_HOME"), f"«{texts.home}»", "una carpeta que exista")
