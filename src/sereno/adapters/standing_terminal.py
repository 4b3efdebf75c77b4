"""How the watch stands and why a digest went out, as operators see it in a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sereno.adapters.mail_terminal import STATE_WORDS, one_of
from sereno.adapters.terminal import NONE, Terminal
from sereno.domain.foreign import short_name
from sereno.engine.explaining import Attempt, Explanation
from sereno.engine.mail_records import MailSummary
from sereno.engine.standing import JobStanding, Standing
from sereno.engine.wording import RUN_WORDS, code_words

HEADINGS = ("Tarea", "Estado", "Última", "Resultado", "Próxima")
SHOWN = 20
"""Mails of a run that are listed one by one."""


@dataclass(frozen=True, slots=True)
class StandingTerminal:
    """Print how things stand for an operator."""

    terminal: Terminal

    def standing(self, now: Standing, at: datetime, modes: Sequence[str]) -> None:
        """Print the sentence that says it all first, then what needs a person, then everything."""
        self.terminal.say(f"{at:%d/%m/%Y %H:%M:%S}  {now.sentence}")
        self.terminal.warn(now.troubles)
        for note in (*modes, *now.notes):
            self.terminal.say(f"  · {note}")
        if now.jobs:
            self.terminal.say("")
            self.terminal.table(HEADINGS, map(_job_row, now.jobs))
        if now.mail is not None:
            self.terminal.say(f"\nCorreo: {_mail_words(now.mail)}")

    def explanation(self, told: Explanation) -> None:
        """Print the answer, and what it rests on."""
        self.terminal.say(f"{told.heading}\n{told.answer}\n")
        for ground in told.grounds:
            self.terminal.say(f"  {ground}")
        for attempt in told.attempts:
            self._attempt(attempt)
        for failure in told.failures:
            self.terminal.say(f"  {failure.started_at:%d/%m %H:%M} la tarea falló: {code_words(failure)}")

    def _attempt(self, attempt: Attempt) -> None:
        run = attempt.run
        marks = (" (forzada)" if run.forced else "") + (" (en prueba)" if run.trial else "")
        why = f": {run.why}" if run.why else ""
        self.terminal.say(
            f"  {run.finished_at:%d/%m %H:%M} ronda {RUN_WORDS[run.state]}{marks}, "
            f"hallazgos: {run.findings}, mensajes: {run.messages}{why}"
        )
        for line in attempt.mail[:SHOWN]:
            ended = f" el {line.settled_at:%d/%m %H:%M}" if line.settled_at else ""
            said = f" ({line.answer})" if line.state != "accepted" and line.answer else ""
            self.terminal.say(
                f"    {short_name(line.id)}: {one_of(line.state)}{ended}, {_whom(line.recipients)}{said}"
            )
        if len(attempt.mail) > SHOWN:
            self.terminal.say(f"    y {len(attempt.mail) - SHOWN} más")


def _job_row(each: JobStanding) -> tuple[str, ...]:
    last, due = each.last, each.next_due
    return (
        each.job,
        each.state,
        NONE if last is None else f"{last.ended_at:%d/%m %H:%M}",
        NONE if last is None else code_words(last),
        NONE if due is None else f"{due:%d/%m %H:%M}",
    )


def _mail_words(mail: MailSummary) -> str:
    counts = [f"{words}: {mail.of(state)}" for state, words in STATE_WORDS.items() if mail.of(state)]
    return ", ".join([*counts, f"aceptados hoy: {mail.accepted_since}"])


def _whom(recipients: Sequence[str]) -> str:
    first, *others = recipients or (NONE,)
    return f"{first} y {len(others)} más" if others else first
