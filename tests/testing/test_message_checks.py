"""Each check of the message kit fails a transport that breaks its rule, and says what to do."""

from __future__ import annotations

import contextlib
import inspect
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.testing import ConformanceError, check_message_transport, message_checks
from core.testing.message_checks import MessageBench
from core.transport import Channel, ChannelHost, Message, PeerFacts
from plugins.inproc import BoundName, InprocTransport, WaitingName

Sabotage = Callable[["Workbench"], None]


class Proxy:
    """An object like another one, except for what is set on it."""

    def __init__(self, real: Any, **changes: Any) -> None:
        self.__dict__.update(changes)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class HostProxy(Proxy):
    """Stands between the transport and the host, and translates channels."""

    def __init__(self, real: ChannelHost, bench: Workbench) -> None:
        super().__init__(real)
        self._bench = bench
        self._channels: dict[int, Any] = {}

    def attach(self, channel: Channel, peer: PeerFacts) -> None:
        changed = self._channels[id(channel)] = self._bench.change_channel(channel)
        for _ in range(self._bench.attach_times):
            self._real.attach(changed, self._bench.change_facts(peer))

    def detach(self, channel: Channel) -> None:
        for _ in range(self._bench.detach_times):
            self._real.detach(self._channels[id(channel)])

    def readable(self, channel: Channel) -> None:
        if self._bench.wakes_readers:
            self._real.readable(self._channels[id(channel)])

    def writable(self, channel: Channel) -> None:
        if self._bench.wakes_writers:
            self._real.writable(self._channels[id(channel)])


class Workbench(InprocTransport):
    """A correct transport that can be tampered with."""

    def __init__(self, undo: contextlib.ExitStack) -> None:
        self.undo = undo
        self.change_channel: Callable[[Any], Any] = lambda channel: channel
        self.change_facts: Callable[[PeerFacts], PeerFacts] = lambda facts: facts
        self.change_binding: Callable[[Any], Any] = lambda binding: binding
        self.attach_times = self.detach_times = 1
        self.wakes_readers = self.wakes_writers = True

    def bind(self, address: str, host: ChannelHost) -> BoundName:
        bound: BoundName = self.change_binding(super().bind(address, HostProxy(host, self)))
        return bound

    def connect(self, address: str, host: ChannelHost) -> WaitingName:
        found: WaitingName = self.change_binding(super().connect(address, HostProxy(host, self)))
        return found


SABOTAGES: dict[str, Sabotage] = {}


def breaks(rule: str) -> Callable[[Sabotage], Sabotage]:
    def remember(sabotage: Sabotage) -> Sabotage:
        SABOTAGES[rule] = sabotage
        return sabotage

    return remember


@breaks("attributes")
def says_nothing_of_socket_types(bench: Workbench) -> None:
    bench.socket_types = ["PUB"]  # type: ignore[assignment]


@breaks("parsing")
def refuses_with_the_wrong_error(bench: Workbench) -> None:
    def parse(address: str, *, bind: bool) -> str:
        if not address:
            raise ValueError("empty")
        return address

    bench.parse = parse  # type: ignore[method-assign]


@breaks("both_sides_learn_of_each_other")
def mistakes_its_peer(bench: Workbench) -> None:
    bench.change_facts = lambda facts: PeerFacts(facts.socket_type, b"wrong", facts.endpoint)


@breaks("bindings_name_their_endpoint")
def forgets_its_scheme(bench: Workbench) -> None:
    bench.change_binding = lambda binding: Proxy(binding, endpoint="://" + binding.name)


@breaks("messages_arrive_unchanged")
def flattens_messages(bench: Workbench) -> None:
    def change(channel: Channel) -> Any:
        def receive(limit: int) -> list[Message]:
            return [m if isinstance(m, bytes) else b"".join(m) for m in channel.receive(limit)]

        return Proxy(channel, receive=receive)

    bench.change_channel = change


@breaks("messages_go_both_ways")
def is_a_one_way_street(bench: Workbench) -> None:
    def change(channel: Channel) -> Any:
        return Proxy(channel, send=lambda messages: channel.send([b"?" for _ in messages]))

    bench.change_channel = change


@breaks("receiving_never_waits_or_exceeds_its_limit")
def ignores_the_limit(bench: Workbench) -> None:
    bench.change_channel = lambda channel: Proxy(channel, receive=lambda _: channel.receive(1000))


@breaks("full_queues_refuse_and_resume")
def does_not_say_when_there_is_room(bench: Workbench) -> None:
    bench.wakes_writers = False


@breaks("wakeups_are_never_lost")
def does_not_say_when_messages_come(bench: Workbench) -> None:
    bench.wakes_readers = False


@breaks("leaving_lets_the_peer_drain")
def tells_twice(bench: Workbench) -> None:
    bench.detach_times = 2


@breaks("closing_twice_is_harmless")
def closes_once(bench: Workbench) -> None:
    def change(channel: Channel) -> Any:
        closed: list[None] = []

        def close() -> None:
            if closed:
                raise OSError("already closed")
            closed.append(None)
            channel.close()

        return Proxy(channel, close=close)

    bench.change_channel = change


@breaks("unbinding_twice_is_harmless")
def frees_what_is_not_its_own(bench: Workbench) -> None:
    def change(binding: Any) -> Any:
        def close() -> None:
            binding.close()
            binding.host.shared["names"].bound.pop(binding.name, None)

        return Proxy(binding, close=close)

    bench.change_binding = change


@breaks("unbinding_keeps_the_peers")
def takes_its_peers_along(bench: Workbench) -> None:
    def change(binding: Any) -> Any:
        def close() -> None:
            binding.close()
            for channel, _ in binding.host.peers:
                channel.close()

        return Proxy(binding, close=close)

    bench.change_binding = change


@breaks("disconnecting_leaves_the_peer")
def stays_connected(bench: Workbench) -> None:
    bench.change_binding = lambda binding: Proxy(binding, close=lambda: None)


@breaks("nothing_leaks")
def leaks(bench: Workbench) -> None:
    def change(channel: Channel) -> Channel:
        bench.undo.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        return channel

    bench.change_channel = change


@breaks("duplicate_bind_is_refused")
def takes_the_name_over(bench: Workbench) -> None:
    bind = bench.bind

    def rude(address: str, host: ChannelHost) -> BoundName:
        if "names" in host.shared:
            host.shared["names"].bound.pop(address, None)
        return bind(address, host)

    bench.bind = rude  # type: ignore[method-assign]


@breaks("connecting_may_come_first")
def wants_the_binder_first(bench: Workbench) -> None:
    connect = bench.connect

    def impatient(address: str, host: ChannelHost) -> WaitingName:
        if address not in getattr(host.shared.get("names"), "bound", ()):
            raise ConnectionRefusedError("nobody is there")
        return connect(address, host)

    bench.connect = impatient  # type: ignore[method-assign]


@breaks("giving_up_waiting_is_final")
def never_gives_up(bench: Workbench) -> None:
    stays_connected(bench)


@pytest.fixture
def undo() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("rule", SABOTAGES)
def test_breaking_a_rule_fails_its_check(rule: str, undo: contextlib.ExitStack) -> None:
    bench = Workbench(undo)
    SABOTAGES[rule](bench)
    with pytest.raises(ConformanceError) as caught:
        check_message_transport(bench, "x", timeout=0.2)
    assert rule in caught.value.failures
    assert f"  {rule}: {caught.value.failures[rule]}" in str(caught.value)


def test_every_check_has_a_transport_that_fails_it() -> None:
    checks = {
        name
        for name, item in vars(message_checks).items()
        if inspect.isfunction(item) and list(inspect.signature(item).parameters) == ["bench"]
    }
    assert checks
    assert set(SABOTAGES) == {"attributes", "parsing", *checks}


def test_attaching_twice_is_found(undo: contextlib.ExitStack) -> None:
    bench = Workbench(undo)
    bench.attach_times = 2
    with pytest.raises(ConformanceError, match="must be called once per peer"):
        check_message_transport(bench, "x", timeout=0.2)


def test_a_correct_transport_passes(undo: contextlib.ExitStack) -> None:
    check_message_transport(Workbench(undo), "x")


def test_rules_that_do_not_apply_can_be_left_out(undo: contextlib.ExitStack) -> None:
    bench = Workbench(undo)
    takes_the_name_over(bench)
    wants_the_binder_first(bench)
    check_message_transport(bench, "x", exclusive=False, connect_first=False, both_ways=False)


def test_the_bench_is_public_for_checks_of_ones_own() -> None:
    bench = MessageBench(InprocTransport(), lambda: "x", ("PUSH", "PULL"), 10)
    with bench.cleanup:
        bound, connected = bench.pair()
        assert (bound.socket_type, connected.socket_type) == ("PUSH", "PULL")
