"""Settings of a home of its own, and the faults of bad ones."""

import pytest
from tests.settings.building import MONITORS

from sereno.domain.errors import SettingsError
from sereno.settings import load_settings


@pytest.fixture
def load(tmp_path):
    def load(env="", purpose="check", **environ):
        (tmp_path / ".env").write_text(env, encoding="utf-8")
        return load_settings(MONITORS, purpose=purpose, environ={"SERENO_HOME": str(tmp_path), **environ})

    return load


@pytest.fixture
def faults(load):
    def faults(env="", purpose="check", **environ):
        with pytest.raises(SettingsError) as caught:
            load(env, purpose, **environ)
        return caught.value.faults

    return faults
