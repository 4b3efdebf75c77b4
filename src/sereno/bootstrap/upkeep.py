"""Copies of an installation's store, imported late."""

from contextlib import suppress
from pathlib import Path

from sereno.bootstrap.site import Site
from sereno.domain.errors import StoreUnavailable


def back_up_store(site: Site, target: Path) -> int:
    """Copy the store to a new file while it is used; return its bytes. Raises StoreUnavailable."""
    from sereno.adapters.store.backup import back_up

    return back_up(site.settings.state_db_url, target.absolute())


def restore_store(site: Site, source: Path) -> tuple[Path | None, int]:
    """Put a copy in the store's place; return where what it replaced is kept, and how many mails waited."""
    from sereno.adapters.machine import is_alive
    from sereno.adapters.store.backup import restore

    lease = None
    with suppress(StoreUnavailable), site.look_at_store() as store:  # a damaged one is what is replaced
        lease = store.logbook.lease() if store else None
    if lease is not None and is_alive(lease.holder):
        pid, path = lease.holder.pid, site.settings.state_db_url.removeprefix("sqlite:///")
        raise StoreUnavailable(
            f"El almacén {path} está en uso por el maestro (proceso {pid}), aunque ahora descanse: "
            "deténgalo (run_master.py), y repita"
        )
    return restore(site.settings.state_db_url, source.absolute(), site.clock.now())
