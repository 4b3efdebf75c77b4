"""The mail that is measured with: the same for Sereno and for its peers, who import nothing else of ours."""

from collections.abc import Iterator

SENDER = "avisos@example.com"
TEXT_BYTES = 10_000
_LINE = "Se ha registrado una nueva entrega, pendiente de revision por calidad.\r\n"


def recipient(number: int) -> str:
    """Name whom a letter is for."""
    return f"persona{number % 500:03d}@example.org"


def subject(number: int) -> str:
    """Name what it is about."""
    return f"Aviso {number:06d}: entrega registrada"


def text(number: int, size: int = TEXT_BYTES) -> str:
    """Write a plain letter of so many bytes."""
    opening = f"Aviso numero {number:06d}.\r\n"
    lines = max(1, (size - len(opening)) // len(_LINE))
    return opening + _LINE * lines


def document(number: int) -> str:
    """Write a letter of ten kilobytes as office applications do: styles, paragraphs, a table with links."""
    style = "body { font-family: Calibri, sans-serif; font-size: 11pt }\r\n" * 10
    return (
        f"<html><head><title>NC</title><style>{style}</style></head><body>\r\n<p>Buenos días:</p>\r\n"
        f"<p>La no conformidad <b>{number:06d}</b> está pendiente de su aprobación.</p>\r\n"
        f"<table>{''.join(_cells(number))}</table>\r\n<p>Un saludo.<br>Departamento de Calidad</p>"
        "</body></html>\r\n"
    )


def plain_of(number: int) -> str:
    """Write the text that stands beside that document, much as it is extracted from it."""
    lines = (f"NC-{number:06d}/{line} | {_MATTER.format(line=line)} | ver ficha" for line in range(_LINES))
    return "Buenos días:\r\n\r\n" + "\r\n".join(lines) + "\r\n\r\nUn saludo.\r\nDepartamento de Calidad\r\n"


_LINES = 34
_MATTER = "Revisión de la calibración del equipo n.º {line}, según el procedimiento"


def _cells(number: int) -> Iterator[str]:
    for line in range(_LINES):
        yield (
            f'<tr><td style="padding: 4px; border: 1px solid #999999">NC-{number:06d}/{line}</td>'
            f"<td>{_MATTER.format(line=line)}</td>"
            f'<td><a href="https://calidad.example.com/nc?id={number}&amp;n={line}">ver ficha</a></td>'
            "</tr>\r\n"
        )
