"""What somebody does by a command is recorded as what is done in the console is."""

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
    """Record what the operator does before it is done, and where it then is not, that too."""
    return recorded(store, Deed(site.clock.now(), f"sistema/{operator()}", action, subject, detail))
