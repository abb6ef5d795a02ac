"""`tcpz://` keeps the contract of transports, and it does compress."""

# ruff: noqa: D103 - the names of the tests say what they show

import select

import pytest
from babelmq_tcpz import TcpzTransport
from babelmq_tcpz.stream import CompressedStream

from core.testing import FaultyTransport, check_stream_transport
from core.transport import Stream, TransportOptions

OPTIONS = TransportOptions()


def test_conformance() -> None:
    check_stream_transport(TcpzTransport(), "127.0.0.1:*", invalid=["127.0.0.1", "127.0.0.1:x"])


def connected_pair(transport: FaultyTransport) -> tuple[Stream, Stream]:
    target = transport.resolve("somewhere", bind=True, options=OPTIONS)[0]
    listener = transport.listen(target, OPTIONS)
    near = transport.connect(target, OPTIONS)
    far = listener.accept()
    listener.close()
    return near, far


def test_repetitive_data_takes_little_room_on_the_wire() -> None:
    near, far = connected_pair(FaultyTransport())
    stream = CompressedStream(near, "", "")
    assert stream.write(b"hello " * 1000) == 6000
    wire = far.read(65536)
    assert len(wire) < 200
    near.close()
    far.close()


def test_bytes_that_are_not_compressed_are_an_error() -> None:
    near, far = connected_pair(FaultyTransport())
    near.write(b"GET / HTTP/1.1\r\n")
    stream = CompressedStream(far, "", "")
    select.select([far], [], [])
    with pytest.raises(OSError, match="does not speak tcpz"):
        stream.read(65536)
    near.close()
    far.close()


def test_a_block_that_leaves_in_pieces_is_counted_once() -> None:
    transport = FaultyTransport()
    near, far = connected_pair(transport)
    transport.faults.largest_write = 5
    transport.faults.refusals = 1
    writer, reader = CompressedStream(near, "", ""), CompressedStream(far, "", "")
    refused = 0
    while True:
        try:
            assert writer.write(b"hello") == 5
            break
        except BlockingIOError:
            refused += 1
    assert refused > 1
    received = b""
    while len(received) < 5:
        try:
            received += reader.read(100)
        except BlockingIOError:
            continue
    assert received == b"hello"
    near.close()
    far.close()
