"""Find the tables of an Access file, their columns and their pages; access-parser knows the layout."""

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from access_parser.parsing_primitives import TDEF_HEADER, parse_table_head
from construct import ConstructError

_MAGIC = b"\0\1\0\0"
_VERSION_AT = 0x14
_OLDEST, _NEWEST = 0, 6
_SMALLEST = 2048
_DATA, _DEFINITION, _MAP = b"\1\1", b"\2\1", b"\5\1"
_DELETED, _MOVED, _PLACE = 0x8000, 0x4000, 0x1FFF
_MOST_HOPS = 8
_JET3_COLUMN = struct.Struct("<BHHHxB4xBHH")
_COLUMN = struct.Struct("<B4xHHHxB2xH4xHH")
"""Type, number, place among those of varying length, order, scale, flags, byte of a fixed one, length."""
_JET3_INDEX, _INDEX = 8, 12
"""Bytes that say how many rows each index has, before the columns."""
_FIXED, _CALCULATED = 0x0001, 0xC000
DECIMAL, CALCULATED = 16, 0
_MEND = (
    "Si tiene contraseña, léala con access+pyodbc o quítesela; si no, ábrala en Access y use "
    "«Compactar y reparar»"
)


class Unreadable(Exception):
    """See to the file: it is none of Access, or encrypted, or damaged, or half written."""

    def __init__(self, what: str, advice: str = _MEND) -> None:
        super().__init__(what)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Field:
    """Say where a column's values stand in a row, and how they are written."""

    name: str
    kind: int
    number: int
    """Its bit among those that tell NULL from a value; deleted columns count."""
    fixed: bool
    place: int
    """Of a fixed column, the byte; of another, which of those it is."""
    scale: int


@dataclass(frozen=True, slots=True)
class Definition:
    """Describe a table as it describes itself."""

    page: int
    rows: int
    """How many it says that it has."""
    variable: int
    """How many columns of varying length it has."""
    map: int
    """Where it is written which pages are its own."""
    fields: tuple[Field, ...]


def find_pages(data: bytes) -> "Pages":
    """Sort the pages of a file; raise Unreadable where they are none."""
    if data[:4] != _MAGIC or len(data) < _SMALLEST:
        raise Unreadable("no es un fichero de Access", "Compruebe su dirección, y de qué es ese fichero")
    (version,) = struct.unpack_from("<I", data, _VERSION_AT)
    if version > _NEWEST:
        what = f"es de una versión de Access que Sereno no conoce ({version})"
        raise Unreadable(what, "Léala con access+pyodbc")
    size = _SMALLEST if version == _OLDEST else 2 * _SMALLEST
    if len(data) % size:
        raise Unreadable("está cortado: no acaba donde acaba una página")
    claimed: dict[int, list[int]] = defaultdict(list)
    for start in range(0, len(data), size):
        if data[start : start + 2] == _DATA:
            claimed[struct.unpack_from("<I", data, start + 4)[0]].append(start // size)
    return Pages(data, version == _OLDEST, size, claimed)


@dataclass(frozen=True, slots=True)
class Pages:
    """Hold the bytes of a file; every fault of theirs raises Unreadable."""

    data: bytes = field(repr=False)
    jet3: bool
    """Access 97 or older."""
    size: int
    """Bytes of a page."""
    claimed: Mapping[int, Sequence[int]] = field(repr=False)
    """The pages of rows, by the table that they say they belong to: those given back still say so."""

    @property
    def version(self) -> int:
        """Return the version as access-parser counts."""
        return 3 if self.jet3 else 4

    def page(self, number: int, kind: bytes) -> bytes:
        """Return a page that must be of a kind."""
        page = self.data[number * self.size : (number + 1) * self.size]
        if len(page) < self.size:
            raise Unreadable(f"está cortado: no llega a la página {number}")
        if page[:2] != kind:
            raise Unreadable(f"está cifrado con contraseña, o dañado (página {number})")
        return page

    def definition(self, number: int) -> Definition:
        """Read what a table says of itself."""
        try:
            return self._definition(number)
        except (ConstructError, struct.error, IndexError, UnicodeDecodeError) as error:
            raise Unreadable(f"está dañado: una tabla no se describe bien (página {number})") from error

    def _definition(self, number: int) -> Definition:
        page = self.page(number, _DEFINITION)
        head = parse_table_head(page, version=self.version)
        rest = page[head.tdef_header_end :] + b"".join(self._more(head.TDEF_header.next_page_ptr))
        start = head.real_index_count * (_JET3_INDEX if self.jet3 else _INDEX)
        fields = tuple(self._fields(rest[start:], head.column_count))
        return Definition(number, head.number_of_rows, head.variable_columns, head.row_page_map, fields)

    def _fields(self, described: bytes, count: int) -> Iterator[Field]:
        """Read the columns, then their names: access-parser takes those of Access 97 for UTF-8."""
        column = _JET3_COLUMN if self.jet3 else _COLUMN
        names = self._names(described, column.size * count)
        for at in range(count):
            kind, number, place, _, scale, flags, fixed_place, _ = column.unpack_from(
                described, at * column.size
            )
            fixed = bool(flags & _FIXED)
            yield Field(
                name=next(names),
                kind=CALCULATED if flags & _CALCULATED else kind,
                number=number,
                fixed=fixed,
                place=fixed_place if fixed else place,
                scale=scale if kind == DECIMAL else 0,
            )

    def _names(self, described: bytes, at: int) -> Iterator[str]:
        prefix, encoding = (1, "cp1252") if self.jet3 else (2, "utf-16-le")
        while True:
            length = int.from_bytes(described[at : at + prefix], "little")
            at += prefix
            name = described[at : at + length]
            if not length or len(name) < length:
                raise Unreadable("está dañado: una columna no tiene nombre")
            yield name.decode(encoding)
            at += length

    def _more(self, number: int) -> Iterator[bytes]:
        """Yield what follows of a definition that is longer than a page."""
        seen: set[int] = set()
        while number:
            if number in seen:
                raise Unreadable(f"está dañado: una tabla se describe en círculo (página {number})")
            seen.add(number)
            page = self.page(number, _DEFINITION)
            head = TDEF_HEADER.parse(page)
            yield page[head.header_end :]
            number = head.next_page_ptr

    def owned(self, table: Definition) -> list[int]:
        """List the pages that are a table's own; others that once were still hold rows of then."""
        own = set(self._mapped(self.record(table.map)))
        return [page for page in self.claimed.get(table.page, ()) if page in own]

    def _mapped(self, record: bytes) -> Iterator[int]:
        """Yield the pages of a map: one in the row itself, or one spread over pages of its own."""
        if record[:1] == b"\0":
            yield from _bits(record[5:], int.from_bytes(record[1:5], "little"))
            return
        if record[:1] != b"\1":
            raise Unreadable("está dañado: no se sabe qué páginas son de una tabla")
        covered = (self.size - 4) * 8
        pointers = struct.unpack_from(f"<{(len(record) - 1) // 4}I", record, 1)
        for at, pointer in enumerate(pointers):
            if pointer:
                yield from _bits(self.page(pointer, _MAP)[4:], at * covered)

    def records(self, number: int) -> Iterator[bytes]:
        """Yield the rows of one page, those moved elsewhere from there; none that were deleted."""
        page = self.page(number, _DATA)
        starts = self._starts(page, number)
        for at, start in enumerate(starts):
            if start & _DELETED:
                continue
            record = self._between(page, starts, at)
            yield self.record(int.from_bytes(record[:4], "little")) if start & _MOVED else record

    def record(self, pointer: int, hops: int = 0) -> bytes:
        """Return the row or piece of a long value that a pointer names, wherever it was moved."""
        number, at = pointer >> 8, pointer & 0xFF
        page = self.page(number, _DATA)
        starts = self._starts(page, number)
        if at >= len(starts) or hops > _MOST_HOPS:
            raise Unreadable(f"está dañado: falta una fila (página {number})")
        record = self._between(page, starts, at)
        if starts[at] & _MOVED and not starts[at] & _DELETED:
            return self.record(int.from_bytes(record[:4], "little"), hops + 1)
        return record

    def _starts(self, page: bytes, number: int) -> tuple[int, ...]:
        head = 8 if self.jet3 else 12
        (count,) = struct.unpack_from("<H", page, head)
        if head + 2 + 2 * count > self.size:
            raise Unreadable(f"está dañado: una página no cuenta bien sus filas (página {number})")
        starts: tuple[int, ...] = struct.unpack_from(f"<{count}H", page, head + 2)
        return starts

    def _between(self, page: bytes, starts: tuple[int, ...], at: int) -> bytes:
        return page[starts[at] & _PLACE : starts[at - 1] & _PLACE if at else self.size]


def _bits(bitmap: bytes, first: int) -> Iterator[int]:
    for at, byte in enumerate(bitmap):
        if byte:
            yield from (first + 8 * at + bit for bit in range(8) if byte >> bit & 1)
