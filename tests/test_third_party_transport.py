"""The example transport is a package that installs, and that core and the kit accept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "transport-plugin"

LIST_PLUGINS = """
from core.plugin import registered
line = next(line for line in registered(load=True) if line.scheme == "tcpz")
print(line.kind, line.distribution, line.version, line.module, line.status, line.problem)
"""

USE = """
import errno

import core as zmq

with zmq.Context() as context:
    with context.socket(zmq.REP) as server, context.socket(zmq.REQ) as client:
        server.rcvtimeo = client.rcvtimeo = 20_000
        server.bind("tcpz://127.0.0.1:*")
        client.connect(server.last_endpoint)
        for size in (0, 1, 70_000, 1 << 20):
            client.send_multipart([bytes(size), b"", b"end"])
            assert server.recv_multipart() == [bytes(size), b"", b"end"]
            server.send(b"%d" % size)
            assert client.recv() == b"%d" % size
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        pull.rcvtimeo = 20_000
        push.bind("tcpz://127.0.0.1:*")
        pull.connect(push.last_endpoint)
        messages = [b"%d" % n for n in range(20_000)]
        received = []
        for start in range(0, len(messages), 1000):
            push.send_many(messages[start : start + 1000])
            while len(received) < start + 1000:
                received += pull.recv_many()
        assert received == messages
    with context.socket(zmq.PUSH) as push:
        try:
            push.connect("tcpz://127.0.0.1:no")
        except zmq.ZMQError as error:
            assert error.errno == errno.EINVAL
            print(error)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the example as a user would, into a directory of its own, without any network."""
    source = tmp_path_factory.mktemp("source") / "transport-plugin"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    target = tmp_path_factory.mktemp("site")
    run(
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-index", "--no-deps", "--no-build-isolation", "--target", str(target), str(source)),
    )
    return target


def run(*arguments: str, path: Path | None = None) -> str:
    """Run Python with an extra directory of packages; return what it printed."""
    extra = [str(path)] if path is not None else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*extra, str(ROOT)])}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_entry_point_announces_it(installed: Path) -> None:
    assert run("-c", LIST_PLUGINS, path=installed).split() == [
        *("stream", "babelmq-tcpz", "1.0.0", "babelmq_tcpz", "loaded")
    ]


def test_sockets_use_it(installed: Path) -> None:
    assert "Invalid endpoint 'tcpz://127.0.0.1:no': the port 'no'" in run("-c", USE, path=installed)


def test_its_own_tests_pass(installed: Path) -> None:
    tests = str(EXAMPLE / "tests")
    flags = ("-q", "-p", "no:cacheprovider", "--rootdir", tests)
    assert " passed" in run("-m", "pytest", *flags, tests, path=installed)
