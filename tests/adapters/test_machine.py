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
    assert is_alive(replace(this_process(), host="otra")) is None


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
