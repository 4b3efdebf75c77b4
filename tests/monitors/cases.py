"""The monitors that ship, by name, with their folders and their cases."""

from zoneinfo import ZoneInfo

from sereno.adapters.cases import Case, read_cases
from sereno.adapters.monitors import load_monitor, shipped_folders

MADRID = ZoneInfo("Europe/Madrid")
FOLDERS = {folder.name: folder for folder in shipped_folders()}
MONITORS = {name: load_monitor(folder) for name, folder in FOLDERS.items()}


def all_cases() -> list[tuple[str, Case]]:
    return [(name, case) for name, monitor in MONITORS.items() for case in read_cases(FOLDERS[name], monitor)]
