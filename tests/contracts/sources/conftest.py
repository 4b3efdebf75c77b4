"""Every kind of register, one after the other: the contract's tests run on each."""

from contextlib import nullcontext

import pytest
from tests.contracts.sources.building import EXTERNAL, KINDS, Register, every_kind


@pytest.fixture(params=every_kind())
def register(request, tmp_path):
    made = (KINDS | EXTERNAL)[request.param](request, tmp_path)
    with nullcontext(made) if isinstance(made, Register) else made as register:
        yield register
