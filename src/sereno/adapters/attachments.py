"""Files that mail of other applications takes along: only from ATTACHMENT_ROOTS, whatever a path pretends.

A path is resolved first, links included, and must then lie under a root. What was resolved is opened again
step by step from that root, following no link at all, so that nothing swapped in between leads elsewhere.
Where a system cannot do that (Windows), what was opened is compared with what the path then names.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from mimetypes import MimeTypes
from pathlib import Path
from typing import BinaryIO

from sereno.domain.addresses import refuse_control, shown
from sereno.domain.errors import AttachmentUnavailable

FIELD = "URLAdjunto"
UNKNOWN_TYPE = "application/octet-stream"
_BY_STEPS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = _NO_LINK | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", 0)
_FILE = _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MORE_TYPES = {
    ".7z": "application/x-7z-compressed",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".dwg": "image/vnd.dwg",
    ".msg": "application/vnd.ms-outlook",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".rar": "application/vnd.rar",
    ".rtf": "application/rtf",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class AttachmentPolicy:
    """Say which files may leave with mail."""

    roots: tuple[Path, ...]
    """`ATTACHMENT_ROOTS`; with none, no file may."""
    max_bytes: int
    """Of all the files of a mail together."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """Hold a file as it was when it was read."""

    name: str
    """Any that a file can have, without control characters."""
    type: str
    content: bytes


def read_attachments(paths: str, policy: AttachmentPolicy) -> tuple[AttachedFile, ...]:
    """Read the files named in a text, separated by `;`.

    Raises AttachmentUnavailable, with what to do, where one is missing, refused, unreadable or too big with
    the others; LetterRefused where a path holds a control character, which no waiting changes.
    """
    named = [refuse_control(FIELD, path) for path in map(str.strip, paths.split(";")) if path]
    left = policy.max_bytes
    found: list[AttachedFile] = []
    for path in named:
        file = _read(path, policy, left)
        left -= len(file.content)
        found.append(file)
    return tuple(found)


def type_of(name: str) -> str:
    """Guess a file's media type from its name; never one that base64 may not wrap (RFC 2046, 5)."""
    guessed, packed = _types().guess_type(name)
    if guessed is None or packed or guessed.startswith(("message/", "multipart/")):
        return UNKNOWN_TYPE
    return guessed


def open_by_steps(root: Path, file: Path) -> int:
    """Open a file below a root without following any link, and without waiting; return its descriptor."""
    *folders, name = file.relative_to(root).parts
    at = os.open(root, _FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER, dir_fd=at)
            os.close(at)
            at = inner
        return os.open(name, _FILE, dir_fd=at)
    finally:
        os.close(at)


def refuse_swapped(file: Path, opened: os.stat_result) -> None:
    """Raise OSError where a resolved path no longer names what was opened through it."""
    if not os.path.samestat(opened, os.lstat(file)) or file.resolve(strict=True) != file:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


@lru_cache(maxsize=1)
def _types() -> MimeTypes:
    """Return Python's own types and a few more, not the machine's: a mail is the same wherever composed."""
    types = MimeTypes()
    for ending, media_type in _MORE_TYPES.items():
        types.add_type(media_type, ending)
    return types


def _read(path: str, policy: AttachmentPolicy, left: int) -> AttachedFile:
    _refuse_path(path, policy.roots)
    try:
        file = Path(path).resolve(strict=True)
        with _opened(path, _root_of(path, file, policy.roots), file) as content:
            data = content.read(left + 1)
    except (OSError, RuntimeError) as error:  # before Python 3.13, links in a circle are a RuntimeError
        raise _unavailable(path, *_why(error)) from error
    if len(data) > left:
        most = f"{policy.max_bytes / 1024**2:g} MB"
        why = f"con él, los adjuntos del correo pasan de {most} (ATTACHMENT_MAX_MB)"
        raise _unavailable(path, why, "Redúzcalos, o repártalos en varios correos")
    return AttachedFile(file.name, type_of(file.name), data)


def _refuse_path(path: str, roots: tuple[Path, ...]) -> None:
    """Refuse what can be told from the path alone; the network is not even asked."""
    if not roots:
        raise _unavailable(
            path,
            "ATTACHMENT_ROOTS está vacía, y así no se admite ningún adjunto",
            "Indique en ATTACHMENT_ROOTS las carpetas de las que pueden salir adjuntos",
        )
    if path.replace("\\", "/").startswith("//"):
        raise _unavailable(path, "es una ruta de red", "Indique en URLAdjunto una ruta de este equipo")
    if not Path(path).is_absolute():
        raise _unavailable(path, "no es una ruta absoluta", "Indique en URLAdjunto la ruta completa")


def _root_of(path: str, file: Path, roots: tuple[Path, ...]) -> Path:
    for root in map(_resolved, roots):
        if root is not None and file.is_relative_to(root):
            return root
    allowed = ", ".join(map(str, roots))
    raise _unavailable(
        path,
        "no está en ninguna de las carpetas de ATTACHMENT_ROOTS",
        f"Déjelo en una de ellas ({allowed}), o añada la suya",
    )


def _resolved(root: Path) -> Path | None:
    try:
        return root.resolve(strict=True)
    except (OSError, RuntimeError):
        return None  # a folder that is not there holds nothing


@contextmanager
def _opened(path: str, root: Path, file: Path) -> Iterator[BinaryIO]:
    _refuse_irregular(path, os.lstat(file))  # before it is opened: that alone may stir a device
    descriptor = open_by_steps(root, file) if _BY_STEPS else os.open(file, _FILE)
    with os.fdopen(descriptor, "rb") as content:
        opened = os.fstat(descriptor)
        _refuse_irregular(path, opened)
        refuse_swapped(file, opened)
        yield content


def _refuse_irregular(path: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        what = "una carpeta" if stat.S_ISDIR(found.st_mode) else "un dispositivo o una tubería"
        raise _unavailable(path, f"no es un fichero, sino {what}", "Indique en URLAdjunto un fichero")


def _why(error: OSError | RuntimeError) -> tuple[str, str]:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "no existe", "Compruebe la ruta, o espere a que la aplicación lo deje ahí"
    if isinstance(error, PermissionError):
        return "no hay permiso para leerlo", "Dé permiso de lectura a la cuenta que ejecuta Sereno"
    if isinstance(error, RuntimeError) or error.errno == errno.ELOOP:
        return "sus enlaces no llevan a ninguna parte, o cambian mientras se lee", "Déjelo sin enlaces"
    return f"no se puede leer ({error.strerror})", "Compruebe el fichero, el disco y la ruta"


def _unavailable(path: str, why: str, do: str) -> AttachmentUnavailable:
    return AttachmentUnavailable(f"El adjunto «{shown(path)}» no se puede enviar: {why}. {do}.")
