"""The same claims as in tests/adapters and tests/domain, on many more examples: pytest -m soak."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.soak.foreign_mail import ANY_ROWS, ANYTHING, MARKUP, check_any, check_good, good_rows, lists

from sereno.adapters.html_text import is_html, text_of
from sereno.domain.addresses import read_addresses
from sereno.domain.errors import LetterRefused

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]
MANY = settings(max_examples=20_000, deadline=None)
PUNCTUATION = st.text(st.sampled_from("ab@.,;:<>()\"\\ '=?\t"), max_size=60)


@MANY
@given(good_rows())
def test_whatever_is_composed_parses_back_to_itself(found):
    check_good(*found)


@MANY
@given(ANY_ROWS)
def test_any_row_is_composed_in_good_form_or_refused_with_a_sentence(row):
    check_any(row)


@MANY
@given(lists())
def test_every_address_of_a_list_is_found(found):
    text, addresses = found
    assert read_addresses("Destinatarios", text).valid == addresses


@MANY
@given(st.one_of(ANYTHING, PUNCTUATION))
def test_any_text_is_a_list_of_addresses_or_refused(text):
    try:
        found = read_addresses("Destinatarios", text)
    except LetterRefused:
        return
    assert all(read_addresses("Destinatarios", each).valid == (each,) for each in found.valid)
    assert all(found.refused.values())


@MANY
@given(st.one_of(ANYTHING, MARKUP, MARKUP.map("<pre>{}".format)))
def test_any_markup_has_a_text(source):
    assert text_of(source) == text_of(source).strip()
    assert is_html(source) in {True, False}
