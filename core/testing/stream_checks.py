"""The conformance checks for stream transports: one function per rule of `core.transport`."""

from __future__ import annotations

import contextlib
import random
from errno import EADDRINUSE
from functools import update_wrapper
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING, Any

from core.endpoint import split_endpoint
from core.testing.conformance import (
    check_attributes,
    check_leaks,
    check_parse,
    expect,
    fail,
    require,
    run_checks,
    wait_until,
)
from core.testing.stream_bench import READ_SIZE, StreamBench, check_flags
from core.transport import Buffer, Stream, StreamTransport, TransportOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_METHODS = ("parse", "waits_to_resolve", "resolve", "listen", "connect")
_SIZES = (1, 255, 256, READ_SIZE, 1 << 20)
_MOST_BUFFERED = 256 << 20  # no sane system keeps more for one connection
_MOST_BUFFERS = 1024


def check_stream_transport(
    transport: StreamTransport,
    address: str | Callable[[], str],
    *,
    invalid: Iterable[str] = (),
    options: TransportOptions | None = None,
    timeout: float = 10.0,
) -> None:
    """Check that a stream transport keeps the contract of `core.transport`, on this machine.

    A plugin's test is one line::

        check_stream_transport(MyTransport(), "127.0.0.1:*", invalid=["127.0.0.1"])

    :param address: what to bind, without the scheme: one that can be bound again and again, such
        as a wildcard port, or a function that makes a fresh one at each call
    :param invalid: addresses that `parse` must refuse
    :param options: what the transport gets; default all defaults
    :param timeout: seconds that any single step may take
    :raises ConformanceError: lists every rule that is broken and what to do about it
    """
    make = address if callable(address) else lambda: address
    chosen = options or TransportOptions()

    def attributes() -> None:
        check_attributes(transport, "stream", _METHODS)

    def parsing() -> None:
        check_parse(transport, make(), invalid)

    def on_bench(check: Callable[[StreamBench], None]) -> Callable[[], None]:
        return _on_bench(check, transport, make, chosen, timeout)

    run_checks(
        f"Stream transport {transport.scheme!r}",
        [attributes, parsing, *map(on_bench, BASICS)],
        list(map(on_bench, CHECKS)),
    )


def resolving_gives_targets(bench: StreamBench) -> None:
    """`resolve` finds at least one target that says where it leads."""
    address = bench.transport.parse(bench.address(), bind=True)
    waits = bench.transport.waits_to_resolve(address, bind=True)
    require(isinstance(waits, bool), "waits_to_resolve() must return True or False")
    targets = bench.transport.resolve(address, bind=True, options=bench.options)
    require(targets, "resolve() must return at least one Target, or raise OSError")
    for target in targets:
        _require_endpoint(bench, target.endpoint, "Target.endpoint")


def listening_names_the_endpoint(bench: StreamBench) -> None:
    """A listener says what it bound, concretely enough to connect to."""
    listener = bench.listen()
    _require_endpoint(bench, listener.endpoint, "Listener.endpoint")
    require(
        "*" not in listener.endpoint,
        f"Listener.endpoint must show what the wildcard became, not {listener.endpoint!r}",
    )
    bench.connect(listener.endpoint)


def descriptors_are_private_and_never_block(bench: StreamBench) -> None:
    """Descriptors are non-blocking and close-on-exec, on both sides."""
    listener = bench.listen()
    check_flags(listener, "listener")
    near = bench.connect(listener.endpoint)
    check_flags(near, "connected stream")
    check_flags(bench.accept(listener), "accepted stream")


def accepting_nobody_would_block(bench: StreamBench) -> None:
    """`accept` raises BlockingIOError when nobody is waiting."""
    listener = bench.listen()
    with expect(BlockingIOError, "accept() must raise BlockingIOError when no peer is waiting"):
        listener.accept()


def several_peers_can_wait(bench: StreamBench) -> None:
    """Peers that connect one after the other are all accepted."""
    listener = bench.listen()
    peers = [bench.connect(listener.endpoint) for _ in range(3)]
    accepted = [bench.accept(listener) for _ in peers]
    for number, peer in enumerate(peers):
        bench.write(peer, bytes([number]))
    found = sorted(bench.read(stream, 1) for stream in accepted)
    require(found == [b"\0", b"\1", b"\2"], "three peers connected, not each got its own stream")


def streams_name_both_ends(bench: StreamBench) -> None:
    """`local` and `remote` are endpoints of this scheme."""
    for stream in bench.pair():
        _require_endpoint(bench, stream.local, "Stream.local")
        _require_endpoint(bench, stream.remote, "Stream.remote")


def bytes_arrive_unchanged(bench: StreamBench) -> None:
    """Everything written arrives once and in order, in both directions."""
    near, far = bench.pair()
    for size in _SIZES:
        data = _pattern(size)
        for writer, reader in ((near, far), (far, near)):
            arrived = bench.carry(writer, reader, data, size)
            require(arrived == data, f"{size} bytes arrived changed, out of order or twice")


def writing_nothing_does_nothing(bench: StreamBench) -> None:
    """An empty write takes nothing, and the peer does not mistake it for end-of-file."""
    near, far = bench.pair()
    taken = bench.insist(near, EVENT_WRITE, lambda: near.write(b""))
    require(taken == 0, "write(b'') must return 0")
    bench.write(near, b"x")
    require(bench.read(far, 1) == b"x", "write(b'') must send nothing to the peer")


def gathered_buffers_arrive_joined(bench: StreamBench) -> None:
    """`writev` sends up to 1,024 buffers as if they were one, whole or a prefix."""
    near, far = bench.pair()
    buffers = [_pattern(n % 7) for n in range(_MOST_BUFFERS - 1)]
    data = b"".join(buffers) + b"end"
    everything: list[Buffer] = [*buffers, memoryview(b"end")]
    try:
        taken: Any = bench.insist(near, EVENT_WRITE, lambda: near.writev(everything))
    except OSError as error:
        fail(
            f"writev() must take {_MOST_BUFFERS} buffers, bytes and memoryviews; it raised {error}"
        )
    require(
        isinstance(taken, int) and 0 < taken <= len(data),
        f"writev() must return how many bytes it took, 1 to {len(data)}, not {taken!r}",
    )
    bench.write(near, data[taken:])
    require(bench.read(far, len(data)) == data, "writev() must send the buffers in order, joined")


def reading_nothing_would_block(bench: StreamBench) -> None:
    """`read` raises BlockingIOError when nothing has come, before and after data."""
    near, far = bench.pair()
    advice = "read() must raise BlockingIOError while nothing is there (b'' means end of file)"
    with expect(BlockingIOError, advice):
        far.read(READ_SIZE)
    bench.write(near, b"x")
    bench.read(far, 1)
    with expect(BlockingIOError, advice):
        far.read(READ_SIZE)


def small_reads_lose_nothing(bench: StreamBench) -> None:
    """Reading in small steps, the descriptor announces whatever is left."""
    near, far = bench.pair()
    data = _pattern(3000)
    bench.write(near, data)
    got = bytearray()
    while len(got) < len(data):
        bench.wait_readable(
            far, f"{len(got)} of {len(data)} bytes were read in small steps, then the descriptor"
            " stayed silent: return more than `size` rather than keep decoded bytes"
        )  # fmt: skip
        with contextlib.suppress(BlockingIOError):
            got += far.read(700)
    require(bytes(got) == data, "bytes read in small steps came changed or out of order")


def writing_stops_when_full(bench: StreamBench) -> None:
    """Without a reader `write` ends in BlockingIOError, and goes on once the peer has read."""
    near, far = bench.pair()
    block = random.Random(0).randbytes(READ_SIZE)  # noise: some streams compress
    written, rest = bench.fill(near, block, _MOST_BUFFERED)
    require(
        written < _MOST_BUFFERED,
        f"write() took {written} bytes that nobody read: it must raise BlockingIOError when the"
        " system's buffers are full, not collect without bound",
    )
    got = bench.read(far, written)
    bench.wait_writable(near, "the descriptor must turn writable again after the peer has read")
    total = written + len(rest)
    got += bench.carry(near, far, bytes(rest), total - len(got))
    require(got == block * (total // len(block)), "bytes around a full buffer were lost or changed")


def closing_delivers_what_was_written(bench: StreamBench) -> None:
    """After `close` the peer gets everything that was taken, then end-of-file for good."""
    near, far = bench.pair()
    data = _pattern(5000)
    bench.write(near, data)
    near.close()
    require(bench.read_to_end(far) == data, "bytes taken by write() must survive close()")
    again = bench.insist(far, EVENT_READ, lambda: far.read(READ_SIZE))
    require(again == b"", "read() must go on returning b'' after end of file")


def writing_to_nobody_fails(bench: StreamBench) -> None:
    """Once the peer has closed, `write` soon raises OSError."""
    near, far = bench.pair()
    far.close()
    wait_until(
        lambda: _write_fails(near),
        bench.timeout,
        "write() must raise OSError (EPIPE, ECONNRESET) once the peer has closed",
    )


def streams_close_twice(bench: StreamBench) -> None:
    """`close` of a stream may be repeated; afterwards fileno is -1 and read and write raise."""
    near, _ = bench.pair()
    near.close()
    near.close()
    require(near.fileno() == -1, "Stream.fileno() must return -1 after close()")
    with expect(OSError, "read() after close() must raise OSError (EBADF)"):
        near.read(1)
    with expect(OSError, "write() after close() must raise OSError (EBADF)"):
        near.write(b"x")


def listeners_close_twice_and_free_the_address(bench: StreamBench) -> None:
    """`close` of a listener may be repeated, and the address can be bound again at once."""
    listener = bench.listen()
    near = bench.connect(listener.endpoint)
    far = bench.accept(listener)
    listener.close()
    listener.close()
    require(listener.fileno() == -1, "Listener.fileno() must return -1 after close()")
    bench.write(near, b"x")
    require(bench.read(far, 1) == b"x", "connections must outlive the listener they came through")
    far.close()  # the listening side closes first: tcp keeps such an address busy (TIME_WAIT)
    near.close()
    try:
        bench.listen_on(split_endpoint(listener.endpoint)[1])
    except OSError as error:
        fail(f"the address must be free after Listener.close() (SO_REUSEADDR?): {error}")


def connecting_to_nobody_fails(bench: StreamBench) -> None:
    """Where nobody listens, `connect` or `finish_connect` raises OSError."""
    listener = bench.listen()
    target = bench.target(listener.endpoint)
    listener.close()
    advice = "where nobody listens, connect() or finish_connect() must raise OSError"
    with expect(OSError, advice):
        stream = bench.transport.connect(target, bench.options)
        bench.cleanup.callback(stream.close)
        bench.wait_writable(stream, "a failed connect must make the descriptor writable")
        stream.finish_connect()


def nothing_leaks(bench: StreamBench) -> None:
    """Connections that were made, refused or never accepted leave no descriptor behind."""

    def cycle() -> None:
        with StreamBench(bench.transport, bench.address, bench.options, bench.timeout) as inner:
            listener = inner.listen()
            inner.connect(listener.endpoint)
            inner.accept(listener)
            inner.connect(listener.endpoint)
            listener.close()
            with contextlib.suppress(OSError):
                inner.start_connect(listener.endpoint)

    check_leaks(cycle, "listen, connect, accept and close")


def duplicate_listen_is_refused(bench: StreamBench) -> None:
    """Listening on an address in use raises EADDRINUSE."""
    listener = bench.listen()
    advice = "listen() on an address in use must raise OSError with errno EADDRINUSE"
    try:
        bench.listen_on(split_endpoint(listener.endpoint)[1])
    except OSError as error:
        require(error.errno == EADDRINUSE, f"{advice}, not {error!r}")
    else:
        fail(advice)


# Without these nothing else can be tried.
BASICS: tuple[Callable[[StreamBench], None], ...] = (
    resolving_gives_targets,
    listening_names_the_endpoint,
    descriptors_are_private_and_never_block,
)

CHECKS: tuple[Callable[[StreamBench], None], ...] = (
    accepting_nobody_would_block,
    several_peers_can_wait,
    streams_name_both_ends,
    bytes_arrive_unchanged,
    writing_nothing_does_nothing,
    gathered_buffers_arrive_joined,
    reading_nothing_would_block,
    small_reads_lose_nothing,
    writing_stops_when_full,
    closing_delivers_what_was_written,
    writing_to_nobody_fails,
    streams_close_twice,
    listeners_close_twice_and_free_the_address,
    connecting_to_nobody_fails,
    nothing_leaks,
    duplicate_listen_is_refused,
)


def _on_bench(
    check: Callable[[StreamBench], None],
    transport: StreamTransport,
    address: Callable[[], str],
    options: TransportOptions,
    timeout: float,
) -> Callable[[], None]:
    def run() -> None:
        with StreamBench(transport, address, options, timeout) as bench:
            check(bench)

    return update_wrapper(run, check)


def _require_endpoint(bench: StreamBench, endpoint: Any, what: str) -> None:
    prefix = f"{bench.transport.scheme}://"
    require(
        isinstance(endpoint, str) and endpoint.startswith(prefix),
        f"{what} must be an endpoint that begins with {prefix!r}, not {endpoint!r}",
    )


def _pattern(size: int) -> bytes:
    """Make bytes whose order shows."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def _write_fails(stream: Stream) -> bool:
    try:
        stream.write(b"x")
    except BlockingIOError:
        return False
    except OSError:
        return True
    return False


__all__ = ["BASICS", "CHECKS", "check_stream_transport"]
