"""Read the rows of a sheet strictly: openpyxl itself leaves out, without a word, what stands out of order.

Nor does it tell cells that are blank from those that were merged into another or never calculated.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

NumberedRow = tuple[int, list[object]]


class Unfit(Exception):
    """Correct the sheet as the second sentence says: something in it would be lost or wrong."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what, advice)
        self.what = what
        self.advice = advice


def numbered_rows(sheet: Any, *, stale: bool) -> Iterator[NumberedRow]:  # noqa: ANN401  # openpyxl has no types
    """Yield the rows that have cells, with their numbers; raise Unfit for what must not be passed over.

    `stale` says that nobody has calculated the workbook since a program wrote it.
    """
    book, last = sheet.parent, 0
    with book._archive.open(sheet._worksheet_path) as part:
        parser = WorkSheetParser(
            part,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for _, element in iterparse(part):
            if element.tag == ROW_TAG:
                _refuse_uncalculated(element, stale=stale)
                number, cells = parser.parse_row(element)
                element.clear()
                if number <= last:
                    raise _out_of_order(f"la fila {number} está tras la {last}")
                last = number
                yield number, _in_place(number, cells)
            elif element.tag == MERGE_TAG:
                _refuse_merged(element)


def _in_place(number: int, cells: list[dict[str, Any]]) -> list[object]:
    row: list[object] = []
    for cell in cells:
        column = cell["column"]
        if column <= len(row):
            raise _out_of_order(f"las celdas de la fila {number} no están en su orden")
        row.extend([None] * (column - len(row) - 1))
        row.append(cell["value"])
    return row


def _refuse_uncalculated(row: Element, *, stale: bool) -> None:
    """Refuse formulas without what they came to; that of an empty text is there, and empty."""
    for cell in row:
        if cell.find(FORMULA_TAG) is not None:
            value = cell.find(VALUE_TAG)
            calculated = value is not None and (value.text or cell.get("t") == "str")
            if stale or not calculated:
                what = f"hay fórmulas sin calcular ({cell.get('r', 'sin lugar')})"
                raise Unfit(what, "Ábralo en Excel y guárdelo: así quedan sus resultados")


def _refuse_merged(merged: Element) -> None:
    """Refuse cells merged below the heading: only the first of them has the value."""
    for each in merged:
        area = each.get("ref", "")
        if range_boundaries(area)[3] != 1:
            what = f"hay celdas combinadas ({area}), y solo la primera guarda el dato"
            raise Unfit(what, "Sepárelas y escriba el dato en cada una")


def _out_of_order(what: str) -> Unfit:
    return Unfit(what, "Ábralo en Excel y vuelva a guardarlo")
