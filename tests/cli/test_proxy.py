"""`babelmq proxy` between libzmq's sockets."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import zmq as libzmq

from tests.support.commands import Command, run
from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, terminate
from tests.support.waiting import wait_until


@pytest.fixture
def new() -> Iterator[SocketFactory]:
    factory = SocketFactory(libzmq, libzmq.Context())
    yield factory
    factory.close()
    terminate(factory.context)


def test_a_queue(new: SocketFactory, endpoint: Endpoints) -> None:
    front, back = endpoint("ipc"), endpoint("ipc")
    with Command("proxy", "queue", front, back) as device:
        server, client = new(libzmq.REP), new(libzmq.REQ)
        server.connect(back)
        client.connect(front)
        client.send(b"question")
        assert server.recv() == b"question"
        server.send(b"answer")
        assert client.recv() == b"answer"
        device.process.send_signal(signal.SIGTERM)
        done = device.finish()
    assert (done.code, done.out, done.errors) == (-signal.SIGTERM, b"", "")


def test_a_forwarder_with_a_tap(new: SocketFactory, endpoint: Endpoints) -> None:
    front, back, tap = (endpoint("ipc") for _ in range(3))
    with Command("proxy", "forwarder", front, back, "--capture", tap):
        publisher, subscriber, watcher = (new(kind) for kind in (libzmq.PUB, *[libzmq.SUB] * 2))
        for reader, where in ((subscriber, back), (watcher, tap)):
            reader.subscribe(b"gold")
            reader.connect(where)
        publisher.connect(front)

        def heard(reader: Any) -> bool:
            publisher.send_multipart([b"gold", b"1"])
            return bool(reader.poll(10))

        for reader in (subscriber, watcher):
            wait_until(partial(heard, reader))
            assert reader.recv_multipart() == [b"gold", b"1"]


def test_a_streamer_that_connects(new: SocketFactory, endpoint: Endpoints) -> None:
    front, back = endpoint("ipc"), endpoint("ipc")
    source, worker = new(libzmq.PUSH), new(libzmq.PULL)
    source.bind(front)
    worker.bind(back)
    arguments = ("--connect-front", "--connect-back", "-o", "linger=0", "--verbose")
    with Command("proxy", "streamer", front, back, *arguments) as device:
        assert f"CONNECTED {front}\n".encode() in device.stderr.readline()
        source.send(b"work")
        assert worker.recv() == b"work"


def test_an_endpoint_that_cannot_be() -> None:
    refused = run("proxy", "queue", "tcp://127.0.0.1:*", "pigeon://coop")
    assert refused.code == 1
    assert "pigeon" in refused.errors.splitlines()[-1]


def test_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    from gateway.cli import main

    with pytest.raises(SystemExit):
        main(["proxy", "roundabout", "tcp://*:1", "tcp://*:2"])
    assert "queue" in capsys.readouterr().err
