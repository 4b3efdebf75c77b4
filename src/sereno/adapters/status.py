"""The status file: replaced atomically, readable by any JSON reader at every instant."""

import json
import os
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sereno.adapters.machine import CLOCK_SLACK, is_running, process_at
from sereno.engine.ports import Log
from sereno.engine.standing import Published


@dataclass(frozen=True, slots=True)
class StatusFile:
    """Publish the daemon's status in a file."""

    path: Path
    log: Callable[[], Log]
    """Asked for only where the disk refuses."""

    def publish(self, status: Mapping[str, object]) -> None:
        """Replace the file; a disk that refuses is logged, since it must not stop the rounds."""
        text = json.dumps(status, ensure_ascii=False, indent=2) + "\n"
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            log = self.log()
            log.error("status.unwritten", path=str(self.path), why=str(error))


def read_json(path: Path) -> dict[str, Any] | None:
    """Read what the file holds; None where it cannot be read or is no status."""
    try:
        status = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return status if isinstance(status, dict) else None


def read_status(path: Path) -> Published:
    """Read the status file, and look whether the process that wrote it is there."""
    try:
        written, text = path.stat().st_mtime, path.read_text("utf-8")
    except FileNotFoundError:
        return Published(None, f"Sereno no se ha arrancado nunca aquí: no hay fichero de estado ({path})")
    except (OSError, UnicodeDecodeError) as error:
        return Published(None, f"El fichero de estado {path} no se puede leer: {error}")
    try:
        status = json.loads(text)
    except ValueError:
        status = None
    if not isinstance(status, dict) or not isinstance(status.get("modulos") or {}, dict):
        return Published(None, f"El fichero de estado {path} no se entiende. Se espera el que escribe Sereno")
    here = status.get("host") == platform.node()
    return Published(status, here=here, alive=not here or _is_alive(status.get("pid"), written))


def _is_alive(pid: object, written: float) -> bool:
    """Tell whether a process is there that is no younger than the file: numbers are used again."""
    process = process_at(pid) if isinstance(pid, int) else None
    return process is not None and is_running(process) and process.create_time() <= written + CLOCK_SLACK
