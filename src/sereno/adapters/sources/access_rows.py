"""Read rows of Access files into values: strictly, where the library would lose a cell and shift the rest.

access-parser leaves a value that it cannot read out of its column, which then is shorter than the others,
writes money and dates as texts of its own, and gives up on a table for one date beyond the years there are.
"""

import math
import struct
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from sereno.adapters.sources.access_layout import CALCULATED, DECIMAL, Field, Pages, Unreadable

BOOLEAN = 1
TYPES: Mapping[int, str] = {
    1: "Sí/No",
    2: "Byte",
    3: "Entero",
    4: "Entero largo",
    5: "Moneda",
    6: "Simple",
    7: "Doble",
    8: "Fecha/Hora",
    9: "Binario",
    10: "Texto",
    11: "Objeto OLE",
    12: "Memo",
    15: "Id. de réplica",
    16: "Decimal",
    18: "Complejo",
    19: "Número grande",
    20: "Fecha/Hora extendida",
    CALCULATED: "Calculado",
}
UNREAD = frozenset({18, 20, CALCULATED})
"""What a row holds of these is a number of another table, or wrapped."""
_NUMBERS: Mapping[int, struct.Struct] = {
    2: struct.Struct("<B"),
    3: struct.Struct("<h"),
    4: struct.Struct("<i"),
    5: struct.Struct("<q"),
    6: struct.Struct("<f"),
    7: struct.Struct("<d"),
    8: struct.Struct("<d"),
    19: struct.Struct("<q"),
}
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # Access knows no zones
_DAYS = (-657_434, 2_958_466)
"""From the year 100 to the end of 9999."""
_COMPRESSED = b"\xff\xfe"
_INLINE, _ALONE, _LENGTH = 0x8000_0000, 0x4000_0000, 0x3FFF_FFFF
_MEMO_HEAD = 12


@dataclass(frozen=True, slots=True)
class RowReader:
    """Read the rows of a table, some of its columns."""

    pages: Pages
    variable: int
    fields: tuple[Field, ...]

    def values(self, row: bytes) -> tuple[object, ...]:
        """Return a row's values in the order of the fields."""
        try:
            return self._values(row)
        except (struct.error, IndexError, ValueError, UnicodeDecodeError) as error:
            raise Unreadable(f"está dañado: hay una fila que no se entiende ({error})") from error

    def _values(self, row: bytes) -> tuple[object, ...]:
        columns = row[0] if self.pages.jet3 else int.from_bytes(row[:2], "little")
        bitmap = (columns + 7) // 8
        end = len(row) - bitmap
        if not columns or end < 2:
            raise Unreadable("está dañado: hay una fila sin columnas")
        present = int.from_bytes(row[end:], "little")
        offsets = self._offsets(row, end) if self.variable else ()
        return tuple(self._value(row, field, present, columns, offsets) for field in self.fields)

    def _offsets(self, row: bytes, end: int) -> Sequence[int]:
        """Return where each value of varying length begins, and the last one ends."""
        offsets = _jet3_offsets(row, end) if self.pages.jet3 else _offsets(row, end)
        if any(first > second for first, second in pairwise(offsets)) or offsets[-1] > end:
            raise Unreadable("está dañado: los textos de una fila se pisan")
        return offsets

    def _value(self, row: bytes, field: Field, present: int, columns: int, offsets: Sequence[int]) -> object:
        """Return one value; a column that was added after the row has none there."""
        has = field.number < columns and bool(present >> field.number & 1)
        if field.kind == BOOLEAN or not has:
            return has if field.kind == BOOLEAN else None
        if field.fixed:
            place = field.place + (1 if self.pages.jet3 else 2)
            return self._read(field, row[place : place + 17])
        if field.place + 1 >= len(offsets):
            raise Unreadable("está dañado: a una fila le falta un texto")
        return self._read(field, row[offsets[field.place] : offsets[field.place + 1]])

    def _read(self, field: Field, raw: bytes) -> object:
        if number := _NUMBERS.get(field.kind):
            return _meaning(field.kind, number.unpack_from(raw)[0])
        if field.kind == 10:
            return self._text(raw)
        if field.kind == 12:
            return self._text(self._long(raw))
        return self._rarer(field, raw)

    def _rarer(self, field: Field, raw: bytes) -> object:
        if field.kind == DECIMAL:
            return _decimal(raw, field.scale)
        if field.kind == 15:
            return str(uuid.UUID(bytes_le=raw[:16]))
        if field.kind == 11:
            return self._long(raw)
        if field.kind == 9:
            return raw
        raise Unreadable(f"está dañado: la columna {field.name} es de un tipo que no existe ({field.kind})")

    def _text(self, raw: bytes) -> str:
        if self.pages.jet3:
            return raw.decode("cp1252", errors="replace")
        if raw.startswith(_COMPRESSED):
            return _expanded(raw[2:])
        return raw.decode("utf-16-le", errors="replace")

    def _long(self, raw: bytes) -> bytes:
        """Gather a long text: in the row itself, in a piece elsewhere, or in a chain of them."""
        if not raw:
            return b""
        if len(raw) < _MEMO_HEAD:
            raise Unreadable("está dañado: un texto largo está a medias")
        flagged, pointer = struct.unpack_from("<II", raw)
        length = flagged & _LENGTH
        if flagged & _INLINE:
            found = raw[_MEMO_HEAD:]
        elif flagged & _ALONE:
            found = self.pages.record(pointer)
        else:
            found = self._chained(pointer, length)
        if len(found) < length:
            raise Unreadable("está dañado: a un texto largo le falta un trozo")
        return found[:length]

    def _chained(self, pointer: int, length: int) -> bytes:
        found = b""
        while pointer and len(found) < length:
            piece = self.pages.record(pointer)
            if len(piece) <= 4:
                break
            found += piece[4:]
            pointer = int.from_bytes(piece[:4], "little")
        return found


def _offsets(row: bytes, end: int) -> Sequence[int]:
    (count,) = struct.unpack_from("<H", row, end - 2)
    first = end - 4 - 2 * count
    if first < 2:
        raise Unreadable("está dañado: una fila tiene más textos de los que caben")
    return struct.unpack_from(f"<{count + 1}H", row, first)[::-1]


def _jet3_offsets(row: bytes, end: int) -> Sequence[int]:
    """Add to each byte the 256s that the jump table says that lie before it."""
    last = end - 1
    count, jumps = row[last], (len(row) - 1) // 256
    place = last - jumps - 1
    if (place - count) // 256 < jumps:
        jumps -= 1
    if place - count < 1:
        raise Unreadable("está dañado: una fila tiene más textos de los que caben")
    offsets: list[int] = []
    used = 0
    for at in range(count + 1):
        while used < jumps and row[last - 1 - used] == at:
            used += 1
        offsets.append(row[place - at] + 256 * used)
    return offsets


def _meaning(kind: int, number: float) -> object:
    if kind == 5:
        return Decimal(int(number)).scaleb(-4)
    return _moment(number) if kind == 8 else number


def _moment(days: float) -> object:
    """Return the moment so many days after 30/12/1899; a number that is none stays, to be reported."""
    if not math.isfinite(days) or not _DAYS[0] <= days < _DAYS[1]:
        return days
    fraction, whole = math.modf(days)
    return _EPOCH + timedelta(days=whole) + timedelta(seconds=round(abs(fraction) * 86_400))


def _decimal(raw: bytes, scale: int) -> Decimal:
    """Read a sign and four words, the highest first."""
    if len(raw) < 17:
        raise Unreadable("está dañado: un decimal está a medias")
    negative, *words = struct.unpack_from("<B4I", raw)
    number = Decimal(sum(word << shift for word, shift in zip(words, (96, 64, 32, 0), strict=True)))
    return number.scaleb(-scale).copy_sign(Decimal(-1 if negative else 1))


def _expanded(raw: bytes) -> str:
    """Read text in which a zero switches between one byte a character and two."""
    if b"\0" not in raw:
        return raw.decode("latin-1")
    text, at, single = "", 0, True
    while at < len(raw):
        if single:
            stop = raw.find(b"\0", at)
            stop = len(raw) if stop < 0 else stop
            text += raw[at:stop].decode("latin-1")
        else:
            stop = at
            while raw[stop : stop + 1] not in (b"", b"\0"):
                stop += 2
            text += raw[at:stop].decode("utf-16-le", errors="replace")
        at, single = stop + 1, not single
    return text
