"""A cheap look at a queue finds waiting rows by the bare driver alone; ODBC has no cheap look."""

import json
from dataclasses import asdict

import pytest
from tests.adapters.queues.building import NOW
from tests.adapters.queues.conftest import SERVED

from sereno.adapters.lookout import Look


@pytest.mark.parametrize("bare", SERVED, indirect=True)
def test_a_look_handed_to_another_process_finds_what_waits_and_nothing_else(bare):
    bare.create()
    queue = bare.open()
    look = queue.look()
    if bare.kind == "odbc":
        assert look is None
        return
    handed = Look(**json.loads(json.dumps(asdict(look))))
    queue.close()
    assert not handed.ask(NOW)
    bare.put(1)
    assert handed.ask(NOW)
    bare.fill(1)
    assert not handed.ask(NOW)


def test_of_a_queue_that_is_not_there_no_look_is_to_be_had(file):
    queue = file.open()
    file.run('DROP TABLE "TbCorreosEnviados"')
    assert queue.look() is None


def test_a_blank_date_waits_for_a_look_too(file):
    file.put(1, FechaEnvio="  ")
    assert file.open().look().ask(NOW)
