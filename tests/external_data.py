"""Real files that are too large, or not ours, to be in the repository; they lie beside the checkout."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[1].parent / "shared/data"


@pytest.fixture(scope="session")
def access_files() -> Path:
    """Give the folder of the real Access files."""
    for name in ("ASampleDatabase.accdb", "nwind.mdb", "DateTestDatabase.mdb"):
        if not (DATA / name).is_file():
            pytest.skip(f"external: the Access file {name} is not in ../shared/data beside the checkout")
    return DATA
