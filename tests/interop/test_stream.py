"""STREAM and ROUTER_RAW, ours and libzmq's, with each other and with each other's ZMTP sockets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.endpoints import Endpoints
from tests.support.sockets import SocketFactory, bind
from tests.zmtp import golden

pytestmark = pytest.mark.interop

DATA = bytes(range(256)) * 1000


def receive(stream: Any, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += stream.recv_multipart()[1]
    return data


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
@pytest.mark.parametrize("raw", ["STREAM", "ROUTER"])
@pytest.mark.parametrize("binder", ["ours", "theirs"])
def test_raw_sockets_of_both(
    zmq: Any,
    libzmq: Any,
    new_socket: SocketFactory,
    new_peer: SocketFactory,
    endpoint: Endpoints,
    binder: str,
    raw: str,
    scheme: str,
) -> None:
    ours = new_socket(getattr(zmq, raw))
    if raw == "ROUTER":
        ours.setsockopt(zmq.ROUTER_RAW, 1)
    theirs = new_peer(libzmq.STREAM)
    if binder == "ours":
        theirs.connect(bind(ours, endpoint(scheme)))
    else:
        ours.connect(bind(theirs, endpoint(scheme)))
    (our_peer, our_notice), (their_peer, their_notice) = (
        ours.recv_multipart(),
        theirs.recv_multipart(),
    )
    assert (our_notice, their_notice) == (b"", b"")
    ours.send_multipart([our_peer, DATA])
    assert receive(theirs, len(DATA)) == DATA
    theirs.send_multipart([their_peer, DATA])
    assert receive(ours, len(DATA)) == DATA
    ours.send_multipart([our_peer, b"last"])
    ours.send_multipart([our_peer, b""])
    assert theirs.recv_multipart() == [their_peer, b"last"]
    assert theirs.recv_multipart() == [their_peer, b""]


@pytest.mark.parametrize("stream_is", ["ours", "theirs"])
@pytest.mark.parametrize("binder", ["stream", "dealer"])
def test_zmtp_by_hand(
    zmq: Any,
    libzmq: Any,
    new_socket: SocketFactory,
    new_peer: SocketFactory,
    endpoint: Endpoints,
    binder: str,
    stream_is: str,
) -> None:
    stream = new_socket(zmq.STREAM) if stream_is == "ours" else new_peer(libzmq.STREAM)
    dealer = new_peer(libzmq.DEALER) if stream_is == "ours" else new_socket(zmq.DEALER)
    if binder == "stream":
        dealer.connect(bind(stream, endpoint("tcp")))
    else:
        stream.connect(bind(dealer, endpoint("tcp")))
    name = stream.recv_multipart()[0]
    stream.send_multipart([name, golden.GREETING + golden.READY_ROUTER])
    ready = b"\x04)\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00"
    assert receive(stream, 64 + len(ready))[64:] == ready
    dealer.send(b"Hello")
    assert receive(stream, 7) == b"\x00\x05Hello"
    stream.send_multipart([name, b"\x00\x05World"])
    assert dealer.recv() == b"World"
    stream.send_multipart([name, b"\x00\xff" + b"x" * 100])
    stream.send_multipart([name, b"x" * 155])
    assert dealer.recv() == b"x" * 255
