"""Messages, subscriptions and heartbeats inside a CURVE connection, and what is refused there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.zmtp import (
    Connection,
    ConnectionConfig,
    ConnectionState,
    Disconnected,
    FailureReason,
    Message,
    ProtocolError,
)
from core.zmtp.curve_traffic import OVERHEAD, CurveTraffic
from core.zmtp.encrypted import EncryptedConnection
from tests.zmtp import security, wire

KEY = b"k" * 32
SIZES = [0, 1, 222, 223, 255, 256, 8191, 8192, 8193, 8300, 70_000, 300_000]
BATCHES: dict[str, list[Message]] = {
    "none": [],
    "one": [b"hello"],
    "equal": [b"0123456789"] * 300,
    "mixed": [bytes([size % 256]) * size for size in SIZES],
    "parts": [[b"a", b"", b"x" * 300], b"alone", [b"", b""], [b"y" * 9000, b"z"]],
}


@pytest.fixture(params=wire.WAYS)
def speak(request: pytest.FixtureRequest) -> wire.Speak:
    return wire.WAYS[request.param]


def client_traffic() -> CurveTraffic:
    return CurveTraffic(KEY, as_server=False, sent=2, got=1)


def server_traffic() -> CurveTraffic:
    return CurveTraffic(KEY, as_server=True, sent=1, got=2)


def receive(connection: Connection, most: int = 1_000_000) -> list[Message]:
    return connection.receive_messages(most)


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_messages_arrive_as_they_were(batch: str, limit: int, speak: wire.Speak) -> None:
    client, server = security.curve_pair()
    messages = BATCHES[batch][:40]
    speak(server, client.encode(messages) + client.encode([b"trailing"]))
    received: list[Message] = []
    while some := receive(server, limit):
        assert len(some) <= limit
        received += some
    assert received == [*messages, b"trailing"]


@pytest.mark.parametrize("batch", BATCHES)
def test_a_gathering_write_sends_the_same_bytes(batch: str) -> None:
    messages = BATCHES[batch]
    parts = client_traffic().encode_parts(messages)
    assert b"".join(parts) == client_traffic().encode(messages)


@pytest.mark.parametrize("message", [b"", b"x" * 222, b"x" * 223, b"x" * 300, [b"a", b"b" * 230]])
def test_the_size_on_the_wire_is_known_without_encrypting(message: Message) -> None:
    client, _ = security.curve_pair()
    assert client.size_of(message) == len(client.encode([message]))


def test_nothing_of_a_message_can_be_read_on_the_way() -> None:
    client, _ = security.curve_pair()
    sent = client.encode([[b"a secret", b"and another"]])
    assert b"secret" not in sent
    assert b"another" not in sent


def test_a_frame_in_two_messages_looks_different() -> None:
    traffic = client_traffic()
    assert traffic.encode([b"same"])[18:] != traffic.encode([b"same"])[18:]


def test_ready_connections_take_the_quick_way_too() -> None:
    client, server = security.curve_pair()
    assert server.receive_ready(client.encode([b"a", [b"b", b"c"], b"d"]), 2) == [
        b"a",
        [b"b", b"c"],
    ]
    assert server.receive_ready(client.encode([b"e"]), 10) == [b"d", b"e"]


@pytest.mark.parametrize("flags", [1, 4])
def test_flags_outside_the_box_mean_nothing(flags: int) -> None:
    """They are not protected, so nobody on the way can join messages or hide commands."""
    client, server = security.curve_pair()
    for number in range(3):
        sent = client.encode([b"%d" % number])
        server.receive_data(bytes([sent[0] | flags]) + sent[1:])
    server.receive_data(client.encode([[b"3", b"4"]]))
    assert receive(server) == [b"0", b"1", b"2", [b"3", b"4"]]


@pytest.mark.parametrize("limit", [10, 255, 300, 9000])
def test_the_size_limit_is_about_messages_not_boxes(limit: int) -> None:
    client = security.open_connection(security.curve_client(), "PUSH")
    server = security.open_connection(security.curve_server(), "PULL", limit)
    security.talk(client, server)
    server.receive_data(client.encode([b"x" * limit]))
    assert receive(server) == [b"x" * limit]
    server.receive_data(client.encode([b"x" * (limit + 1)]))
    assert receive(server) == []
    assert reason(server) is FailureReason.FRAME_TOO_LARGE


def reason(connection: Connection) -> FailureReason:
    assert connection.state is ConnectionState.CLOSED
    assert connection.failure is not None
    return connection.failure.reason


def faults() -> dict[str, tuple[bytes, FailureReason]]:
    good = client_traffic().encode([b"hello"])
    body = good[2:]
    return {
        "in clear text": (wire.message(b"hello"), FailureReason.MALFORMED_COMMAND),
        "an empty frame": (wire.frame(b""), FailureReason.MALFORMED_COMMAND),
        "another command": (wire.command(b"READY", b"x" * 40), FailureReason.UNEXPECTED_COMMAND),
        "too short": (wire.frame(body[:32]), FailureReason.MALFORMED_MESSAGE),
        "a changed box": (good[:-1] + b"!", FailureReason.CRYPTOGRAPHIC),
        "a box cut short": (wire.frame(body[:-1]), FailureReason.CRYPTOGRAPHIC),
        "sent twice": (good + good, FailureReason.INVALID_SEQUENCE),
    }


@pytest.mark.parametrize("fault", faults())
def test_what_is_refused_in_traffic(fault: str, speak: wire.Speak) -> None:
    _, server = security.curve_pair()
    server._traffic = server_traffic()  # type: ignore[attr-defined]
    said, expected = faults()[fault]
    speak(server, said)
    received = receive(server)
    assert received == ([b"hello"] if fault == "sent twice" else [])
    assert reason(server) is expected
    assert [type(event) for event in wire.events(server)] == [Disconnected]


def test_numbers_may_leave_gaps_but_not_go_back() -> None:
    near, far = client_traffic(), server_traffic()
    one, _, three = (near.encode([b"%d" % i]) for i in range(3))
    received: list[Message] = []
    far.decode([one[2:], three[2:]], received, bytes)
    assert received == [b"0", b"2"]
    client, server = security.curve_pair()
    first, second = client.encode([b"1"]), client.encode([b"2"])
    server.receive_data(second + first)
    assert receive(server) == [b"2"]
    assert reason(server) is FailureReason.INVALID_SEQUENCE


def test_a_message_cut_short_is_told() -> None:
    client, server = security.curve_pair()
    whole = client.encode([[b"a", b"b"]])
    server.receive_data(whole[: len(whole) // 2])
    assert receive(server) == []
    server.receive_eof()
    assert server.next_event() == Disconnected(
        FailureReason.PEER_CLOSED, "in the middle of a message"
    )


# Commands


@pytest.mark.parametrize("publisher", ["PUB", "XPUB"])
def test_subscriptions_travel_in_boxes(publisher: str, speak: wire.Speak) -> None:
    subscriber, server = security.curve_pair("SUB", publisher)
    said = b"".join(
        subscriber.encode_subscription(subscribe, topic)
        for subscribe, topic in [(True, b"a" * 300), (False, b"a" * 300), (True, b"")]
    )
    assert b"SUBSCRIBE" not in said
    speak(server, said)
    assert receive(server) == [b"\1" + b"a" * 300, b"\0" + b"a" * 300, b"\1"]


def test_subscriptions_of_a_3_0_peer() -> None:
    subscriber, server = security.curve_pair("SUB", "XPUB")
    old = subscriber._greeting
    assert old is not None
    subscriber._greeting = type(old)((3, 0), old.mechanism, old.as_server)
    server.receive_data(subscriber.encode_subscription(True, b"topic"))
    assert receive(server) == [b"\1topic"]


def test_heartbeats_travel_in_boxes() -> None:
    config = ConnectionConfig(
        "DEALER", mechanism=security.curve_client(), heartbeat_interval=1.0, heartbeat_timeout=3.0
    )
    client = EncryptedConnection(config, now=0.0)
    server = security.open_connection(security.curve_server())
    security.talk(client, server)
    client.handle_timeout(0.0)
    client.handle_timeout(1.0)
    ping = client.data_to_send()
    assert ping
    assert b"PING" not in ping
    server.receive_data(ping + client.encode([b"after"]))
    assert receive(server) == [b"after"]
    pong = server.data_to_send()
    assert pong
    assert b"PONG" not in pong
    client.receive_data(pong + server.encode([b"after"]))
    assert receive(client) == [b"after"]
    client.handle_timeout(2.0)
    server.receive_data(client.data_to_send())
    assert receive(server) == []
    assert server.data_to_send() != b""


def test_a_silent_peer_is_given_up() -> None:
    config = ConnectionConfig(
        "DEALER", mechanism=security.curve_client(), heartbeat_interval=1.0, heartbeat_timeout=2.0
    )
    client = EncryptedConnection(config, now=0.0)
    security.talk(client, security.open_connection(security.curve_server()))
    for now in (0.0, 1.0, 2.0, 3.0):
        client.handle_timeout(now)
        client.data_to_send()
    assert reason(client) is FailureReason.HEARTBEAT_TIMEOUT
    assert client.data_to_send() == b""


frames = st.binary(max_size=40) | st.integers(200, 9000).map(bytes)
messages = st.lists(frames | st.lists(frames, min_size=2, max_size=4), max_size=12)


@given(messages, st.lists(st.integers(0, 20_000), max_size=6), st.integers(1, 5))
def test_any_traffic_in_any_pieces(batch: Sequence[Message], cuts: list[int], limit: int) -> None:
    client, server = security.curve_pair()
    data = client.encode(batch)
    received: list[Message] = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        server.receive_data(data[start:end])
        while some := receive(server, limit):
            received += some
    assert received == list(batch)


@given(st.lists(st.binary(max_size=80), max_size=5), st.sampled_from([0, 1, 4, 5, 255]))
def test_garbage_in_traffic_ends_the_connection_only(bodies: list[bytes], flags: int) -> None:
    client, server = security.curve_pair()
    server.receive_data(b"".join(wire.frame(body, flags & ~2) for body in bodies))
    assert receive(server) == []
    assert receive(client) == []
    if bodies and not flags & 1:
        assert server.state is ConnectionState.CLOSED


@given(st.binary(max_size=60), st.integers(0, 255))
def test_any_content_of_a_box(content: bytes, flags: int) -> None:
    """A peer that has the keys can put into a box what it likes."""
    traffic, received = CurveTraffic(KEY, as_server=True, sent=1, got=2), list[Message]()
    sealed = client_traffic()._encrypt([bytes([flags]) + content])
    traffic.decode([b"".join(sealed)[2:]], received, lambda body: b"command" + body)
    expected = b"command" + content if flags & 2 else content
    assert received == ([] if flags & 3 == 1 else [expected])
    assert traffic.parts == ([content] if flags & 3 == 1 else [])


def test_the_flags_in_the_box() -> None:
    # RFC 26: 1 is MORE, 2 is COMMAND; a frame's COMMAND would be 4.
    opened: list[Message] = []
    commands: list[bytes] = []
    near, far = client_traffic(), server_traffic()
    data = [near.encode_command(b"\x04PING\0\0")[2:], near.encode([b"x"])[2:]]
    far.decode(data, opened, commands.append)
    assert commands == [b"\x04PING\0\0"]
    assert opened == [b"x"]


def test_overhead() -> None:
    assert len(client_traffic().encode([b"x" * 300])) == 300 + OVERHEAD + 9


# Many of one size


@pytest.mark.parametrize("count", [7, 8, 255, 256, 257, 700])
@pytest.mark.parametrize("size", [0, 1, 10, 200, 3000])
def test_many_of_one_size(count: int, size: int) -> None:
    near, far, received = client_traffic(), server_traffic(), list[Message]()
    batch: list[Message] = [bytes([number % 256]) * size for number in range(count)]
    one_by_one = client_traffic()
    sent = near.encode(batch)
    assert sent == b"".join(one_by_one.encode([message]) for message in batch)
    length = len(sent) // count
    head = 9 if sent[0] & 2 else 2
    bodies = [sent[start + head : start + length] for start in range(0, len(sent), length)]
    far.decode(bodies, received, bytes)
    assert received == batch


@pytest.mark.parametrize("wrong", [0, 1, 255, 256, 299])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda body, before: body[:-1] + bytes([body[-1] ^ 1]), FailureReason.CRYPTOGRAPHIC),
        (lambda body, before: b"\x07MESSAGX" + body[8:], FailureReason.UNEXPECTED_COMMAND),
        (lambda body, before: before, FailureReason.INVALID_SEQUENCE),
    ],
)
def test_one_fault_among_many_of_one_size(
    wrong: int, change: Callable[[bytes, bytes], bytes], expected: FailureReason
) -> None:
    near, far, received = client_traffic(), server_traffic(), list[Message]()
    bodies = [near.encode([b"%03d" % number])[2:] for number in range(301)]
    bodies[wrong + 1] = change(bodies[wrong + 1], bodies[wrong])
    with pytest.raises(ProtocolError) as caught:
        far.decode(bodies, received, bytes)
    assert caught.value.reason is expected
    assert received == [b"%03d" % number for number in range(wrong + 1)]


def test_parts_and_commands_among_many_of_one_size() -> None:
    near, far, received = client_traffic(), server_traffic(), list[Message]()
    batch: list[Message] = [[b"head", b"tail"], b"only"] * 10
    bodies = [near.encode_command(b"\x04PING")[2:]]
    for message in batch:
        sent = near.encode([message])
        bodies += [sent[start + 2 : start + 39] for start in range(0, len(sent), 39)]
    commands: list[bytes] = []
    far.decode([body for body in bodies if len(body) == 37], received, commands.append)
    assert received == batch
