"""What operators see in a terminal: short tables and sentences, in Spanish, good at 80 columns."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from sereno.domain.cadence import Period, format_cadence
from sereno.domain.outbox import Message
from sereno.domain.rules import url_variable
from sereno.engine.agenda import Duty
from sereno.engine.master import State
from sereno.engine.records import JobResult, Run
from sereno.engine.watch import Report, Served
from sereno.engine.wording import RUN_WORDS, code_words

if TYPE_CHECKING:
    from rich.console import JustifyMethod

    from sereno.adapters.inspection import Inspected
    from sereno.adapters.register_view import RegisterView

NONE = "—"
LONGEST_WORD = 24
"""Up to so many characters a word of a table is not broken: `no_conformidades/tecnico`."""
WHOLE = frozenset({"Tarea", "Informe", "Periodo", "Vence", "Vista", "Correo", "Desde"})
RIGHT = frozenset(
    {
        *("Correos", "Hallazgos", "Mensajes", "Filas", "Datos dudosos"),
        *("ms", "Reglas", "Casos", "Faltas", "Esperan", "Nuevos", "Antiguos", "Ya recogidos"),
    }
)


def _print(text: str, **style: Any) -> None:  # noqa: ANN401  # click's own
    """Print a text; a terminal that is gone or a disk that is full must not cost the round."""
    with suppress(OSError):
        click.secho(text, **style)


def plain(text: str) -> str:
    """Show what strangers wrote: a control character would move the cursor, or worse."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun."""
    return f"{number} {one if number == 1 else many}"


class Terminal:
    """Print for an operator."""

    def say(self, text: str) -> None:
        """Print a sentence."""
        _print(text)

    def warn(self, texts: Iterable[str]) -> None:
        """Print each sentence so that it is not overlooked."""
        for text in texts:
            _print(f"Atención: {text}", fg="yellow", bold=True)

    def banner(self, *texts: str) -> None:
        """Print sentences that nobody can overlook."""
        rule = "═" * 78
        _print("\n".join([rule, *texts, rule]), fg="cyan", bold=True)

    def child(self, job: str, line: str) -> None:
        """Print a line of a job's own output."""
        _print(f"{job} │ {line}")

    def cycle(self, state: State, runs: Sequence[Run]) -> None:
        """Print what a cycle did: job, digest, period, findings, messages."""
        _print(
            f"\nCiclo {state.cycle} · {state.context.label} · {state.started_at:%d/%m/%Y %H:%M}", bold=True
        )
        headings = ("Tarea", "Informe", "Periodo", "Hallazgos", "Mensajes", "Resultado")
        ours = [run for run in runs if run.monitor in state.results]
        self.table(headings, [*_run_rows(ours), *_other_rows(state, {run.monitor for run in ours})])
        for job, result in state.results.items():
            if result.code != 0:
                _print(f"\n{job}: {code_words(result)}. Lo último que dijo:\n{result.tail}", fg="red")
        for fault in state.faults:
            _print(f"\nEl ciclo ha fallado: {fault}", fg="red")

    def rest(self, state: State) -> None:
        """Print until when the master rests."""
        if state.wake_at is not None:
            _print(f"Descansa hasta las {state.wake_at:%H:%M:%S}. Ctrl+C lo detiene.")

    def agenda(self, duties: Sequence[Duty], unconfigured: Mapping[str, Sequence[str]]) -> None:
        """Print how each digest stands; a monitor without its register is never shown as well."""
        self.table(
            ("Informe", "Cadencia", "Debe", "Última", "Resultado", "Próxima"),
            [_duty_row(duty, unconfigured[duty.monitor.name]) for duty in duties],
        )
        for name, missing in unconfigured.items():
            if missing:
                _print(f"{name}: sin configurar, falta {', '.join(missing)}")

    def report(self, report: Report) -> None:
        """Print how a round ended, digest by digest."""
        for served in report.served:
            _print(f"{report.monitor.name}/{served.plan.name}: {_served_words(served)}")
            if served.messages or (served.run and served.run.state != "complete"):
                self.warn(dict.fromkeys(w for digest in served.digests for w in digest.warnings))
            self.waiting(served.messages)
        counts = {
            name: number for name, number in (report.look.counts if report.look else {}).items() if number
        }
        if counts:
            _print(f"  Diagnóstico: {', '.join(f'{name} {number}' for name, number in counts.items())}")

    def waiting(self, messages: Sequence[Message]) -> None:
        """Print what would be sent and to whom."""
        for message in messages:
            _print(f"  Para:   {', '.join(message.envelope.recipients)}")
            _print(f"  Asunto: {plain(message.subject)} ({len(message.data) / 1024:.0f} KB)")

    def inspection(self, inspected: Sequence["Inspected"], unconfigured: Sequence[str]) -> None:
        """Print how each declared table looks in its register."""
        self.table(
            ("Registro", "Tabla", "Filas", "Datos dudosos", "Resultado"),
            [_inspected_row(each) for each in inspected],
        )
        self.warn(dict.fromkeys(each.fault for each in inspected if each.fault))
        for name in unconfigured:
            _print(f"{name}: sin configurar ({url_variable(name)})")

    def register(self, view: "RegisterView") -> None:
        """Print what a register holds, and what the monitors miss there."""
        self.table(
            ("Tabla", "Filas", "Columnas"),
            [(each.table, NONE if each.rows is None else str(each.rows), each.told) for each in view.seen],
        )
        self.warn(view.missing)
        for told in view.optional:
            _print(told)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table as wide as the terminal at most."""
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table

        told, console = list(rows), Console()
        widths = [_longest_word(column) for column in zip(headings, *told, strict=True)]
        fits = sum(widths) + 2 * len(widths) <= console.width
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        for heading, width in zip(headings, widths, strict=True):
            justify: JustifyMethod = "right" if heading in RIGHT else "left"
            whole, least = heading in WHOLE, width if fits else None
            table.add_column(heading, justify=justify, overflow="fold", no_wrap=whole, min_width=least)
        for row in told:
            table.add_row(*map(escape, row))
        with console.capture() as drawn:  # on a broken pipe Rich itself would end the process
            console.print(table)
        _print(drawn.get().rstrip("\n"))

    def sheet(self, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], form: str) -> bytes:
        """Write a table as `csv` or `xlsx`."""
        from sereno.adapters.tables import csv_bytes, xlsx_bytes

        return csv_bytes(headings, rows) if form == "csv" else xlsx_bytes(title, headings, rows)


def _longest_word(column: Iterable[str]) -> int:
    return min(LONGEST_WORD, max(map(len, " ".join(column).split())))


def _run_rows(runs: Sequence[Run]) -> list[tuple[str, ...]]:
    return [
        (run.monitor, run.digest, run.period, _findings(run), str(run.messages), _run_words(run))
        for run in runs
    ]


def _other_rows(state: State, told: set[str]) -> list[tuple[str, ...]]:
    """Give a row to each job that left no run: mail, the failed, the idle."""
    results = {job: _last_words(result) for job, result in state.results.items() if job not in told}
    return [(job, NONE, NONE, NONE, NONE, words) for job, words in {**state.idle, **results}.items()]


def _duty_row(duty: Duty, missing: Sequence[str]) -> tuple[str, ...]:
    decision = duty.decision
    owes = decision.id if isinstance(decision, Period) else decision.reason
    return (
        f"{duty.monitor.name}/{duty.plan.name}",
        format_cadence(duty.cadence).replace("@", " "),
        "sin configurar" if missing else owes,
        _moment(duty.last.finished_at if duty.last else None),
        _run_words(duty.last) if duty.last else NONE,
        NONE if missing or not duty.following else _moment(duty.following.opens),
    )


def _inspected_row(each: "Inspected") -> tuple[str, ...]:
    absent = each.rows is None and not each.fault
    readable = "con dudas" if each.doubts else "bien"
    verdict = "MAL" if each.fault else "no está (es opcional)" if absent else readable
    rows = NONE if each.rows is None else str(each.rows)
    return (each.table.register, each.table.name, rows, str(each.doubts), verdict)


def _run_words(run: Run) -> str:
    words = RUN_WORDS[run.state]
    return words + (" (forzada)" if run.forced else "") + (" (en prueba)" if run.trial else "")


def _findings(run: Run) -> str:
    """Count what was found; what a blind round did not see is not nothing."""
    if run.state != "blind":
        return str(run.findings)
    return f"{run.findings} o más" if run.findings else "no se sabe"


def _last_words(result: JobResult) -> str:
    """Say how a job ended: a good one in its own last words."""
    said = result.tail.splitlines()
    return said[-1] if said and result.code == 0 else code_words(result)


def _served_words(served: Served) -> str:
    run = served.run
    if run is None:
        return served.reason
    sent = "1 mensaje en cola" if run.messages == 1 else f"{run.messages} mensajes en cola"
    return f"{run.period}, ronda {_run_words(run)}; hallazgos: {_findings(run)}; {sent}"


def _moment(at: datetime | None) -> str:
    return NONE if at is None else f"{at:%d/%m %H:%M}"
