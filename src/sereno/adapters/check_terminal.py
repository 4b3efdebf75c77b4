"""What operators see of a check in a terminal."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import fill
from typing import TYPE_CHECKING

from sereno.adapters.terminal import NONE, Terminal

if TYPE_CHECKING:
    from sereno.adapters.probes import Answer
    from sereno.adapters.queues.examining import Examined
    from sereno.adapters.relay_check import Step
    from sereno.adapters.workshop import Examination
    from sereno.settings import Explained

WIDTH = 80
GOOD, BAD = "✔", "✘"


@dataclass(frozen=True, slots=True)
class CheckTerminal:
    """Print what a check saw, for an operator."""

    terminal: Terminal

    def step(self, step: "Step") -> None:
        """Print how a step went, with a tick or a cross."""
        mark = _mark(good=step.good)
        words = fill(f"{step.name}: {step.words}", WIDTH - 2, subsequent_indent="  ", break_on_hyphens=False)
        self.terminal.say(f"{mark} {words}".replace("\n", "\n  "))
        if step.soon:
            self.terminal.warn(["el certificado caduca pronto: renuévelo."])

    def settings(self, explained: "Explained", *, written_alone: bool) -> None:
        """Print every setting under its heading, as a line of `.env`, and where it was read."""
        exists = "" if explained.env_file.exists() else " (no existe)"
        self.terminal.say(f"Fichero de ajustes: {explained.env_file}{exists}")
        wanted = [each for each in explained.settings if each.written or not written_alone]
        for group, settings in groupby(wanted, key=lambda each: each.group):
            self.terminal.say(f"\n{group}")
            for each in settings:
                self.terminal.say(_with_source(f"  {each.name}={each.value}", each.source))
        if not wanted:
            self.terminal.say("Nadie ha escrito ningún ajuste: rige todo por omisión.")

    def answers(self, answers: Iterable["Answer"]) -> bool:
        """Print who answered and how soon, then why the others did not; False where one did not."""
        heard = list(answers)
        self.terminal.table(
            ("Qué", "Dónde", "Resultado", "ms"),
            [(each.probe.what, each.probe.where, each.words, str(each.milliseconds)) for each in heard],
        )
        faults = [each.fault for each in heard if each.fault]
        self.terminal.warn(faults)
        return not faults

    def queues(self, examined: Sequence["Examined"]) -> None:
        """Print how the queues stand: what waits there, and what of it would leave by itself."""
        self.terminal.table(
            ("Cola", "Esperan", "Nuevos", "Antiguos", "Ya recogidos", "Resultado"),
            [_queue_row(each) for each in examined],
        )
        for each in examined:
            if each.absent:
                self.terminal.say(f"cola {each.origin}: no tiene {', '.join(each.absent)}; se da por vacío.")
        self.terminal.warn(each.fault for each in examined if each.fault)

    def monitors(self, examined: Sequence["Examination"]) -> None:
        """Print how the monitors stand, then every fault."""
        self.terminal.table(
            ("Vigilante", "De quién", "Reglas", "Casos", "Faltas", "Resultado"),
            [
                (
                    each.name,
                    "suyo" if each.own else "de Sereno",
                    str(each.rules or NONE),
                    str(each.cases),
                    str(len(each.faults)),
                    "MAL" if each.faults else "bien",
                )
                for each in examined
            ],
        )
        for each in examined:
            self.terminal.warn(f"{each.name}: {fault}" for fault in each.faults)


def _with_source(text: str, source: str) -> str:
    """Put the source at the line's end, on a line of its own where it does not fit."""
    room = WIDTH - len(text) - 2
    return f"{text}  {source:>{room}}" if room >= len(source) else f"{text}\n{source:>{WIDTH}}"


def _queue_row(each: "Examined") -> tuple[str, ...]:
    counts = [each.waiting.get("new", 0), each.waiting.get("old", 0)]
    seen = each.waiting.get("known", 0) + each.waiting.get("again", 0)
    numbers = [sum(counts) + seen, *counts, seen]
    more = "MAL" if each.fault else "bien"
    return (each.origin, *(NONE if each.fault and not sum(numbers) else str(n) for n in numbers), more)


def _mark(*, good: bool) -> str:
    """Return a tick or a cross, in words where the terminal has no such characters."""
    try:
        (GOOD + BAD).encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "bien" if good else "MAL"
    return GOOD if good else BAD
