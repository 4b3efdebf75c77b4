"""Fixtures that several folders of tests share, and a word at the end on what was left out."""

import pytest
from hypothesis import settings
from tests.demo_estate import served
from tests.external_data import access_files
from tests.mariadb_server import mariadb_server, mariadb_url
from tests.odbc_drivers import mdb_driver, sqlite_driver
from tests.postgres_server import postgres_url
from xdist.scheduler import LoadScopeScheduling

__all__ = [
    "access_files",
    "mariadb_server",
    "mariadb_url",
    "mdb_driver",
    "postgres_url",
    "served",
    "sqlite_driver",
]


settings.register_profile("house", deadline=None)  # a timing is never a test: the machine may be busy
settings.load_profile("house")


def pytest_terminal_summary(terminalreporter):
    """Name the system packages whose tests were left out."""
    skipped = (report.longrepr[-1] for report in terminalreporter.stats.get("skipped", ()))
    missing = sorted({reason.removeprefix("Skipped: ") for reason in skipped if "external" in reason})
    if missing:
        terminalreporter.write_line(f"Left out, run by .ci/run: {'; '.join(missing)}", yellow=True)


class Apart(LoadScopeScheduling):
    """Hand tests out one by one, but those of a browser all at once."""

    def _split_scope(self, nodeid):
        return "browser" if nodeid.startswith("tests/browser/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Leave all that a browser does to one process: one console and one estate are made for it."""
    return Apart(config, log) if config.getvalue("dist") == "load" else None
