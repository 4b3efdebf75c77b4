"""A process is known by more than its number."""

import os
import subprocess
import sys
from dataclasses import replace

from sereno.adapters.machine import boot_id, find_process, is_alive, name_process, process_at, this_process


def test_this_start_of_the_machine_has_one_name():
    assert boot_id() == boot_id() != ""


def test_this_process_is_alive_and_named_the_same_each_time():
    own = this_process()
    assert own == this_process()
    assert own.pid == os.getpid()
    assert is_alive(own) is True


def test_a_number_that_was_given_again_is_not_alive():
    assert is_alive(replace(this_process(), born=this_process().born - 60)) is False


def test_nothing_outlives_the_machine_s_start():
    assert is_alive(replace(this_process(), boot="otro")) is False


def test_of_another_machine_nothing_is_known():
    own = this_process()
    assert is_alive(replace(own, host="otra", boot="otro arranque")) is None


def test_a_machine_that_was_renamed_is_the_same_and_one_that_was_started_again_has_lost_its_processes():
    own = this_process()
    assert is_alive(replace(own, host="otra")) is True
    assert is_alive(replace(own, boot="otro arranque")) is False


def test_of_a_container_on_this_machine_nothing_is_known():
    own = this_process()
    assert is_alive(replace(own, boot=f"{boot_id()} pid:[1]")) is None


def test_a_process_that_has_ended_is_not_alive_though_nobody_has_asked_it():
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    named = name_process(child.pid)
    child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive(named) is False
    assert find_process(named) is not None
    child.communicate()
    assert find_process(named) is None


def test_what_is_no_number_of_a_process_is_nobody():
    assert [process_at(pid) for pid in (-1, 2**70)] == [None, None]
