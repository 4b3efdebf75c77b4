"""A browser for each module of tests, and one console for all that write nothing."""

import pytest
from tests.browser.chromium import opened
from tests.browser.consoles import OPERATOR, add_users, entered, have_done, started
from tests.browser.places import find_places

from sereno.web.places import PLACES


@pytest.fixture(scope="module")
def browser():
    """Open a browser; for a module, as no other event loop may run beside it."""
    with opened() as browser:
        yield browser


@pytest.fixture(scope="session")
def walked(served, tmp_path_factory):
    """Say where a console answers that one may walk through, and enter and leave, but not act in."""
    installation = served.copy(tmp_path_factory.mktemp("walked"))
    add_users(installation)
    with started(installation) as url:
        yield url


@pytest.fixture(scope="session")
def found(walked):
    """Say at which address each place stands."""
    opener = entered(walked, OPERATOR)
    have_done(walked, opener, "tareas", "brass", "ensayo")
    have_done(walked, opener, "tareas", "brass", "ronda", forzar="1")  # a period with two rounds
    return find_places(walked, opener, PLACES)
