"""Fixtures that several folders of tests share, and a word at the end on what was left out."""

from hypothesis import settings
from tests.demo_estate import served
from tests.external_data import access_files
from tests.mariadb_server import mariadb_server, mariadb_url
from tests.odbc_drivers import mdb_driver, sqlite_driver
from tests.postgres_server import postgres_url

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
