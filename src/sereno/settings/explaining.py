"""Every setting in force: its value, as anybody may see it, and where that was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sereno.domain.addresses import CONTROL
from sereno.domain.errors import Fault
from sereno.domain.rules import Monitor
from sereno.settings.loading import read_settings
from sereno.settings.texts import UNTOLD, Texts, shown
from sereno.settings.variable import Variable

BY_DEFAULT = "por omisión"
UNSET = "sin definir"


@dataclass(frozen=True, slots=True)
class InForce:
    """Hold a setting."""

    name: str
    group: str
    value: str
    """Without a secret; empty where it is not set and has no default."""
    source: str
    """`.env, línea 3`, `entorno`, `fichero de X_FILE`, or that nobody wrote it."""
    written: bool
    """Somebody wrote it."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Hold every setting, and what is wrong with them."""

    env_file: Path
    """Whether it exists or not."""
    settings: tuple[InForce, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]


def explain_settings(monitors: Sequence[Monitor], environ: Mapping[str, str] | None = None) -> Explained:
    """Read the settings as a run would, and show them all, in order or not."""
    read = read_settings(monitors, purpose="run", environ=environ)
    secrets = {variable.name for variable in read.known if variable.secret}
    unread = {f"{name}_FILE" for name in secrets - read.texts.secrets.keys()}
    # The path of a secret that could not be read may be the password itself, in the wrong place.
    in_force = tuple(_in_force(each, read.texts, untold=each.name in unread) for each in read.known)
    return Explained(read.texts.env_path, in_force, read.faults, read.warnings)


def _in_force(variable: Variable, texts: Texts, *, untold: bool) -> InForce:
    text = texts.get(variable.name)
    if text is None:
        source = BY_DEFAULT if variable.default else UNSET
        return InForce(variable.name, variable.group, variable.default, source, written=False)
    value = UNTOLD if untold else CONTROL.sub("\N{REPLACEMENT CHARACTER}", shown(variable, text))
    return InForce(variable.name, variable.group, value, texts.source(variable.name), written=True)
