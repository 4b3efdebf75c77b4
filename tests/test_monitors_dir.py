"""MONITORS_DIR is read before all else, and what lies there must not take another setting's name."""

from dataclasses import replace

import pytest

from sereno.adapters.monitors import shipped_monitors
from sereno.domain.errors import SettingsError
from sereno.settings import load_settings, monitors_folder

BRASS = shipped_monitors()[0]


@pytest.fixture
def environ(tmp_path):
    return {"SERENO_HOME": str(tmp_path)}


def test_without_it_there_is_no_folder(environ):
    assert monitors_folder(environ) is None


def test_it_starts_at_home_wherever_it_is_written(environ, tmp_path):
    (tmp_path / ".env").write_text("MONITORS_DIR=monitores", "utf-8")
    assert monitors_folder(environ) == tmp_path / "monitores"
    assert monitors_folder({**environ, "MONITORS_DIR": "otros"}) == tmp_path / "otros"


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"prefix": "BRASS"}, "BRASS_DIAS_AVISO"),
        ({"prefix": "LOG", "settings": {"format": "text"}}, "LOG_FORMAT"),
        ({"digests": (replace(BRASS.digests[0], to_variable="SMTP_HOST"),)}, "SMTP_HOST"),
    ],
)
def test_a_setting_of_one_name_and_two_meanings_is_a_fault(environ, changed, name):
    own = replace(BRASS, **{"name": "otro", "prefix": "OTRO", "digests": (), **changed})
    with pytest.raises(SettingsError) as caught:
        load_settings((BRASS, own), purpose="check", environ=environ)
    assert name in [fault.where for fault in caught.value.faults]


def test_monitors_that_share_a_register_share_its_settings(environ):
    own = replace(BRASS, name="otro", prefix="OTRO", digests=())
    assert load_settings((BRASS, own), purpose="check", environ=environ).registers["brass"].url is None
