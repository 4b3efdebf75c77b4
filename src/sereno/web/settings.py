"""Ajustes: the settings in force without their secrets, the version, and the health of the watch."""

from itertools import groupby
from operator import attrgetter

from sereno.web.health import health
from sereno.web.page import Asked, Page
from sereno.web.reading import View


def settings(view: View, _asked: Asked) -> Page:
    """Show every setting in force and where it was read."""
    shown = view.reading.settings()
    groups = {name: list(each) for name, each in groupby(shown, key=attrgetter("group"))}
    return Page(
        "settings.html",
        "Ajustes",
        {
            "groups": groups,
            "warnings": tuple(view.reading.warnings()),
            "health": health(view),
            "status": view.published.status or {},
        },
    )
