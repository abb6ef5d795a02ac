"""Real libzmq programs as peers: the brief's C server, and servers killed and restarted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import tools
from tests.support.endpoints import unused_port
from tests.support.processes import PeerProcess
from tests.support.sockets import SocketFactory
from tests.support.waiting import wait_until

pytestmark = pytest.mark.interop
PEERS = Path(__file__).parent / "peers"


@contextmanager
def server(kind: str, address: str) -> Iterator[PeerProcess]:
    with PeerProcess.python(PEERS / "libzmq_server.py", kind, address) as process:
        process.expect("ready")
        yield process


@pytest.mark.requires_cc
def test_c_server_answers_our_request(zmq: Any, new_socket: SocketFactory, tmp_path: Path) -> None:
    flags = tools.library_flags("libzmq")
    if flags is None:
        tools.give_up("the C server", "libzmq's headers are not installed (libzmq3-dev)")
    with unused_port() as port:
        program = tmp_path / "hello_server"
        endpoint = f'-DENDPOINT="tcp://*:{port}"'
        source = PEERS / "hello_server.c"
        subprocess.run(["cc", endpoint, source, "-o", program, *(flags or [])], check=True)
        request = new_socket(zmq.REQ)
        request.connect(f"tcp://localhost:{port}")
        with PeerProcess([program]):
            for _ in range(10):
                request.send(b"Hello")
                assert request.recv() == b"World"


def test_request_goes_on_after_kill_and_restart(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        request = new_socket(zmq.REQ, reconnect_ivl=10)
        request.connect(address)
        for run in range(3):
            with server("REP", address) as process:
                request.send(b"q%d" % run)
                assert request.recv() == b"q%d" % run
                process.kill()


def test_request_sent_while_the_server_is_dead_is_answered_by_the_next(
    zmq: Any, new_socket: SocketFactory
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        # IMMEDIATE shows when the loss was noticed; a request sent earlier dies with the server.
        request = new_socket(zmq.REQ, reconnect_ivl=10, immediate=1)
        request.connect(address)
        with server("REP", address) as process:
            request.send(b"one")
            assert request.recv() == b"one"
            process.kill()
            wait_until(lambda: not request.poll(0, zmq.POLLOUT))
        with server("REP", address):
            request.send(b"two")
            assert request.recv() == b"two"


def test_push_queues_for_a_server_and_goes_on_with_the_next(
    zmq: Any, new_socket: SocketFactory
) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        push = new_socket(zmq.PUSH, reconnect_ivl=10)
        push.connect(address)
        push.send(b"early")
        for run in range(3):
            with server("PULL", address) as process:
                if run == 0:
                    process.expect("early")

                def one_arrives(process: PeerProcess = process, run: int = run) -> bool:
                    # Messages sent before the loss is noticed die with the old server.
                    push.send(b"run %d" % run)
                    return process.says_something(0.05)

                wait_until(one_arrives)
                process.expect("run")
                process.kill()


def test_subscriber_hears_the_restarted_publisher(zmq: Any, new_socket: SocketFactory) -> None:
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        subscriber = new_socket(zmq.SUB, reconnect_ivl=10, subscribe=b"news")
        subscriber.connect(address)
        for _ in range(2):
            with server("PUB", address) as process:
                numbers = [int(subscriber.recv().split()[1]) for _ in range(5)]
                assert numbers == list(range(numbers[0], numbers[0] + 5))
                process.kill()
            while subscriber.poll(50):  # what the dead one had sent
                subscriber.recv()


@pytest.mark.parametrize("kind", ["DEALER", "PAIR"])
def test_a_killed_echo_server_comes_back(zmq: Any, new_socket: SocketFactory, kind: str) -> None:
    their_kind = {"DEALER": "ROUTER", "PAIR": "PAIR"}[kind]
    with unused_port() as port:
        address = f"tcp://127.0.0.1:{port}"
        client = new_socket(getattr(zmq, kind), reconnect_ivl=10, immediate=1)
        client.connect(address)
        for run in range(3):
            with server(their_kind, address) as process:
                client.send(b"%d" % run)
                assert client.recv() == b"%d" % run
                process.kill()
                wait_until(lambda: not client.poll(0, zmq.POLLOUT))


def test_a_killed_client_does_not_trouble_our_server(zmq: Any, new_socket: SocketFactory) -> None:
    reply = new_socket(zmq.REP)
    port = reply.bind_to_random_port("tcp://127.0.0.1")
    asker = (
        "import sys, zmq\n"
        "socket = zmq.Context().socket(zmq.REQ)\n"
        f"socket.connect('tcp://127.0.0.1:{port}')\n"
        "while True:\n"
        "    socket.send(b'q'); socket.recv(); print('answered')\n"
    )
    for _ in range(2):
        with PeerProcess.source(asker) as process:
            for _ in range(3):
                assert reply.recv() == b"q"
                reply.send(b"a")
                process.expect("answered")
            assert reply.recv() == b"q"
            process.kill()
            reply.send(b"to nobody")
