"""The environment of the processes that we start, and of the demo, which heeds no variable of ours."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sereno.domain.rules import Monitor, url_variable
from sereno.settings.texts import gather_texts, home_folder
from sereno.settings.values import Settings
from sereno.settings.variables import QUEUES, registers, variables

UTF_8 = {"PYTHONIOENCODING": "utf-8"}
"""What a job says is read as UTF-8, whatever the machine's own code page."""


def job_environment(settings: Settings, monitors: Sequence[Monitor]) -> dict[str, str]:
    """Return our own environment, naming the home and the settings file in force."""
    if settings.demo_since is not None:
        return demo_environment(settings.env_file, monitors)
    own = dict(os.environ)  # noqa: TID251  # its one home
    return own | UTF_8 | {"SERENO_HOME": str(settings.home), "SERENO_ENV_FILE": str(settings.env_file)}


def demo_environment(env_file: Path, monitors: Sequence[Monitor]) -> dict[str, str]:
    """Return our own environment without a single setting: a relay or register named there is real."""
    ours = {variable.name for variable in variables(monitors)}
    own = {name: value for name, value in os.environ.items() if name not in ours}  # noqa: TID251  # its one home
    return own | UTF_8 | {"SERENO_HOME": str(home()), "SERENO_ENV_FILE": str(env_file)}


def is_configured(monitors: Sequence[Monitor]) -> bool:
    """Tell whether somebody has configured anything: a settings file, or a register in the environment."""
    named = {url_variable(name) for name in (*registers(monitors), *QUEUES)} | {
        "SERENO_ENV_FILE",
        "MONITORS_DIR",
    }
    return (home() / ".env").exists() or any(name in os.environ for name in named)  # noqa: TID251  # its one home


def monitors_folder(environ: Mapping[str, str] | None = None) -> Path | None:
    """Return MONITORS_DIR, read before all else: what it holds declares further settings.

    `environ` replaces the process's own environment.
    """
    texts = gather_texts(variables(()), environ)
    name = texts.get("MONITORS_DIR")
    return None if name is None else texts.home / name


def home() -> Path:
    """Return SERENO_HOME: where everything lies that the program writes."""
    return home_folder(os.environ)  # noqa: TID251  # its one home
