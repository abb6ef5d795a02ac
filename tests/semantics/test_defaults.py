"""Options: the defaults and the refusals are those of libzmq, read from libzmq itself."""

from __future__ import annotations

import errno
from typing import Any

import pytest
import zmq as libzmq

from tests.support import implementations
from tests.support.sockets import SocketFactory

SOCKETS = [
    "PAIR",
    "PUB",
    "SUB",
    "REQ",
    "REP",
    "DEALER",
    "ROUTER",
    "PULL",
    "PUSH",
    "XPUB",
    "XSUB",
    "STREAM",
]
OPTIONS = [
    "SNDHWM",
    "RCVHWM",
    "LINGER",
    "SNDTIMEO",
    "RCVTIMEO",
    "RECONNECT_IVL",
    "RECONNECT_IVL_MAX",
    "BACKLOG",
    "IMMEDIATE",
    "IPV6",
    "RCVMORE",
    "TYPE",
    "IDENTITY",
    "LAST_ENDPOINT",
    "SNDBUF",
    "RCVBUF",
    "TCP_KEEPALIVE",
    "TCP_KEEPALIVE_CNT",
    "TCP_KEEPALIVE_IDLE",
    "TCP_KEEPALIVE_INTVL",
    "TOS",
    "HANDSHAKE_IVL",
    "HEARTBEAT_IVL",
    "HEARTBEAT_TTL",
    "HEARTBEAT_TIMEOUT",
    "CONNECT_TIMEOUT",
    "MECHANISM",
    "EVENTS",
]


@pytest.mark.core_only
@pytest.mark.parametrize("kind", SOCKETS)
def test_defaults_are_those_of_libzmq(zmq: Any, kind: str) -> None:
    with (
        zmq.Context() as ours,
        libzmq.Context() as theirs,
        ours.socket(getattr(zmq, kind)) as our_socket,
        theirs.socket(getattr(libzmq, kind)) as their_socket,
    ):
        our_values = {name: our_socket.getsockopt(getattr(zmq, name)) for name in OPTIONS}
        their_values = {name: their_socket.getsockopt(getattr(libzmq, name)) for name in OPTIONS}
    assert our_values == their_values


@pytest.mark.core_only
def test_the_same_numbers_as_libzmq() -> None:
    core = implementations.load("core")
    for name in SOCKETS + OPTIONS + ["DONTWAIT", "SNDMORE", "POLLIN", "POLLOUT", "POLLERR"]:
        assert int(getattr(core, name)) == int(getattr(libzmq, name)), name
    for name in ("EFSM", "ETERM", "ENOCOMPATPROTO", "EAGAIN", "ENOTSOCK", "ENOTSUP"):
        assert int(getattr(core, name)) == int(getattr(libzmq, name)), name


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("SNDHWM", -1),
        ("RCVHWM", -1),
        ("LINGER", -2),
        ("SNDTIMEO", -2),
        ("RCVTIMEO", -2),
        ("RECONNECT_IVL", -2),
        ("RECONNECT_IVL_MAX", -1),
        ("IMMEDIATE", 2),
        ("IPV6", 2),
        ("TOS", -1),
    ],
)
def test_values_out_of_range(zmq: Any, new_socket: SocketFactory, option: str, value: int) -> None:
    socket = new_socket(zmq.DEALER)
    before = socket.getsockopt(getattr(zmq, option))
    with pytest.raises(zmq.ZMQError) as caught:
        socket.setsockopt(getattr(zmq, option), value)
    assert caught.value.errno == errno.EINVAL
    assert socket.getsockopt(getattr(zmq, option)) == before


@pytest.mark.parametrize("option", ["TYPE", "RCVMORE", "LAST_ENDPOINT", "EVENTS"])
def test_read_only_options(zmq: Any, new_socket: SocketFactory, option: str) -> None:
    value = b"x" if option == "LAST_ENDPOINT" else 1
    with pytest.raises(zmq.ZMQError) as caught:
        new_socket(zmq.DEALER).setsockopt(getattr(zmq, option), value)
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize(
    ("kind", "option", "value"),
    [
        ("PUSH", "SUBSCRIBE", b""),
        ("DEALER", "ROUTER_MANDATORY", 1),
        ("ROUTER", "REQ_RELAXED", 1),
        ("PUB", "ROUTER_HANDOVER", 1),
        ("SUB", "XPUB_VERBOSE", 1),
    ],
)
def test_options_of_other_socket_types(
    zmq: Any, new_socket: SocketFactory, kind: str, option: str, value: Any
) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        new_socket(getattr(zmq, kind)).setsockopt(getattr(zmq, option), value)
    assert caught.value.errno == errno.EINVAL


def test_unknown_option(zmq: Any, new_socket: SocketFactory) -> None:
    socket = new_socket(zmq.PAIR)
    for call, arguments in ((socket.getsockopt, (9999,)), (socket.setsockopt, (9999, 1))):
        with pytest.raises((zmq.ZMQError, TypeError)):
            call(*arguments)


def test_rcvmore_while_taking_a_message_apart(zmq: Any, new_socket: SocketFactory) -> None:
    first, second = new_socket.pair_up(zmq.PAIR, zmq.PAIR, "inproc://parts")
    second.send(b"a", zmq.SNDMORE)
    second.send(b"b", zmq.SNDMORE)
    assert not first.poll(50)  # no part of a message before its last part was sent
    second.send(b"c")
    parts = []
    more = True
    while more:
        parts.append(first.recv())
        more = first.getsockopt(zmq.RCVMORE)
    assert parts == [b"a", b"b", b"c"]
    second.send_multipart([b"d", b"e"])
    second.send(b"f")
    assert first.recv() == b"d"
    assert first.recv_multipart() == [b"e"]  # the rest of the message begun
    assert first.recv_multipart() == [b"f"]
