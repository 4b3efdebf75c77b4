"""The frame's Spanish texts: all that a reader sees around what the registers say."""

from datetime import date
from typing import Final

PRODUCT: Final = "Sereno"
ATTENTION: Final = "Atención"
NOT_AN_ALL_CLEAR: Final = (
    "Este mensaje no trae ninguna lista. Eso no significa que no haya nada pendiente: "
    "hasta que se pueda comprobar, revíselo por otros medios."
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


def more(rows: int) -> str:
    """Tell how many rows a section leaves out."""
    return f"y {rows} más"
