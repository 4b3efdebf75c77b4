"""The environment of the processes that we start, and of the demo, which heeds no variable of ours."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sereno.domain.rules import Monitor, url_variable
from sereno.settings.texts import gather_texts, home_folder
from sereno.settings.values import Settings
from sereno.settings.variables import QUEUES, registers, variables

JOB_MARK = "SERENO_JOB"
"""By which what came of a process is known."""
UTF_8 = {"PYTHONIOENCODING": "utf-8"}
"""What a job says is read as UTF-8, whatever the machine's own code page."""


def settled_environment(
    settings: Settings, monitors: Sequence[Monitor], environ: Mapping[str, str] | None
) -> dict[str, str]:
    """Return an environment in which the settings in force stay so, whatever becomes of their file.

    `environ` is the one in which they were read, ours where it is None. What a file of its own holds (a
    password) is read there each time.
    """
    own = dict(os.environ if environ is None else environ)  # noqa: TID251  # its one home
    own.pop(JOB_MARK, None)  # of one cycle alone
    written = gather_texts(variables(monitors), own).written
    place = {"SERENO_HOME": str(settings.home), "SERENO_ENV_FILE": os.devnull}
    return {**written, **{name: text for name, text in own.items() if text.strip()}, **UTF_8, **place}


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


def own_mark() -> dict[str, str]:
    """Return the mark by which this process is known to whoever started it; nothing where there is none."""
    mark = os.environ.get(JOB_MARK)  # noqa: TID251  # its one home
    return {JOB_MARK: mark} if mark else {}


def notify_socket() -> str | None:
    """Return where systemd listens for this service, None where it does not (sd_notify(3))."""
    return os.environ.get("NOTIFY_SOCKET") or None  # noqa: TID251  # its one home


def home() -> Path:
    """Return SERENO_HOME: where everything lies that the program writes."""
    return home_folder(os.environ)  # noqa: TID251  # its one home
