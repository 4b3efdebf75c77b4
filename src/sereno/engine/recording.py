"""What a person does is recorded before it is done; where it then is not done, that too."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from sereno.domain.errors import SerenoError, StoreUnavailable
from sereno.engine.access import Deed
from sereno.engine.ports import Store


@contextmanager
def recorded(store: Store, deed: Deed) -> Iterator[None]:
    """Record what somebody does before it is done; whatever keeps it from being done, that too."""
    store.audit.note(deed)
    try:
        yield
    except Exception as error:
        why = error if isinstance(error, SerenoError) else type(error).__name__  # may say what is secret
        with suppress(StoreUnavailable):  # of which the error tells already
            store.audit.note(replace(deed, detail=f"no se hizo: {why}"))
        raise
