"""Where a rehearsal leaves what the console shows: a folder that goes with the console, or after it."""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from sereno.adapters.machine import is_alive, this_process
from sereno.engine.logbook import Process

PREFIX = "sereno-ensayo-"
WHOSE = "consola.json"
"""Names the process that made the folder."""
KEPT = timedelta(days=1)
"""What is younger is left: its console may be about to name itself."""


def make_folder() -> Path:
    """Make a folder of the user's alone, which says which process it belongs to; raise OSError."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / WHOSE).write_text(json.dumps(asdict(this_process())), "utf-8")
    return folder


def clear_left(now: datetime) -> None:
    """Take away what consoles left that were killed: ours, old, and of no process that may be there."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_ours(folder, now) and _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path, now: datetime) -> bool:
    try:
        told = folder.lstat()
    except OSError:  # somebody else clears
        return False
    real = folder.is_dir() and not folder.is_symlink()
    own = sys.platform == "win32" or told.st_uid == os.getuid()
    return real and own and told.st_mtime < (now - KEPT).timestamp()


def _is_left(folder: Path) -> bool:
    try:
        maker = Process(**json.loads((folder / WHOSE).read_text("utf-8")))
    except FileNotFoundError:  # killed before it could say so
        return True
    except (OSError, ValueError, TypeError):
        return False
    return is_alive(maker) is False
