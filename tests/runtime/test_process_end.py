"""A program that closes nothing ends all the same, however soon."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.processes import ROOT

PROGRAMS = {
    "bound": "socket.bind('tcp://127.0.0.1:*')",
    "connected": "socket.connect('tcp://127.0.0.1:1')",
    "busy": "socket.bind('tcp://127.0.0.1:*'); socket.poll(5); socket.poll(5)",
    "polled": (
        "socket.bind('tcp://127.0.0.1:*'); poller = zmq.Poller(); "
        "poller.register(socket); [poller.poll(1) for _ in range(3)]"
    ),
}


@pytest.mark.parametrize("what", PROGRAMS)
def test_the_io_thread_does_not_die_with_a_lock(what: str) -> None:
    program = f"import core as zmq; socket = zmq.Context().socket(zmq.PULL); {PROGRAMS[what]}"
    for _ in range(3):  # it depends on what the thread is at when the program ends
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, timeout=20, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
