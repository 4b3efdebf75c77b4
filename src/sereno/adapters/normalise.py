"""Bring what registers hold to one form, at the border: numbers, trimmed text, ISO dates, 0/1 flags, NULL."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import cast

from sereno.domain.findings import Cell
from sereno.domain.rules import ColumnType

SHOWN = 80
"""Characters of an unreadable value that are shown."""

_INTEGERS = range(-(2**63), 2**63)
_MOST_MEANINGS = 50_000
"""Values of a column type whose meaning is remembered."""
_ZERO_DATE = date(1899, 12, 30)
"""What Access writes for a time without a date."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Not three zeros: in Spain "1.000" is a thousand, elsewhere it is one.
_INTEGER = re.compile(r"([+-]?\d{1,30})(?:[.,]0{1,2})?", re.ASCII)
_REAL = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(
    r"""(?: (?P<y1>\d{4}) - (?P<m1>\d{1,2}) - (?P<d1>\d{1,2})
          | (?P<d2>\d{1,2}) (?P<sep>[/-]) (?P<m2>\d{1,2}) (?P=sep) (?P<y2>\d{4}) )
        (?: (?:T|\s+) (?P<hour>\d{1,2}) : (?P<minute>\d{2}) (?: : (?P<second>\d{2}) (?:[.,]\d+)? )?
            \s* (?P<zone>Z | (?P<sign>[+-]) (?P<zh>\d{2}) (?: :? (?P<zm>\d{2}) )? (?: :? (?P<zs>\d{2}) )? )?
        )?""",
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)
_FLAGS = {
    **dict.fromkeys(("sí", "si", "s", "yes", "true", "verdadero", "1", "-1"), 1),
    **dict.fromkeys(("no", "n", "false", "falso", "0"), 0),
}


def normalise_column(
    values: Sequence[object], kind: ColumnType, tz: tzinfo, day_zero: date | None = None
) -> tuple[list[Cell], dict[int, str]]:
    """Convert a column to its declared type; a zoned time is first brought to `tz`.

    `day_zero` is the day from which a spreadsheet's numbers count days. Returns the cells, and by position
    what could not be understood, fit to be shown: there the cell is None.
    """
    if day_zero is not None and kind == "DATE":
        values = [_day_of_number(value, day_zero) for value in values]
    held = set(map(type, values))
    if held <= _UNTOUCHED[kind] and (clean := _untouched(values, kind)) is not None:
        return clean, {}
    if kind in _FEW_VALUES and held <= _TELLABLE:
        return _by_value(values, kind, tz)
    return _one_by_one(values, kind, tz)


def _day_of_number(value: object, zero: date) -> object:
    """Return the day that a number stands for; what stands for none is as it was."""
    if type(value) in (int, float) and 0 <= (number := cast("float", value)) <= (date.max - zero).days:
        return zero + timedelta(days=int(number))
    return value


def normalise_value(value: object, kind: ColumnType, tz: tzinfo) -> Cell:
    """Convert one value; what cannot be understood is None, like what is blank."""
    try:
        return None if value is None else _CONVERTERS[kind](value, tz)
    except (ValueError, OverflowError):
        return None


def _untouched(values: Sequence[object], kind: ColumnType) -> list[Cell] | None:
    """Return the values where they are what they become, or as good as; None where one might not be."""
    given = cast("Sequence[Cell]", values)
    some = [value for value in given if value is not None] if None in given else given
    if kind == "TEXT":
        return _printable(given, cast("Sequence[str]", some))
    numbers = cast("Sequence[float]", some)
    sound = all(map(math.isfinite, numbers)) if kind == "REAL" else _all_in_64_bits(numbers)
    return list(given) if sound else None


def _printable(given: Sequence[Cell], texts: Sequence[str]) -> list[Cell] | None:
    if not "".join(texts).isprintable():
        return None
    if len(texts) < len(given):
        return [None if text is None else str(text).strip() or None for text in given]
    stripped: list[Cell] = [*map(str.strip, texts)]
    return [text or None for text in stripped] if "" in stripped else stripped


def _all_in_64_bits(numbers: Sequence[float]) -> bool:
    return not numbers or (min(numbers) in _INTEGERS and max(numbers) in _INTEGERS)


def _by_value(values: Sequence[object], kind: ColumnType, tz: tzinfo) -> tuple[list[Cell], dict[int, str]]:
    """Convert each different value once; the values are of types that equal none of another type's."""
    cells, unreadable = _meanings(kind, tz)
    if len(cells) > _MOST_MEANINGS:
        cells.clear()
        unreadable.clear()
    new = list(set(values).difference(cells))
    read, doubtful = _one_by_one(new, kind, tz)
    cells.update(zip(new, read, strict=True))
    unreadable.update((new[at], shown) for at, shown in doubtful.items())
    doubts: dict[int, str] = {}
    if not unreadable.keys().isdisjoint(values):
        doubts = {at: unreadable[value] for at, value in enumerate(values) if value in unreadable}
    return [*map(cells.__getitem__, values)], doubts


@lru_cache(maxsize=8)
def _meanings(kind: ColumnType, tz: tzinfo) -> tuple[dict[object, Cell], dict[object, str]]:  # noqa: ARG001
    """Hold what values became, and those not understood: a register writes the same days over and over."""
    return {}, {}


def _one_by_one(values: Iterable[object], kind: ColumnType, tz: tzinfo) -> tuple[list[Cell], dict[int, str]]:
    convert = _CONVERTERS[kind]  # raises ValueError or OverflowError for what it cannot understand
    cells: list[Cell] = []
    unreadable: dict[int, str] = {}
    for at, value in enumerate(values):
        try:
            cells.append(None if value is None else convert(value, tz))
        except (ValueError, OverflowError):
            cells.append(None)
            unreadable[at] = show(value)
    return cells, unreadable


def show(value: object) -> str:
    """Return a value as one line of at most 80 characters, its control characters made visible."""
    shown = "".join(c if c.isprintable() else _escaped(c) for c in _words(value)[: SHOWN + 1])
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


def show_key(cells: Sequence[Cell]) -> str:
    """Name a record by its key."""
    return ", ".join("(vacío)" if cell is None else show(cell) for cell in cells)


def _integer(value: object, _: tzinfo) -> Cell:
    if isinstance(value, int):
        return _in_64_bits(int(value))
    if isinstance(value, float | Decimal):
        return _in_64_bits(_whole(value))
    if not (text := _written(value)):
        return None
    if match := _INTEGER.fullmatch(text):
        return _in_64_bits(int(match[1]))
    raise ValueError


def _in_64_bits(number: int) -> int:
    if number not in _INTEGERS:
        raise ValueError
    return number


def _whole(number: float | Decimal) -> int:
    if not (_INTEGERS.start <= _finite(number) <= _INTEGERS.stop and number == int(number)):
        raise ValueError
    return int(number)


def _real(value: object, _: tzinfo) -> Cell:
    if isinstance(value, int | float | Decimal):
        return _finite(value)
    if not (text := _written(value)):
        return None
    if _REAL.fullmatch(text):
        return _finite(text.replace(",", "."))
    raise ValueError


def _finite(number: float | Decimal | str) -> float:
    real = float(number)
    if not math.isfinite(real):
        raise ValueError
    return real


def _text(value: object, _: tzinfo) -> Cell:
    return _tidy(value if isinstance(value, str) else _words(value)) or None


def _date(value: object, tz: tzinfo) -> Cell:
    if isinstance(value, datetime):
        return _day(value, tz)
    if isinstance(value, date):
        return _iso(value)
    text = _written(value)
    return _date_of_text(text, tz) if text else None


@lru_cache(maxsize=_MOST_MEANINGS)
def _date_of_text(text: str, tz: tzinfo) -> str | None:
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError
    part = {name: int(digits) for name, digits in match.groupdict("0").items() if digits.isdigit()}
    year, month, day = part["y1"] or part["y2"], part["m1"] or part["m2"], part["d1"] or part["d2"]
    zone = _zone(match["zone"], match["sign"], part)
    return _day(datetime(year, month, day, part["hour"], part["minute"], part["second"], tzinfo=zone), tz)


def _zone(zone: str | None, sign: str | None, part: Mapping[str, int]) -> timezone | None:
    if not zone:
        return None
    offset = timedelta(hours=part["zh"], minutes=part["zm"], seconds=part["zs"])
    return timezone(-offset if sign == "-" else offset)


def _day(moment: datetime, tz: tzinfo) -> str | None:
    if moment.tzinfo is None or moment.date() == _ZERO_DATE:
        return _iso(moment.date())
    return _iso(moment.astimezone(tz).date())


def _iso(day: date) -> str | None:
    return None if day == _ZERO_DATE else day.isoformat()


def _flag(value: object, _: tzinfo) -> Cell:
    if isinstance(value, int | float | Decimal):
        return _flag_of_text(str(_whole(value)))
    text = _written(value)
    return _flag_of_text(text) if text else None


def _flag_of_text(text: str) -> int:
    flag = _FLAGS.get(unicodedata.normalize("NFC", text).casefold())
    if flag is None:
        raise ValueError
    return flag


def _written(value: object) -> str:
    """Return the tidied text of what was written as text; refuse any other type."""
    if isinstance(value, str | bytes | bytearray | memoryview):
        return _tidy(_words(value))
    raise ValueError


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return decode(bytes(value))
    if isinstance(value, bool):
        return "Sí" if value else "No"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def decode(raw: bytes) -> str:
    """Decode text whose encoding nobody declared: UTF-8, else what Windows in Spain writes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _tidy(text: str) -> str:
    return (text if text.isprintable() else _UNFIT.sub(" ", text)).strip()


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


_CONVERTERS: Mapping[ColumnType, Callable[[object, tzinfo], Cell]] = {
    "INTEGER": _integer,
    "REAL": _real,
    "TEXT": _text,
    "DATE": _date,
    "FLAG": _flag,
}

_NOTHING: type[object] = type(None)
_UNTOUCHED: Mapping[ColumnType, frozenset[type[object]]] = {
    "INTEGER": frozenset({int, _NOTHING}),
    "REAL": frozenset({float, _NOTHING}),
    "TEXT": frozenset({str, _NOTHING}),
    "DATE": frozenset(),
    "FLAG": frozenset(),
}
"""Types of values that are what a column wants."""
_FEW_VALUES: frozenset[ColumnType] = frozenset({"DATE", "FLAG"})
"""Types of columns that hold the same values over and over."""
_TELLABLE = frozenset({int, str, date, _NOTHING})
"""Types of which no value equals another that becomes something else."""
