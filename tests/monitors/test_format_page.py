"""The page on the format lists every key that a monitor may have."""

import re
from pathlib import Path

import pytest

from sereno.adapters import monitor_form

PAGE = (Path(__file__).parents[2] / "docs/reference/monitor-format.md").read_text("utf-8")
FORMS = [
    form
    for form in vars(monitor_form).values()
    if isinstance(form, type) and issubclass(form, monitor_form.Form) and form is not monitor_form.Form
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_key_is_on_the_page(form):
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`\n]+`", PAGE))))
    assert {field.alias or name for name, field in form.model_fields.items()} <= named
