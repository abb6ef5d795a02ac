"""Each check of the stream kit fails a transport that breaks its rule, and says what to do."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from core.testing import ConformanceError, FaultyTransport, check_stream_transport
from core.testing.faulty_transport import FaultyListener, FaultyStream
from core.testing.stream_checks import BASICS, CHECKS
from core.transport import Buffer, Target, TransportOptions

Sabotage = Callable[["Workbench"], None]


class Workbench(FaultyTransport):
    """A correct transport whose streams and listeners can be tampered with."""

    def __init__(self, undo: contextlib.ExitStack) -> None:
        super().__init__()
        self.undo = undo
        self.change_stream: Callable[[Any], None] = lambda _: None
        self.change_listener: Callable[[Any], None] = lambda _: None

    def adopt(self, sock: socket.socket, endpoint: str) -> FaultyStream:
        stream = super().adopt(sock, endpoint)
        self.change_stream(stream)
        return stream

    def listen(self, target: Target, options: TransportOptions) -> FaultyListener:
        listener = super().listen(target, options)
        self.change_listener(listener)
        return listener


SABOTAGES: dict[str, Sabotage] = {}


def breaks(rule: str) -> Callable[[Sabotage], Sabotage]:
    def remember(sabotage: Sabotage) -> Sabotage:
        SABOTAGES[rule] = sabotage
        return sabotage

    return remember


@breaks("attributes")
def wrong_kind(bench: Workbench) -> None:
    bench.kind = "message"  # type: ignore[assignment]


@breaks("parsing")
def accepts_anything(bench: Workbench) -> None:
    def parse(address: str, *, bind: bool) -> str:
        return address

    bench.parse = parse  # type: ignore[method-assign]


@breaks("resolving_gives_targets")
def says_too_little_of_its_targets(bench: Workbench) -> None:
    resolve = bench.resolve

    def nameless(address: str, *, bind: bool, options: TransportOptions) -> Sequence[Target]:
        return [Target("", t.data) for t in resolve(address, bind=bind, options=options)]

    bench.resolve = nameless  # type: ignore[method-assign]


@breaks("listening_names_the_endpoint")
def keeps_the_wildcard(bench: Workbench) -> None:
    def change(listener: Any) -> None:
        listener.endpoint = "faulty://*"

    bench.change_listener = change


@breaks("descriptors_are_private_and_never_block")
def blocks(bench: Workbench) -> None:
    bench.change_stream = lambda stream: os.set_blocking(stream.fileno(), True)


@breaks("accepting_nobody_would_block")
def accepts_none(bench: Workbench) -> None:
    def change(listener: Any) -> None:
        accept = listener.accept

        def lenient() -> Any:
            with contextlib.suppress(BlockingIOError):
                return accept()
            return None

        listener.accept = lenient

    bench.change_listener = change


@breaks("several_peers_can_wait")
def remembers_only_the_last_peer(bench: Workbench) -> None:
    def change(listener: Any) -> None:
        arrive = listener.arrive

        def forgetful(sock: socket.socket) -> None:
            for waiting in listener._waiting:
                waiting.close()
            arrive(sock)

        listener.arrive = forgetful

    bench.change_listener = change


@breaks("streams_name_both_ends")
def forgets_its_peer(bench: Workbench) -> None:
    def change(stream: Any) -> None:
        stream.remote = None

    bench.change_stream = change


def changed_write(bench: Workbench, write: Callable[[Any, Buffer], int]) -> None:
    def change(stream: Any) -> None:
        original = stream.write
        stream.write = lambda data: write(original, data)

    bench.change_stream = change


@breaks("bytes_arrive_unchanged")
def changes_large_writes(bench: Workbench) -> None:
    changed_write(bench, lambda write, data: int(write(bytes(data)[::-1])))


@breaks("writing_nothing_does_nothing")
def writes_nothing_as_something(bench: Workbench) -> None:
    changed_write(bench, lambda write, data: int(write(data)) if data else int(write(b"?")) * 0)


@breaks("gathered_buffers_arrive_joined")
def mixes_up_buffers(bench: Workbench) -> None:
    def change(stream: Any) -> None:
        stream.writev = lambda buffers: stream.write(b"".join(reversed(buffers)))

    bench.change_stream = change


@breaks("reading_nothing_would_block")
def confuses_nothing_with_the_end(bench: Workbench) -> None:
    def change(stream: Any) -> None:
        read = stream.read

        def hasty(size: int) -> bytes:
            try:
                return bytes(read(size))
            except BlockingIOError:
                return b""

        stream.read = hasty

    bench.change_stream = change


@breaks("small_reads_lose_nothing")
def keeps_what_the_descriptor_no_longer_announces(bench: Workbench) -> None:
    def change(stream: Any) -> None:
        read, kept = stream.read, bytearray()

        def hoard(size: int) -> bytes:
            if not kept:
                kept.extend(read(1 << 16))
            part = bytes(kept[:size])
            del kept[:size]
            return part

        stream.read = hoard

    bench.change_stream = change


@breaks("writing_stops_when_full")
def takes_everything(bench: Workbench) -> None:
    def greedy(write: Any, data: Buffer) -> int:
        with contextlib.suppress(BlockingIOError):
            write(data)
        return len(data)

    changed_write(bench, greedy)


@breaks("closing_delivers_what_was_written")
def keeps_the_last_bytes(bench: Workbench) -> None:
    def change(stream: Any) -> None:
        write, kept = stream.write, bytearray()

        def lazy(data: Buffer) -> int:
            if len(data) != 5000:
                return int(write(data))
            kept.extend(data)
            return len(data)

        stream.write = lazy

    bench.change_stream = change


@breaks("writing_to_nobody_fails")
def hides_that_the_peer_is_gone(bench: Workbench) -> None:
    def blind(write: Any, data: Buffer) -> int:
        try:
            return int(write(data))
        except BrokenPipeError:
            return len(data)

    changed_write(bench, blind)


@breaks("streams_close_twice")
def closes_once(bench: Workbench) -> None:
    def change(stream: Any) -> None:
        close = stream.close

        def fragile() -> None:
            if stream.fileno() == -1:
                raise OSError("already closed")
            close()

        stream.close = fragile

    bench.change_stream = change


@breaks("listeners_close_twice_and_free_the_address")
def never_frees_the_address(bench: Workbench) -> None:
    bench.forget = lambda name, listener: None  # type: ignore[method-assign]


@breaks("connecting_to_nobody_fails")
def connects_to_nobody(bench: Workbench) -> None:
    connect = bench.connect

    def optimistic(target: Target, options: TransportOptions) -> FaultyStream:
        try:
            return connect(target, options)
        except ConnectionRefusedError:
            near, far = socket.socketpair()
            bench.undo.callback(far.close)
            return bench.adopt(near, target.endpoint)

    bench.connect = optimistic  # type: ignore[method-assign]


@breaks("nothing_leaks")
def leaks(bench: Workbench) -> None:
    def change(stream: Any) -> None:
        bench.undo.callback(os.close, os.dup(stream.fileno()))

    bench.change_stream = change


@breaks("duplicate_listen_is_refused")
def takes_the_address_over(bench: Workbench) -> None:
    listen = bench.listen

    def rude(target: Target, options: TransportOptions) -> FaultyListener:
        bench._listeners.pop(target.data, None)
        return listen(target, options)

    bench.listen = rude  # type: ignore[method-assign]


@pytest.fixture
def undo() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("rule", SABOTAGES)
def test_breaking_a_rule_fails_its_check(rule: str, undo: contextlib.ExitStack) -> None:
    bench = Workbench(undo)
    SABOTAGES[rule](bench)
    with pytest.raises(ConformanceError) as caught:
        check_stream_transport(bench, "*", timeout=0.2)
    assert rule in caught.value.failures
    text = str(caught.value)
    assert f"Stream transport 'faulty' fails {len(caught.value.failures)} of" in text
    assert f"  {rule}: {caught.value.failures[rule]}" in text


def test_every_check_has_a_transport_that_fails_it() -> None:
    assert set(SABOTAGES) == {
        "attributes",
        "parsing",
        *(check.__name__ for check in (*BASICS, *CHECKS)),
    }


def test_a_correct_transport_passes(undo: contextlib.ExitStack) -> None:
    check_stream_transport(Workbench(undo), "*", invalid=[""])


def test_each_check_gets_an_address_of_its_own_from_a_function() -> None:
    made: list[str] = []

    def make() -> str:
        made.append(f"name-{len(made)}")
        return made[-1]

    check_stream_transport(FaultyTransport(), make)
    assert len(made) > len(CHECKS)


def test_what_cannot_work_at_all_is_not_tried() -> None:
    class NoAddress(FaultyTransport):
        def resolve(self, address: str, *, bind: bool, options: TransportOptions) -> list[Target]:
            return []

    with pytest.raises(ConformanceError, match="must return at least one Target") as caught:
        check_stream_transport(NoAddress(), "*")
    assert set(caught.value.failures) <= {check.__name__ for check in BASICS}


def test_other_errors_than_failed_checks_are_reported_with_their_rule() -> None:
    class Clumsy(FaultyTransport):
        def connect(self, target: Target, options: TransportOptions) -> FaultyStream:
            raise ZeroDivisionError("of all things")

    with pytest.raises(ConformanceError) as caught:
        check_stream_transport(Clumsy(), "*")
    expected = "'listening names the endpoint' met an error: ZeroDivisionError: of all things"
    assert expected in caught.value.failures["listening_names_the_endpoint"]


@pytest.mark.parametrize(
    "trouble", [{"refusals": 2}, {"largest_read": 999}, {"largest_write": 777}], ids=str
)
def test_slow_and_stubborn_transports_pass_too(trouble: dict[str, int]) -> None:
    transport = FaultyTransport()
    for name, value in trouble.items():
        setattr(transport.faults, name, value)
    check_stream_transport(transport, "*")
