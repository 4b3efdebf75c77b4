"""Work beside what asks for it, in a thread that keeps no process from ending."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from sereno.domain.errors import SerenoError

Made = TypeVar("Made")


def begin(work: Callable[[], Made], name: str) -> "Future[Made]":
    """Begin a work; it is cancelled where a defect ends it."""
    future: Future[Made] = Future()

    def fulfil() -> None:
        try:
            future.set_result(work())
        except SerenoError as error:
            future.set_exception(error)
        finally:
            future.cancel()  # nothing where it was fulfilled; nobody waits for what a defect has ended

    Thread(target=fulfil, name=name, daemon=True).start()
    return future
