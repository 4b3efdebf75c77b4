"""What operators see of mail in a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sereno.adapters.terminal import NONE, Terminal, counted, plain
from sereno.domain.foreign import short_name
from sereno.domain.outbox import State
from sereno.engine.deliver import MailReport
from sereno.engine.mail_records import Hold, MailLine, MailSheet, MailSummary
from sereno.engine.taking_in import Intake

STATE_WORDS: Mapping[State, str] = {
    "queued": "en cola",
    "sending": "enviándose",
    "accepted": "aceptados",
    "deferred": "aplazados",
    "dead": "rechazados",
    "unknown": "sin respuesta",
    "held": "retenidos",
    "old": "antiguos",
    "diverted": "apartados",
    "dropped": "descartados",
}
DECIDE = "«sereno mail list» los muestra; «sereno mail retry|drop CORREO» decide."


@dataclass(frozen=True, slots=True)
class MailTerminal:
    """Print mail for an operator."""

    terminal: Terminal

    def report(self, report: MailReport) -> None:
        """Print how a delivery went, and what stays behind until somebody decides."""
        self.terminal.warn(report.troubles)
        self.taken_in(report.intakes)
        if report.refused:
            who = counted(report.refused, "destinatario rechazado", "destinatarios rechazados")
            self.terminal.warn([f"{who} en correos que otros sí recibieron."])
        self.terminal.warn(_stuck(report.outbox))
        if report.outbox.hold is not None:
            self.hold(report.outbox.hold)
        if report.quiet and report.outbox.pending:
            self.terminal.say("Los informes esperan a su horario (MAIL_DIGEST_HOURS).")
        counts = [f"{STATE_WORDS[state]}: {number}" for state, number in report.ended.items()]
        self.terminal.say(f"correo: {', '.join(counts) or 'nada que enviar'}")

    def taken_in(self, intakes: Sequence[Intake]) -> None:
        """Print what was taken from the queues; at the first look, what is older than the watch."""
        for intake in intakes:
            counts = [f"{STATE_WORDS[state]}: {number}" for state, number in intake.taken.items()]
            if counts:
                self.terminal.say(f"cola {intake.origin}: {', '.join(counts)}")
            if intake.first_look and intake.whole:
                self.terminal.say(_first_look(intake))
            if intake.left_behind:
                self.terminal.warn([_left_behind(intake)])
            if intake.again:
                again = counted(intake.again, "correo ya enviado", "correos ya enviados")
                asked = f"cola {intake.origin}: piden reenviar {again}"
                self.terminal.warn([f"{asked}; retenido hasta que alguien decida."])

    def lines(self, lines: Sequence[MailLine], limit: int) -> None:
        """Print deliveries in a table."""
        self.terminal.table(
            ("Correo", "Estado", "Desde", "Para", "Asunto"),
            [
                (
                    short_name(line.id),
                    one_of(line.state),
                    f"{line.queued_at:%d/%m %H:%M}",
                    plain(_people(line)),
                    plain(line.subject),
                )
                for line in lines
            ],
        )
        if len(lines) == limit:
            self.terminal.say(f"Se muestran {limit}; puede haber más (--limit).")

    def stats(self, summary: MailSummary) -> None:
        """Print how many deliveries are in each state."""
        rows = [
            (words, str(summary.of(state))) for state, words in STATE_WORDS.items() if state != "accepted"
        ]
        self.terminal.table(("Estado", "Correos"), [*rows, ("aceptados hoy", str(summary.accepted_since))])
        if summary.hold is not None:
            self.hold(summary.hold)

    def hold(self, hold: Hold) -> None:
        """Warn that no mail leaves."""
        why = f" ({plain(hold.why)})" if hold.why else ""
        since = f"{hold.since:%d/%m/%Y %H:%M}"
        self.terminal.warn(
            [f"El correo está retenido desde el {since}{why}; «sereno mail hold off» lo suelta."]
        )

    def sheet(self, sheet: MailSheet) -> None:
        """Print all that is known of a delivery."""
        line = sheet.line
        told = {
            "Correo": short_name(line.id),
            "Origen": line.origin,
            "Estado": f"{one_of(line.state)} ({line.state})",
            "De": sheet.sender or NONE,
            "Para": ", ".join(line.recipients) or (sheet.draft and sheet.draft.to) or NONE,
            "Asunto": line.subject,
            "En cola": f"{line.queued_at:%d/%m/%Y %H:%M:%S}",
            "Intentos": str(line.attempts),
            "Próximo": NONE if line.next_attempt_at is None else f"{line.next_attempt_at:%d/%m/%Y %H:%M}",
            "Respuesta": line.answer or NONE,
            "Tamaño": NONE if sheet.data is None else f"{len(sheet.data) / 1024:.0f} KB",
        }
        for heading, text in told.items():
            self.terminal.say(f"{heading + ':':<11}{plain(text)}")
        for address, words in sheet.refused.items():
            self.terminal.say(plain(f"  rechazado {address}: {words}"))
        for attempt in sheet.past:
            at = f"{attempt.at:%d/%m/%Y %H:%M:%S}"
            self.terminal.say(plain(f"  {at} {one_of(attempt.verdict)}: {attempt.answer}"))


def one_of(state: State) -> str:
    """Name the state of one mail."""
    return STATE_WORDS[state].removesuffix("s")


def _people(line: MailLine) -> str:
    first, *others = line.recipients or (NONE,)
    return f"{first} y {len(others)} más" if others else first


def _stuck(summary: MailSummary) -> list[str]:
    """Say what does not leave by itself."""
    stuck = summary.stuck_in_words
    told = [f"Correos que no se envían solos: {stuck}. {DECIDE}"] if stuck else []
    waits = counted(summary.awaiting, "correo espera", "correos esperan")
    waiting = [f"{waits} a sus adjuntos."] if summary.awaiting else []
    return [*told, *waiting]


def _left_behind(intake: Intake) -> str:
    found = counted(intake.left_behind, "correo antiguo no se envía", "correos antiguos no se envían")
    return (
        f"cola {intake.origin}: {found} (más de MAIL_TAKE_IN_DAYS). «sereno mail list --state old» los "
        f"muestra; «sereno mail adopt|ignore --origin {intake.origin}» decide."
    )


def _first_look(intake: Intake) -> str:
    old = intake.taken.get("old", 0)
    return (
        f"cola {intake.origin}: primera vez que se mira. Antiguos, que se quedan como están: {old}. "
        f"«sereno mail adopt|ignore --origin {intake.origin}» decide."
    )
