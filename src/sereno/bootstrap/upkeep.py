"""Copies of an installation's store, imported late."""

from pathlib import Path

from sereno.bootstrap.site import Site


def back_up_store(site: Site, target: Path) -> int:
    """Copy the store to a new file while it is used; return its bytes. Raises StoreUnavailable."""
    from sereno.adapters.store.backup import back_up

    return back_up(site.settings.state_db_url, target.absolute())


def restore_store(site: Site, source: Path) -> tuple[Path | None, int]:
    """Put a copy in the store's place; return where what it replaced is kept, and how many mails waited."""
    from sereno.adapters.store.backup import restore

    return restore(site.settings.state_db_url, source.absolute(), site.clock.now())
