"""What somebody decides about jobs, mail, links and users by a command, recorded as done by them."""

from contextlib import AbstractContextManager

from sereno.bootstrap.site import Site
from sereno.commands.asked import operator
from sereno.domain.access import Action
from sereno.engine.access import Deed
from sereno.engine.ports import Store
from sereno.engine.recording import recorded


def done_by_command(
    site: Site, store: Store, action: Action, subject: str = "", detail: str = ""
) -> AbstractContextManager[None]:
    """Record something as done by who runs this command."""
    return recorded(store, Deed(site.clock.now(), f"sistema/{operator()}", action, subject, detail))
