"""The pages as files: whole, and every link of theirs leads to another of them."""

import re
from html import unescape
from urllib.parse import unquote

import pytest
from tests.engine.building import Department
from tests.web.readings import broken_store, reading_in_memory

from sereno.domain.errors import SerenoError
from sereno.web.export import export, file_of


@pytest.fixture(scope="module")
def exported(reading, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "dentro"
    assert export(reading, folder) == len([path for path in folder.rglob("*") if path.is_file()])
    return folder


@pytest.mark.long
def test_every_section_becomes_a_file(exported):
    for name in ("index", "rondas", "hallazgos", "correo", "calendario", "reglas", "ajustes"):
        assert "<h1" in (exported / f"{name}.html").read_text("utf-8")
    assert (exported / "hallazgos.csv").read_bytes().startswith("\ufeffVigilante;".encode())
    assert len(list(exported.glob("hallazgos/*/*.html"))) > 100


@pytest.mark.long
def test_every_link_of_every_file_leads_to_a_file(exported):
    seen = 0
    for page in exported.rglob("*.html"):
        if page.name == "html.html":
            continue  # a mail's own
        for link in re.findall(r' (?:href|src|action)="([^"]*)"', page.read_text("utf-8")):
            if not link.startswith("#"):
                assert (page.parent / unquote(unescape(link))).is_file(), (page, link)
                seen += 1
    assert seen > 1000


@pytest.mark.long
def test_files_have_no_filters_for_nobody_would_answer_them(exported):
    for page in exported.glob("*.html"):
        assert "<form" not in page.read_text("utf-8")


@pytest.mark.long
def test_a_mail_in_a_file_fetches_nothing_either(exported):
    framed = next(exported.glob("correo/*/html.html")).read_text("utf-8")
    assert framed.startswith(
        '<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"'
    )


@pytest.mark.long
def test_the_files_are_readable_by_their_owner_alone(exported):
    assert exported.stat().st_mode & 0o077 == 0


def test_an_unreadable_store_is_told_in_the_files_too(tmp_path):
    export(reading_in_memory(Department(), look_at_store=broken_store), tmp_path)
    assert "NO está en orden" in (tmp_path / "index.html").read_text("utf-8")
    assert "no se puede leer" in (tmp_path / "hallazgos.html").read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    (tmp_path / "fichero").write_text("")
    with pytest.raises(SerenoError, match="no se puede escribir ahí"):
        export(reading_in_memory(Department()), tmp_path / "fichero")


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "index.html"),
        ("/hallazgos", "hallazgos.html"),
        ("/hallazgos?pagina=2", "hallazgos.pagina-2.html"),
        ("/rondas/2026", "rondas/2026.html"),
        ("/hallazgos.csv", "hallazgos.csv"),
        ("/correo/..%2F..%2Fetc", "correo/.._.._etc.html"),
        ("/correo/a%3Ab", "correo/a_b.html"),
    ],
)
def test_an_address_has_a_name_that_any_disk_takes(address, file):
    assert str(file_of(address)) == file
