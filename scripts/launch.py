"""Start one of Sereno's commands, or say in one line how to install it."""

import sys
from pathlib import Path


def launch(*command: str) -> None:
    """Run the command under the script's own name and exit with its code."""
    try:
        from sereno.cli import main  # noqa: PLC0415  # its absence is what we are here to explain
    except ModuleNotFoundError as error:
        root = Path(__file__).resolve().parents[1]
        sys.exit(
            f"A este Python ({sys.executable}) le falta «{error.name}»: ejecute «make install» en {root} "
            f"y use {root / '.venv/bin/python'} {sys.argv[0]}"
        )
    sys.exit(main(command, program=Path(sys.argv[0]).name))
