"""The frame's Spanish texts: all that a reader sees around what the registers say."""

from datetime import date
from typing import Final

from sereno.domain.digest import Digest, Section
from sereno.domain.writing import BLANK

PRODUCT: Final = "Sereno"
OPERATORS: Final = "Operadores"
ATTENTION: Final = "Atención"
NOT_AN_ALL_CLEAR: Final = (
    "Este mensaje no trae ninguna lista. Eso no significa que no haya nada pendiente: "
    "hasta que se pueda comprobar, revíselo por otros medios."
)
FIGURES: Final = "Cifras"
NOW: Final = "Ahora"
BEFORE: Final = "Antes"
UNKNOWN: Final = BLANK
UNGROUPED: Final = "General"
"""Heads the sections that are nobody's, where others are grouped by person."""

LINK: Final = "Ver mis hallazgos abiertos, posponerlos o llevarlos a mi calendario"
LINK_ABOUT: Final = (
    "El enlace es solo para usted y vale 30 días. No lo reenvíe: quien lo tenga verá lo mismo."
)

CODE_SUBJECT: Final = "Código para posponer un hallazgo"
CODE_TITLE: Final = "Su código"
CODE_ASKED: Final = "Se ha pedido desde su página personal para posponer «{finding}» hasta el {until}."
CODE_USE: Final = "Escríbalo en la página que lo pidió. Vale diez minutos, y una sola vez."
CODE_NOT_YOU: Final = (
    "Si no lo ha pedido usted, no haga nada: sin el código no cambia nada. Alguien tiene su enlace personal; "
    "anúlelo desde la propia página."
)

_WEEKDAYS: Final = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MONTHS: Final = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)


def day_in_words(day: date) -> str:
    """Write a date as `martes, 24 de noviembre de 2026`, whatever the machine's locale."""
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} de {_MONTHS[day.month - 1]} de {day.year}"


def more(section: Section, digest: Digest) -> str:
    """Tell how many rows a section leaves out, and where they are; nothing where it shows them all."""
    left_out = section.total - len(section.lines)
    if left_out <= 0:
        return ""
    attached = any((each.id, each.group) == (section.id, section.group) for each in digest.sheet)
    return f"{and_more(left_out)} en la hoja adjunta" if attached else and_more(left_out)


def and_more(left_out: int) -> str:
    """Tell how many more there are than are shown."""
    return f"y {left_out} más"


def put_off(snoozed: str) -> str:
    """Head the findings that were put off."""
    return f"Pospuestas: {snoozed}" if snoozed else ""


def left_out(sections: int, rows: int) -> str:
    """Say what a page too big for mail programs leaves out."""
    return (
        f"Este correo es demasiado largo para verse entero: faltan {sections} listas con {rows} filas, "
        "que están en la hoja adjunta."
    )
