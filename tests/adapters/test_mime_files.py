from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.adapters.mime import Attachment, SenderPolicy, compose_mail, content_id
from sereno.adapters.workbook import MEDIA_TYPE
from sereno.domain.errors import LetterRefused
from sereno.engine.ports import Letter

ID = "0195a3c2f7d24e1b9c3d5e6f7a8b9c0d"
SHEET = Attachment("riesgos-calidad_mensual.xlsx", MEDIA_TYPE, b"PK\x03\x04")
PICTURES = {"ages": b"\x89PNG 1", "overdue": b"\x89PNG 2"}
FILES = st.lists(st.binary(max_size=400), max_size=3)


def compose(html="<p>Hola</p>", text="Hola", **files):
    day = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
    letter = Letter(ID, ("ana@example.com",), (), (), "Informe", "Riesgos", "riesgos/calidad", day)
    return compose_mail(html, text, letter, SenderPolicy("example.com"), **files).data


def parsed(data):
    return message_from_bytes(data, policy=SMTP)


def shape(part):
    if not part.is_multipart():
        return part.get_content_type()
    return part.get_content_type(), [shape(each) for each in part.iter_parts()]


def test_pictures_go_with_the_html_and_files_with_the_whole():
    mail = parsed(compose(images=PICTURES, attachments=[SHEET]))
    related = ("multipart/related", ["text/html", "image/png", "image/png"])
    alternative = ("multipart/alternative", ["text/plain", related])
    assert shape(mail) == ("multipart/mixed", [alternative, MEDIA_TYPE])
    assert mail["MIME-Version"] == "1.0"


def test_a_mail_has_no_more_layers_than_it_needs():
    bodies = ("multipart/alternative", ["text/plain", "text/html"])
    assert shape(parsed(compose())) == bodies
    assert shape(parsed(compose(attachments=[SHEET]))) == ("multipart/mixed", [bodies, MEDIA_TYPE])
    assert shape(parsed(compose(images=PICTURES)))[0] == "multipart/alternative"


def test_the_html_finds_each_picture_by_its_content_id():
    mail = parsed(compose(f'<img src="cid:{content_id("ages")}">', images=PICTURES))
    pictures = {part["Content-ID"]: part for part in mail.walk() if part.get_content_type() == "image/png"}
    assert pictures["<ages@sereno>"].get_content() == PICTURES["ages"]
    assert pictures["<ages@sereno>"].get_content_disposition() == "inline"
    assert content_id("ages") == "ages@sereno"


def test_an_attachment_has_its_name_and_type():
    (part,) = parsed(compose(attachments=[SHEET])).iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == (SHEET.name, MEDIA_TYPE)
    assert part.get_content() == SHEET.content


@settings(deadline=None)
@given(FILES, FILES, st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_bodies_pictures_and_files_parse_back_to_themselves(pngs, contents, text):
    images = {f"p{number}": png for number, png in enumerate(pngs)}
    files = [
        Attachment(f"f{at}.bin", "application/octet-stream", content) for at, content in enumerate(contents)
    ]
    data = compose(text=text, images=images, attachments=files)
    leaves = [part for part in parsed(data).walk() if not part.is_multipart()]
    assert not any(part.defects for part in parsed(data).walk())
    assert [part.get_content() for part in leaves[2:]] == [*pngs, *contents]
    assert leaves[1].get_content().strip() == "<p>Hola</p>"
    assert data.isascii()
    assert not set(b"\r\n") & set(data.replace(b"\r\n", b""))
    assert max(map(len, data.split(b"\r\n"))) <= 78


def test_the_same_files_give_the_same_bytes():
    files = {"images": PICTURES, "attachments": [SHEET]}
    assert compose(**files) == compose(**files)


def test_no_body_can_end_a_layer():
    text = f"antes\n--mixed=_{ID}--\n--related=_{ID}\n--=_{ID}--\ndespués"
    mail = parsed(compose(text, text, images=PICTURES, attachments=[SHEET]))
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == text + "\n"
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n") == text + "\n"


@pytest.mark.parametrize(
    "name", ["", "informe", "../x.xlsx", 'a".xlsx', "a b.xlsx", "informé.xlsx", "a\r\nB: c.x"]
)
def test_a_file_name_that_is_not_plain_is_refused(name):
    with pytest.raises(LetterRefused, match="nombre de fichero"):
        compose(attachments=[Attachment(name, MEDIA_TYPE, b"")])


@pytest.mark.parametrize("name", ["", "a b", "a>\r\nX: y", "ñ"])
def test_a_picture_name_that_is_not_plain_is_refused(name):
    with pytest.raises(LetterRefused, match="identificador"):
        compose(images={name: b""})
