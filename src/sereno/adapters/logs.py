"""Logs: dotted events with fields, a line each, readable by people or as JSON."""

import logging
import sys
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor

from sereno.engine.ports import Clock, Log

MAX_BYTES = 10 * 1024 * 1024
BACKUPS = 5


def open_log(
    name: str,
    level: str,
    form: Literal["text", "json"],
    clock: Clock,
    *,
    file: Path | None,
    echo: bool = False,
) -> Log:
    """Return a log that writes to a rotated file, to standard error when `echo`, or nowhere at all.

    Events carry the clock's time. `level` is a name of the standard library's. A file that cannot be written
    is told on standard error, and the events go there instead: a full disk must not silence the watchman.
    """
    logging.raiseExceptions = False  # a log that cannot be written is told once, below, not at each event
    logger = logging.getLogger(f"sereno.{name}")
    logger.setLevel(level)
    logger.propagate = False
    logger.handlers = [_formatted(handler, form) for handler in _handlers(file, echo=echo)]
    log: Log = structlog.wrap_logger(
        logger,
        processors=[
            structlog.stdlib.add_log_level,
            partial(_stamp, clock),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    ).bind()  # now, not at each event: one that is not told costs next to nothing
    return log


def _stamp(clock: Clock, _logger: object, _method: str, event: EventDict) -> EventDict:
    return {**event, "timestamp": clock.now().isoformat(timespec="milliseconds")}


def _handlers(file: Path | None, *, echo: bool) -> list[logging.Handler]:
    screen = logging.StreamHandler(sys.stderr)
    handlers: list[logging.Handler] = [screen] if echo else []
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handlers.append(
                RotatingFileHandler(file, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")
            )
        except OSError as error:
            sys.stderr.write(f"No se puede escribir el registro {file}: {error}\n")
            handlers = [screen]
    return handlers or [logging.NullHandler()]


def _formatted(handler: logging.Handler, form: Literal["text", "json"]) -> logging.Handler:
    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.processors.LogfmtRenderer(
            key_order=["timestamp", "level", "event"], sort_keys=False, bool_as_flag=False
        )
    )
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=processors))
    return handler
