"""The conformance checks for message transports: one function per rule of `core.transport`."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from errno import EADDRINUSE
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from core.endpoint import split_endpoint
from core.testing.conformance import (
    check_attributes,
    check_leaks,
    check_parse,
    fail,
    require,
    run_checks,
)
from core.testing.recording_host import HostContext, RecordingHost
from core.transport import Binding, Message, MessageTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_METHODS = ("parse", "bind", "connect")
_MANY = 20_000
_BATCH = 37


def check_message_transport(
    transport: MessageTransport,
    address: str | Callable[[], str],
    *,
    invalid: Iterable[str] = (),
    socket_types: tuple[str, str] = ("PAIR", "PAIR"),
    both_ways: bool = True,
    exclusive: bool = True,
    connect_first: bool = True,
    timeout: float = 10.0,
) -> None:
    """Check that a message transport keeps the contract of `core.transport`, on this machine.

    A plugin's test is one line::

        check_message_transport(MyTransport(), "some-name")

    :param address: what to bind, without the scheme, or a function that makes a fresh one
    :param invalid: addresses that `parse` must refuse
    :param socket_types: what the binding and the connecting socket of the checks are; the
        connecting one sends
    :param both_ways: the binding one can send too
    :param exclusive: an address can be bound once (not so for multicast)
    :param connect_first: a peer may connect before the address is bound
    :param timeout: seconds that any single step may take
    :raises ConformanceError: lists every rule that is broken and what to do about it
    """
    make = address if callable(address) else lambda: address
    checks = [
        *CHECKS,
        *([messages_go_both_ways] if both_ways else []),
        *([duplicate_bind_is_refused] if exclusive else []),
        *([connecting_may_come_first, giving_up_waiting_is_final] if connect_first else []),
    ]

    def attributes() -> None:
        check_attributes(transport, "message", _METHODS)
        types = getattr(transport, "socket_types", "missing")
        require(
            types is None or isinstance(types, frozenset),
            f"socket_types must be None or a frozenset of names such as 'PUB', not {types!r}",
        )

    def parsing() -> None:
        check_parse(transport, make(), invalid)

    bound = [_on_bench(check, transport, make, socket_types, timeout) for check in checks]
    run_checks(f"Message transport {transport.scheme!r}", [attributes, parsing], bound)


@dataclass
class MessageBench:
    """One message transport on the bench; `bound` and `connected` are the two sockets."""

    transport: MessageTransport
    address: Callable[[], str]
    socket_types: tuple[str, str]
    timeout: float
    context: HostContext = field(default_factory=HostContext)
    cleanup: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def host(self, side: int, hwm: int = 1000) -> RecordingHost:
        """Make a socket's host: side 0 binds, side 1 connects."""
        return RecordingHost(
            self.context,
            self.socket_types[side],
            identity=b"id%d" % side,
            send_hwm=hwm,
            receive_hwm=hwm,
            timeout=self.timeout,
        )

    def bind(self, address: str, host: RecordingHost) -> Binding:
        """Bind, and close at the end."""
        return self._keep(self.transport.bind(self.transport.parse(address, bind=True), host), host)

    def connect(self, endpoint: str, host: RecordingHost) -> Binding:
        """Connect to an endpoint, and close at the end."""
        address = self.transport.parse(split_endpoint(endpoint)[1], bind=False)
        return self._keep(self.transport.connect(address, host), host)

    def pair(self, hwm: int = 1000) -> tuple[RecordingHost, RecordingHost]:
        """Make two hosts that have met: (bound, connected)."""
        bound, connected = self.host(0, hwm), self.host(1, hwm)
        self.connect(self.bind(self.address(), bound).endpoint, connected)
        bound.channel()
        connected.channel()
        return bound, connected

    def _keep(self, binding: Binding, host: RecordingHost) -> Binding:
        def close() -> None:
            binding.close()
            for channel, _ in host.peers:
                channel.close()

        self.cleanup.callback(close)
        return binding


def both_sides_learn_of_each_other(bench: MessageBench) -> None:
    """`attach` is called once per side, with what is known of the peer."""
    for host, peer in (pair := bench.pair(), pair[::-1]):
        require(host.count("attach") == 1, "attach() must be called once per peer")
        facts = host.peers[0][1]
        require(
            facts.socket_type in ("", peer.socket_type),
            f"PeerFacts.socket_type must be the peer's, {peer.socket_type!r}, or '' when unknown;"
            f" it is {facts.socket_type!r}",
        )
        require(
            facts.identity in (b"", peer.identity),
            f"PeerFacts.identity must be the peer's, {peer.identity!r}, or b'' when unknown;"
            f" it is {facts.identity!r}",
        )
        _require_endpoint(bench, facts.endpoint, "PeerFacts.endpoint")


def bindings_name_their_endpoint(bench: MessageBench) -> None:
    """`Binding.endpoint` can be connected to."""
    binding = bench.bind(bench.address(), bench.host(0))
    _require_endpoint(bench, binding.endpoint, "Binding.endpoint")


def messages_arrive_unchanged(bench: MessageBench) -> None:
    """Frames and their boundaries survive: empty, large, many, and in order."""
    bound, connected = bench.pair()
    messages: list[Message] = [
        b"", b"x", [b"", b""], [b"a", b"", b"c"], bytes(1 << 20), [b"%d" % n for n in range(100)],
    ]  # fmt: skip
    kept = list(messages)
    connected.send(messages)
    require(messages == kept, "send() must leave the caller's list as it is")
    got = bound.receive(len(kept))
    require(
        got == kept,
        "messages came changed or out of order: one frame is `bytes`, several are a list of bytes",
    )


def messages_go_both_ways(bench: MessageBench) -> None:
    """The side that has bound can send too."""
    bound, connected = bench.pair()
    bound.send([b"from the bound side"])
    require(connected.receive(1) == [b"from the bound side"], "the message came changed")


def receiving_never_waits_or_exceeds_its_limit(bench: MessageBench) -> None:
    """`receive` returns [] when there is nothing, and never more than its limit."""
    bound, connected = bench.pair()
    channel = bound.channel()
    require(channel.receive(10) == [], "receive() must return [] when no message is there")
    connected.send([b"%d" % n for n in range(5)])
    got: list[Message] = []
    while len(got) < 5:
        part = bound.receive(1)
        require(len(part) <= 1, "receive(limit) returned more messages than its limit")
        got += part
    require(got == [b"%d" % n for n in range(5)], "messages taken one by one came out of order")


def full_queues_refuse_and_resume(bench: MessageBench) -> None:
    """`send` takes what fits under the high-water marks, and `writable` tells of room."""
    bound, connected = bench.pair(hwm=10)
    channel = connected.channel()
    offered: list[Message] = [b"%d" % n for n in range(10_000)]
    taken = channel.send(offered)
    require(
        0 < taken < len(offered),
        f"send() took {taken} of {len(offered)} messages with both high-water marks at 10: it must"
        " take what fits and return how many that were",
    )
    require(channel.room() == 0, "room() must return 0 after send() has refused messages")
    sender = threading.Thread(target=_quietly(lambda: connected.send(offered[taken:])), daemon=True)
    sender.start()
    require(bound.receive(len(offered)) == offered, "messages around a full queue came changed")
    sender.join(bench.timeout)


def wakeups_are_never_lost(bench: MessageBench) -> None:
    """Two threads that wait for nothing but `readable` and `writable` move everything."""
    bound, connected = bench.pair(hwm=50)
    offered: list[Message] = [b"%d" % n for n in range(_MANY)]

    def send_all() -> None:
        for start in range(0, _MANY, _BATCH):
            connected.send(offered[start : start + _BATCH])

    sender = threading.Thread(target=_quietly(send_all), daemon=True)
    sender.start()
    got = bound.receive(_MANY)
    sender.join(bench.timeout)
    require(got == offered, "messages sent while the peer received came changed or out of order")


def leaving_lets_the_peer_drain(bench: MessageBench) -> None:
    """After `close` the peer is told once, drains what was sent, and can send no more."""
    bound, connected = bench.pair()
    connected.send([b"1", b"2", b"3"])
    require(bound.wait_for("readable"), "readable() must be called when the first messages come")
    connected.channel().close()
    require(
        bound.wait_for("detach"),
        "ChannelHost.detach() must be called when the peer closes its channel",
    )
    require(
        bound.receive(3) == [b"1", b"2", b"3"],
        "what was sent before close() must still be handed out after detach()",
    )
    channel = bound.channel()
    require(channel.receive(10) == [], "receive() must return [] once the peer's messages are out")
    require(channel.send([b"x"]) == 0, "send() must return 0 once the peer is gone")
    require(bound.count("detach") == 1, "detach() must be called once per peer")
    require(connected.count("detach") == 0, "detach() must not be called for an own close()")


def closing_twice_is_harmless(bench: MessageBench) -> None:
    """`close` of a channel may be repeated, on both sides; then nothing more goes through."""
    bound, connected = bench.pair()
    for host in (bound, connected):
        channel = host.channel()
        channel.close()
        channel.close()
        require(channel.receive(1) == [], "receive() after close() must return []")
        require(channel.send([b"x"]) == 0, "send() after close() must return 0")


def unbinding_twice_is_harmless(bench: MessageBench) -> None:
    """`close` of a binding may be repeated, and spares the next owner of the address."""
    binding = bench.bind(bench.address(), bench.host(0))
    binding.close()
    bound, connected = bench.host(0), bench.host(1)
    again = bench.bind(split_endpoint(binding.endpoint)[1], bound)
    binding.close()
    bench.connect(again.endpoint, connected).close()
    require(
        connected.wait_for("attach"),
        "closing a Binding for the second time took the address from its next owner",
    )


def unbinding_keeps_the_peers(bench: MessageBench) -> None:
    """Closing a bind frees the address and leaves the channels alone."""
    bound, connected = bench.host(0), bench.host(1)
    binding = bench.bind(bench.address(), bound)
    bench.connect(binding.endpoint, connected)
    bound.channel()
    connected.channel()
    binding.close()
    connected.send([b"still here"])
    require(bound.receive(1) == [b"still here"], "peers must outlive the binding they came through")
    try:
        bench.bind(split_endpoint(binding.endpoint)[1], bench.host(0))
    except OSError as error:
        fail(f"the address must be free after Binding.close(): {error}")


def disconnecting_leaves_the_peer(bench: MessageBench) -> None:
    """Closing a connect closes its channel."""
    bound, connected = bench.host(0), bench.host(1)
    binding = bench.connect(bench.bind(bench.address(), bound).endpoint, connected)
    connected.channel()
    bound.channel()
    binding.close()
    require(
        bound.wait_for("detach"),
        "closing the Binding of a connect must close its channel, so that the peer is told",
    )


def nothing_leaks(bench: MessageBench) -> None:
    """Meeting and leaving costs no descriptors."""

    def cycle() -> None:
        inner = MessageBench(bench.transport, bench.address, bench.socket_types, bench.timeout)
        with inner.cleanup:
            inner.pair()

    check_leaks(cycle, "bind, connect and close")


def duplicate_bind_is_refused(bench: MessageBench) -> None:
    """Binding an address in use raises EADDRINUSE."""
    binding = bench.bind(bench.address(), bench.host(0))
    advice = "bind() of an address in use must raise OSError with errno EADDRINUSE"
    try:
        bench.bind(split_endpoint(binding.endpoint)[1], bench.host(0))
    except OSError as error:
        require(error.errno == EADDRINUSE, f"{advice}, not {error!r}")
    else:
        fail(f"{advice} (or pass exclusive=False if sharing it is the documented behaviour)")


def connecting_may_come_first(bench: MessageBench) -> None:
    """A connect waits for the bind, and meets it."""
    bound, connected = bench.host(0), bench.host(1)
    address = bench.address()
    bench.connect(f"{bench.transport.scheme}://{address}", connected)
    require(not connected.peers, "attach() was called before there was a peer")
    bench.bind(address, bound)
    connected.send([b"early"])
    require(bound.receive(1) == [b"early"], "the first message after a late bind came changed")


def giving_up_waiting_is_final(bench: MessageBench) -> None:
    """A connect that was closed before its peer came meets nobody."""
    bound, given_up, connected = bench.host(0), bench.host(1), bench.host(1)
    address = bench.address()
    endpoint = f"{bench.transport.scheme}://{address}"
    bench.connect(endpoint, given_up).close()
    bench.connect(endpoint, connected)
    bench.bind(address, bound)
    connected.channel()
    require(not given_up.peers, "attach() was called for a connect that had been closed")


CHECKS: tuple[Callable[[MessageBench], None], ...] = (
    both_sides_learn_of_each_other,
    bindings_name_their_endpoint,
    messages_arrive_unchanged,
    receiving_never_waits_or_exceeds_its_limit,
    full_queues_refuse_and_resume,
    wakeups_are_never_lost,
    leaving_lets_the_peer_drain,
    closing_twice_is_harmless,
    unbinding_twice_is_harmless,
    unbinding_keeps_the_peers,
    disconnecting_leaves_the_peer,
    nothing_leaks,
)


def _on_bench(
    check: Callable[[MessageBench], None],
    transport: MessageTransport,
    address: Callable[[], str],
    socket_types: tuple[str, str],
    timeout: float,
) -> Callable[[], None]:
    def run() -> None:
        bench = MessageBench(transport, address, socket_types, timeout)
        with bench.cleanup:
            check(bench)

    return update_wrapper(run, check)


def _quietly(call: Callable[[], None]) -> Callable[[], None]:
    """For the sending thread: the receiving side reports what is missing."""

    def run() -> None:
        with contextlib.suppress(AssertionError):
            call()

    return run


def _require_endpoint(bench: MessageBench, endpoint: Any, what: str) -> None:
    prefix = f"{bench.transport.scheme}://"
    require(
        isinstance(endpoint, str) and endpoint.startswith(prefix),
        f"{what} must be an endpoint that begins with {prefix!r}, not {endpoint!r}",
    )


__all__ = ["CHECKS", "MessageBench", "check_message_transport"]
