"""Actividad: what people did, in words and not in the codes that are recorded."""

import re
from datetime import UTC, datetime

import pytest
from tests.web.readings import reading_in_memory
from tests.web.visiting import department_with, entered

from sereno.engine.access import Deed

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("action", "recorded", "told"),
    [
        ("user_added", "operate", "opera"),
        ("role_set", "read", "mira"),
        ("job_paused", "2026-12-05: obra: de nuevo", "hasta el 05/12/2026: obra: de nuevo"),
        ("job_paused", "no se hizo: el almacén está bloqueado", "no se hizo: el almacén está bloqueado"),
        ("body_seen", "html", "tal como se ve"),
        ("mail_dropped", "operate", "operate"),
    ],
)
def test_what_was_recorded_of_a_deed_is_told_in_words(action, recorded, told):
    department = department_with(("ana", "operate"))
    department.store.audit.note(Deed(AT, "sistema/raiz", action, "algo", recorded))
    page = entered(reading_in_memory(department), "ana").ask("/actividad").text
    row = next(row for row in page.split("<tr")[2:] if "sistema/raiz" in row)
    details = re.sub(r"\s+", " ", re.sub("<[^>]*>", "|", row)).split("|")
    assert told in details
    assert told == recorded or recorded not in details
