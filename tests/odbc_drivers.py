"""Stand-ins for the ODBC drivers of Access and SQL Server: those of SQLite and of MDB Tools."""

import pytest


def _needed(driver: str) -> str:
    pyodbc = pytest.importorskip("pyodbc", reason="external: unixODBC is not installed", exc_type=ImportError)
    if driver not in pyodbc.drivers():
        pytest.skip(f"external: the ODBC driver {driver} is not installed")
    return driver


@pytest.fixture(scope="session")
def sqlite_driver() -> str:
    return _needed("SQLite3")


@pytest.fixture(scope="session")
def mdb_driver() -> str:
    return _needed("MDBTools")
