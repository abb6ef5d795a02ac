from __future__ import annotations

import contextlib
import errno
import select
from collections.abc import Iterator

import pytest

from core.endpoint import EndpointError
from core.plugin import Registry
from core.testing import FaultyTransport, check_stream_transport
from core.testing.faulty_transport import FaultyListener, FaultyStream
from core.transport import TransportOptions

OPTIONS = TransportOptions()


class Line:
    """A transport with a listener and one connection through it."""

    def __init__(self, opened: contextlib.ExitStack) -> None:
        self.transport = FaultyTransport()
        self.faults = self.transport.faults
        self.target = self.transport.resolve("there", bind=True, options=OPTIONS)[0]
        self.listener: FaultyListener = self.transport.listen(self.target, OPTIONS)
        opened.callback(self.listener.close)
        self.near: FaultyStream = self.transport.connect(self.target, OPTIONS)
        opened.callback(self.near.close)
        self.far: FaultyStream = self.listener.accept()
        opened.callback(self.far.close)


@pytest.fixture
def opened() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def line(opened: contextlib.ExitStack) -> Line:
    return Line(opened)


def test_without_faults_it_is_a_transport_like_any_other() -> None:
    check_stream_transport(FaultyTransport("other"), "*")


def test_it_is_its_own_plugin() -> None:
    registry = Registry(list)
    transport = FaultyTransport("mine")
    assert registry.register(transport) == ("mine",)
    assert registry.transport("mine").scheme == "mine"


@pytest.mark.parametrize(("address", "bind"), [("", True), ("", False), ("*", False)])
def test_addresses_that_lead_nowhere(address: str, bind: bool) -> None:
    with pytest.raises(EndpointError):
        FaultyTransport().parse(address, bind=bind)


def test_it_splits_reads(line: Line) -> None:
    line.near.write(b"abcde")
    line.faults.largest_read = 2
    assert [line.far.read(100) for _ in range(3)] == [b"ab", b"cd", b"e"]


def test_it_splits_writes(line: Line) -> None:
    line.faults.largest_write = 2
    assert line.near.write(b"abcde") == 2
    assert line.near.writev([b"c", memoryview(b"de")]) == 2
    assert line.far.read(100) == b"abcd"


def test_it_delays_each_operation(line: Line) -> None:
    line.faults.refusals = 2
    for operation in (lambda: line.near.write(b"x"), lambda: line.far.read(1)):
        for _ in range(2):
            with pytest.raises(BlockingIOError, match="as it was told"):
                operation()
        assert operation() in (1, b"x")


def test_it_drops_what_is_written(line: Line) -> None:
    line.near.write(b"before")
    line.faults.drop = True
    assert line.near.write(b"lost") == 4
    line.faults.drop = False
    line.near.write(b" and after")
    assert line.far.read(100) == b"before and after"


def test_it_fails_after_some_bytes(line: Line) -> None:
    line.faults.fail_after = 3
    assert line.near.write(b"ab") == 2
    assert line.near.write(b"cd") == 2
    with pytest.raises(ConnectionResetError):
        line.near.write(b"e")
    with pytest.raises(ConnectionResetError):
        line.near.read(1)
    assert line.far.read(100) == b"abcd"


def test_connects_fail_as_told(line: Line, opened: contextlib.ExitStack) -> None:
    line.faults.connect_errors.append(errno.ETIMEDOUT)
    stream = line.transport.connect(line.target, OPTIONS)
    opened.callback(stream.close)
    assert select.select([], [stream], [], 10)[1]
    with pytest.raises(TimeoutError):
        stream.finish_connect()
    again = line.transport.connect(line.target, OPTIONS)
    opened.callback(again.close)
    again.finish_connect()


def test_accepts_fail_as_told_and_the_peer_stays(line: Line, opened: contextlib.ExitStack) -> None:
    stream = line.transport.connect(line.target, OPTIONS)
    opened.callback(stream.close)
    line.faults.accept_errors.append(errno.EMFILE)
    with pytest.raises(OSError, match="open files"):
        line.listener.accept()
    opened.callback(line.listener.accept().close)


def test_a_cut_ends_every_connection(line: Line) -> None:
    assert line.transport.cut() == 2
    for stream in (line.near, line.far):
        assert stream.read(1) == b""
        with pytest.raises(BrokenPipeError):
            stream.write(b"x")
    line.near.close()
    line.far.close()
    assert line.transport.cut() == 0


def test_closing_the_listener_turns_waiting_peers_away(
    line: Line, opened: contextlib.ExitStack
) -> None:
    stream = line.transport.connect(line.target, OPTIONS)
    opened.callback(stream.close)
    line.listener.close()
    assert stream.read(1) == b""
    with pytest.raises(ConnectionRefusedError):
        line.transport.connect(line.target, OPTIONS)
