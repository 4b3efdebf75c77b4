import os
import socket
import threading
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.adapters.attachments import (
    AttachmentPolicy,
    open_by_steps,
    read_attachments,
    refuse_swapped,
    type_of,
)
from sereno.adapters.headers import attached_as
from sereno.domain.errors import AttachmentUnavailable, LetterRefused

SECRET = b"secreto"


@pytest.fixture
def root(tmp_path):
    """Build a root with a file, and beside it what must never leave."""
    folder = tmp_path / "adjuntos"
    (folder / "2026").mkdir(parents=True)
    (folder / "informe.pdf").write_bytes(b"%PDF")
    (folder / "2026" / "acta.docx").write_bytes(b"PK")
    (tmp_path / "secreto.txt").write_bytes(SECRET)
    return folder.resolve()


def read(root, *paths, max_bytes=1000):
    return read_attachments(";".join(map(str, paths)), AttachmentPolicy((root,), max_bytes))


def refused(root, *paths, **limits):
    with pytest.raises(AttachmentUnavailable) as refusal:
        read(root, *paths, **limits)
    assert str(paths[-1])[:100] in str(refusal.value)
    return str(refusal.value)


@contextmanager
def as_nobody():
    """Be somebody whom permissions bind, as root is not."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_files_come_with_name_type_and_content_in_order(root):
    found = read(root, f" {root}/2026/acta.docx ", "", root / "informe.pdf", root / "informe.pdf")
    assert [(each.name, each.content) for each in found] == [
        ("acta.docx", b"PK"),
        ("informe.pdf", b"%PDF"),
        ("informe.pdf", b"%PDF"),
    ]
    assert [each.type.rpartition(".")[2] for each in found] == [
        "document",
        "application/pdf",
        "application/pdf",
    ]


def test_no_path_is_no_file_even_where_none_may_leave():
    for paths in ("", " ; ;", "\r\n"):
        assert read_attachments(paths, AttachmentPolicy((), 0)) == ()


def test_without_roots_every_file_is_refused_by_the_setting_s_name(root):
    with pytest.raises(AttachmentUnavailable, match=r"informe\.pdf.*ATTACHMENT_ROOTS está vacía.*Indique"):
        read_attachments(str(root / "informe.pdf"), AttachmentPolicy((), 1000))


def test_any_of_several_roots_will_do_and_one_that_is_not_there_holds_nothing(root, tmp_path):
    policy = AttachmentPolicy((tmp_path / "falta", root / "2026", root), 1000)
    assert read_attachments(str(root / "informe.pdf"), policy)[0].content == b"%PDF"


def test_a_root_may_itself_be_a_link(root, tmp_path):
    (tmp_path / "enlace").symlink_to(root)
    assert read(tmp_path / "enlace", tmp_path / "enlace" / "informe.pdf")[0].content == b"%PDF"
    assert read(tmp_path / "enlace", root / "informe.pdf")[0].content == b"%PDF"


def test_links_and_dots_that_stay_within_a_root_are_followed(root):
    (root / "ultima.pdf").symlink_to("informe.pdf")
    (root / "actual").symlink_to("2026")
    found = read(root, root / "ultima.pdf", root / "actual" / "acta.docx", f"{root}/2026/../informe.pdf")
    assert [each.name for each in found] == ["informe.pdf", "acta.docx", "informe.pdf"]


@pytest.mark.parametrize(
    "path",
    [
        "{outside}/secreto.txt",
        "{root}/../secreto.txt",
        "{root}/enlace.txt",
        "{root}/fuera/secreto.txt",
        "{root}x/a.txt",
    ],
)
def test_what_lies_outside_is_refused_by_whatever_way(root, tmp_path, path):
    (root / "enlace.txt").symlink_to(tmp_path / "secreto.txt")
    (root / "fuera").symlink_to(tmp_path)
    (tmp_path / "adjuntosx").mkdir()
    (tmp_path / "adjuntosx" / "a.txt").write_bytes(SECRET)
    assert "no está en ninguna" in refused(root, path.format(root=root, outside=tmp_path))


@pytest.mark.parametrize("path", [r"\\srv\x\a.pdf", "//srv/x/a.pdf", r"\\?\C:\a.pdf", "/\\srv/a.pdf"])
def test_network_paths_are_refused_without_asking_the_network(root, path):
    assert "ruta de red" in refused(root, path)


@pytest.mark.parametrize("path", ["informe.pdf", "../informe.pdf", "~/informe.pdf", "file:///informe.pdf"])
def test_a_path_that_is_not_whole_is_refused(root, path):
    assert "no es una ruta absoluta" in refused(root, path)


def test_what_is_no_file_is_refused_and_never_waited_for(root):
    os.mkfifo(root / "tuberia")
    folder = os.open(root, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{folder}/zocalo")  # a socket's path may not be long
        os.close(folder)
        assert "una carpeta" in refused(root, root / "2026")
        assert "una carpeta" in refused(root, root)
        assert "una tubería" in refused(root, root / "tuberia")
        assert "no es un fichero" in refused(root, root / "zocalo")


def test_a_device_is_no_file():
    with pytest.raises(AttachmentUnavailable, match="no es un fichero, sino un dispositivo"):
        read_attachments("/dev/zero", AttachmentPolicy((Path("/dev"),), 10))


def test_what_is_not_there_is_told_so(root):
    (root / "roto").symlink_to("nada")
    for path in ("falta.pdf", "informe.pdf/x", "roto", "falta/x"):
        assert "no existe" in refused(root, root / path)


def test_links_in_a_circle_lead_nowhere(root):
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    assert "enlaces" in refused(root, root / "a")


def test_a_path_beyond_all_measure_is_told_with_the_system_s_words(root):
    assert "no se puede leer" in refused(root, root / ("x" * 300))


def test_a_file_that_may_not_be_read_is_told_so(root):
    (root / "informe.pdf").chmod(0)
    (root / "2026").chmod(0)
    with as_nobody():
        for path in ("informe.pdf", "2026/acta.docx"):
            assert "permiso" in refused(root, root / path)
    (root / "2026").chmod(0o700)


def test_all_files_together_keep_within_the_limit(root):
    six = (root / "informe.pdf", root / "2026" / "acta.docx")
    assert len(read(root, *six, max_bytes=6)) == 2
    assert "ATTACHMENT_MAX_MB" in refused(root, *six, max_bytes=5)
    assert "pasan de 0 MB" in refused(root, root / "informe.pdf", max_bytes=0)


def test_a_control_character_in_a_path_is_no_matter_of_waiting(root):
    with pytest.raises(LetterRefused, match="URLAdjunto"):
        read(root, root / "informe.pdf", f"{root}/a\x00.pdf")
    assert len(read(root, f"{root}/informe.pdf;\r\n{root}/informe.pdf\r\n")) == 2


def test_no_step_follows_a_link_put_there_in_the_meantime(root, tmp_path):
    (root / "2027").symlink_to(tmp_path)
    (root / "nuevo.txt").symlink_to(tmp_path / "secreto.txt")
    for file in ("2027/secreto.txt", "nuevo.txt"):
        with pytest.raises(OSError, match=r"symbolic|Not a directory"):
            open_by_steps(root, root / file)


def test_what_was_opened_through_a_link_put_there_in_the_meantime_is_found_out(root, tmp_path):
    (root / "2027").symlink_to(tmp_path)
    (root / "nuevo.txt").symlink_to(tmp_path / "secreto.txt")
    (root / "otro.txt").write_bytes(b"otro")
    for file, opened in (("2027/secreto.txt", None), ("nuevo.txt", None), ("otro.txt", root / "informe.pdf")):
        with pytest.raises(OSError, match="symbolic"):
            refuse_swapped(root / file, (opened or root / file).stat())
    refuse_swapped(root / "otro.txt", (root / "otro.txt").stat())


def test_no_swapping_ever_lets_a_secret_out(root, tmp_path):
    stop = threading.Event()
    swapping = threading.Thread(target=swap, args=(root, tmp_path, stop))
    swapping.start()
    try:
        contents = {
            outcome(root, root / name) for _ in range(400) for name in ("vaiven.txt", "carpeta/secreto.txt")
        }
    finally:
        stop.set()
        swapping.join()
    assert SECRET not in contents


def swap(root, outside, stop):
    """Put in turn a file and a link to the secret in one place, and a folder and a link to one in another."""
    (root / "bueno").mkdir()
    (root / "bueno" / "secreto.txt").write_bytes(b"bueno")
    for turn in cycle((False, True)):
        if stop.is_set():
            return
        with_links = {"vaiven.txt": outside / "secreto.txt" if turn else root / "bueno" / "secreto.txt"}
        with_links["carpeta"] = outside if turn else root / "bueno"
        for name, target in with_links.items():
            (root / "nuevo").symlink_to(target)
            (root / "nuevo").replace(root / name)


def outcome(root, path):
    try:
        return read(root, path)[0].content
    except AttachmentUnavailable:
        return None


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.pdf", "application/pdf"),
        ("A.PDF", "application/pdf"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.txt", "text/plain"),
        *(
            (name, "application/octet-stream")
            for name in ("a", "a.raro", "a.eml", "a.mht", "a.tar.gz", ".pdf", "data:x")
        ),
    ],
)
def test_the_type_is_guessed_from_the_name_and_may_be_wrapped(name, media_type):
    assert type_of(name) == media_type


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=255))
def test_any_name_has_a_header_in_short_ascii_lines(name):
    lines = attached_as(name).split("\r\n")
    assert all(line.isascii() and line.isprintable() and len(line) <= 78 for line in lines)
