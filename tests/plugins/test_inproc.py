from __future__ import annotations

import errno
import gc
import threading
import weakref

import pytest

from core.endpoint import EndpointError
from core.testing import HostContext, RecordingHost, check_message_transport
from core.transport import Channel, PeerFacts
from plugins.inproc import InprocTransport

INPROC = InprocTransport()


def test_conformance() -> None:
    check_message_transport(INPROC, "workers")


@pytest.mark.parametrize(
    "types",
    [("PULL", "PUSH"), ("SERVER", "CLIENT"), ("RADIO", "DISH")],
    ids="-".join,
)
def test_conformance_of_other_socket_types(types: tuple[str, str]) -> None:
    check_message_transport(INPROC, "#1 / any name", socket_types=types)


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(EndpointError, match="the name after '://' is missing") as caught:
        INPROC.parse("", bind=True)
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize(
    ("send_hwm", "receive_hwm", "capacity"), [(2, 3, 5), (1, 1, 2), (0, 3, 10), (2, 0, 10)]
)
def test_a_direction_holds_both_high_water_marks(
    send_hwm: int, receive_hwm: int, capacity: int
) -> None:
    context = HostContext()
    bound = RecordingHost(context, receive_hwm=receive_hwm, send_hwm=77)
    connected = RecordingHost(context, receive_hwm=88, send_hwm=send_hwm)
    INPROC.bind("a", bound)
    INPROC.connect("a", connected)
    assert connected.channel().send([b"x"] * 10) == capacity


def test_contexts_are_worlds_of_their_own() -> None:
    here, there = RecordingHost(HostContext()), RecordingHost(HostContext())
    INPROC.bind("a", here)
    INPROC.connect("a", there)
    assert not here.peers
    INPROC.bind("a", there)
    assert not here.peers


def test_several_peers_meet_one_name() -> None:
    context = HostContext()
    bound, first, second = (RecordingHost(context, identity=b"%d" % n) for n in range(3))
    INPROC.connect("a", first)
    INPROC.bind("a", bound)
    INPROC.connect("a", second)
    assert [facts for _, facts in bound.peers] == [
        PeerFacts("PAIR", b"1", "inproc://a"),
        PeerFacts("PAIR", b"2", "inproc://a"),
    ]
    first.send([b"from the first"])
    assert bound.peers[0][0].receive(9) == [b"from the first"]
    assert bound.peers[1][0].receive(9) == []


def test_what_the_closing_side_had_not_received_is_dropped() -> None:
    context = HostContext()
    bound, connected = RecordingHost(context), RecordingHost(context)
    INPROC.bind("a", bound)
    INPROC.connect("a", connected)
    bound.send([b"too late"])
    connected.channel().close()
    assert connected.channel().receive(9) == []
    assert connected.count("detach") == 0


class SendsAtOnce(RecordingHost):
    """Sends as soon as it hears of a peer, before the other side has heard of anything."""

    def attach(self, channel: Channel, peer: PeerFacts) -> None:
        super().attach(channel, peer)
        assert channel.send([b"early"]) == 1


class LeavesAtOnce(RecordingHost):
    """Does not want the peer."""

    def attach(self, channel: Channel, peer: PeerFacts) -> None:
        super().attach(channel, peer)
        channel.close()


@pytest.mark.parametrize("eager_side", [0, 1])
def test_nothing_is_heard_of_a_channel_before_it_is_attached(eager_side: int) -> None:
    context = HostContext()
    kinds = [SendsAtOnce, RecordingHost] if eager_side == 0 else [RecordingHost, SendsAtOnce]
    bound, connected = (kind(context) for kind in kinds)
    INPROC.bind("a", bound)
    INPROC.connect("a", connected)
    other = connected if eager_side == 0 else bound
    assert [name for name, _ in other.events] == ["attach", "readable"]
    assert other.receive(1) == [b"early"]


@pytest.mark.parametrize("leaving_side", [0, 1])
def test_a_peer_that_leaves_at_once_is_attached_and_detached(leaving_side: int) -> None:
    context = HostContext()
    kinds = [LeavesAtOnce, RecordingHost] if leaving_side == 0 else [RecordingHost, LeavesAtOnce]
    bound, connected = (kind(context) for kind in kinds)
    INPROC.bind("a", bound)
    INPROC.connect("a", connected)
    leaving, other = (bound, connected) if leaving_side == 0 else (connected, bound)
    assert [name for name, _ in other.events] == ["attach", "detach"]
    assert [name for name, _ in leaving.events] == ["attach"]


def test_both_sides_may_close_at_the_same_time() -> None:
    context = HostContext()
    for _ in range(50):
        bound, connected = RecordingHost(context), RecordingHost(context)
        binding = INPROC.bind("a", bound)
        INPROC.connect("a", connected)
        threads = [threading.Thread(target=h.channel().close) for h in (bound, connected)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        assert bound.count("detach") + connected.count("detach") <= 1
        binding.close()


def test_closed_channels_do_not_keep_their_sockets_alive() -> None:
    context = HostContext()
    bound, connected = RecordingHost(context), RecordingHost(context)
    binding = INPROC.bind("a", bound)
    connecting = INPROC.connect("a", connected)
    host = weakref.ref(connected)
    connecting.close()
    del connected, connecting
    gc.collect()
    assert host() is None
    binding.close()
