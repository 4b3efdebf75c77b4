"""A message's bytes, opened for a reader."""

from email.message import EmailMessage

from sereno.web.letters import framed, open_letter

PICTURE = b"\x89PNG\r\n"


def a_message(html='<p>Hola <img src="cid:grafico@sereno"></p>') -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Informe"
    message.set_content("Hola\n")
    message.add_alternative(html, subtype="html")
    message.get_payload()[1].add_related(PICTURE, "image", "png", cid="<grafico@sereno>")
    message.add_attachment(b"x" * 2048, maintype="application", subtype="pdf", filename="hoja.pdf")
    return message


def test_a_letter_shows_headers_text_and_the_files_that_hang_on_it():
    letter = open_letter(a_message().as_bytes())
    assert ("Subject", "Informe") in letter.headers
    assert letter.text == "Hola\n"
    assert letter.has_html
    assert [(file.name, file.kind, file.size) for file in letter.files] == [
        ("hoja.pdf", "application/pdf", 2048)
    ]


def test_its_own_pictures_are_written_into_its_html_and_no_other_address_is():
    shown = framed(a_message().as_bytes())
    assert 'src="data:image/png;base64,iVBORw0K"' in shown
    assert "cid:" not in shown
    assert 'src=""' in framed(a_message('<img src="cid:otro">').as_bytes())


def test_a_picture_of_another_kind_is_not_written_into_it():
    message = a_message()
    message.get_payload()[0].get_payload()[1].add_related(b"<svg/>", "image", "svg+xml", cid="<dibujo>")
    assert "svg" not in framed(message.as_bytes())


def test_a_letter_without_html_has_nothing_to_frame():
    message = EmailMessage()
    message.set_content("solo texto")
    assert framed(message.as_bytes()) is None
    assert not open_letter(message.as_bytes()).has_html


def test_a_text_in_a_character_set_that_nobody_knows_is_no_error():
    data = b"Subject: x\nContent-Type: text/plain; charset=inventado\n\nhola\n"
    assert open_letter(data).text in {"hola\n", "(no se puede descifrar)"}


def test_bytes_that_are_no_message_are_no_error():
    for data in (b"", b"\x00\xff\xfe", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n"):
        assert open_letter(data).size == len(data)
