from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from core.endpoint import EndpointError
from core.testing import check_stream_transport
from core.transport import Listener, Stream, TransportOptions
from plugins.tcp import TcpTransport

TCP = TcpTransport()
DEFAULTS = TransportOptions()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="no IPv6 loopback on this machine")


@pytest.fixture
def opened() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


def listen(
    opened: contextlib.ExitStack, address: str, options: TransportOptions = DEFAULTS
) -> Listener:
    target = TCP.resolve(TCP.parse(address, bind=True), bind=True, options=options)[0]
    listener = TCP.listen(target, options)
    opened.callback(listener.close)
    return listener


def connect(
    opened: contextlib.ExitStack, address: str, options: TransportOptions = DEFAULTS
) -> Stream:
    target = TCP.resolve(TCP.parse(address, bind=False), bind=False, options=options)[0]
    stream = TCP.connect(target, options)
    opened.callback(stream.close)
    select.select([], [stream], [], 10)
    stream.finish_connect()
    return stream


def accept(opened: contextlib.ExitStack, listener: Listener) -> Stream:
    select.select([listener], [], [], 10)
    stream = listener.accept()
    opened.callback(stream.close)
    return stream


def port_of(listener: Listener) -> str:
    return listener.endpoint.rpartition(":")[2]


def option_of(stream: Stream, level: int, option: int) -> int:
    with socket.socket(fileno=os.dup(stream.fileno())) as sock:
        return sock.getsockopt(level, option)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:*", "*:*", "localhost:0", "lo:!", pytest.param("[::1]:*", marks=needs_ipv6)],
)
def test_conformance(address: str) -> None:
    if address.startswith("lo:") and "lo" not in {name for _, name in socket.if_nameindex()}:
        pytest.skip("the loopback interface is not called lo here")
    check_stream_transport(TCP, address, invalid=["127.0.0.1", "[::1"])


def test_conformance_with_every_option_set() -> None:
    options = TransportOptions(
        ipv6=True,
        backlog=5,
        sndbuf=65536,
        rcvbuf=65536,
        tos=0x10,
        tcp_keepalive=1,
        tcp_keepalive_cnt=3,
        tcp_keepalive_idle=60,
        tcp_keepalive_intvl=5,
        tcp_maxrt=5000,
        priority=4,
    )
    check_stream_transport(TCP, "127.0.0.1:*", options=options)


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("", "the host and the port"),
        ("localhost", "the port after 'localhost'"),
        ("[::1]", "the port after '[::1]'"),
        ("localhost:", "the port after ':'"),
        (":5555", "the host before the port"),
        ("localhost:http", "the port 'http'"),
        ("localhost:-1", "the port '-1'"),
        ("localhost:5555/path", "the port '5555/path'"),
        ("localhost:\u0665", "the port '\u0665'"),
        ("localhost:65536", "the port 65536"),
        ("[::1:5555", "the host '[::1'"),
        ("::1]:5555", "the host '::1]'"),
        ("[localhost]:5555", "the host 'localhost'"),
        ("a b:5555", "the host 'a b'"),
        ("a*:5555", "the host 'a*'"),
        ("user@host:5555", "the host 'user@host'"),
        ("a\0b:5555", "the host 'a\\x00b'"),
    ],
)
@pytest.mark.parametrize("bind", [True, False])
def test_errors_name_the_wrong_part(address: str, part: str, bind: bool) -> None:
    with pytest.raises(EndpointError) as caught:
        TCP.parse(address, bind=bind)
    assert caught.value.errno == errno.EINVAL
    assert part in caught.value.problem
    assert repr(f"tcp://{address}") in str(caught.value)


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("*:5555", "the host '*'"),
        ("localhost:*", "the port '*'"),
        ("localhost:0", "the port '0'"),
        ("x:;localhost:5555", "the port after ':'"),
        (";localhost:5555", "the host and the port"),
    ],
)
def test_errors_in_what_can_only_be_connected_to(address: str, part: str) -> None:
    with pytest.raises(EndpointError) as caught:
        TCP.parse(address, bind=False)
    assert part in caught.value.problem


def test_a_source_address_cannot_be_bound() -> None:
    with pytest.raises(EndpointError, match="source address"):
        TCP.parse("127.0.0.1:0;127.0.0.1:5555", bind=True)


@pytest.mark.parametrize(
    ("address", "waits"),
    [
        ("127.0.0.1:5555", False),
        ("[::1]:5555", False),
        ("::1:5555", False),
        ("[fe80::1%1]:5555", False),
        ("localhost:5555", False),
        ("eth0:0;127.0.0.1:5555", False),
        ("example.com:5555", True),
        ("127.0.0.1:0;example.com:5555", True),
    ],
)
def test_only_names_may_need_the_network(address: str, waits: bool) -> None:
    assert TCP.waits_to_resolve(TCP.parse(address, bind=False), bind=False) is waits


def test_wildcards_show_what_they_became(opened: contextlib.ExitStack) -> None:
    listener = listen(opened, "*:*")
    assert listener.endpoint == f"tcp://0.0.0.0:{port_of(listener)}"
    assert int(port_of(listener)) > 0


@needs_ipv6
def test_an_ipv6_wildcard_takes_ipv4_peers_too(opened: contextlib.ExitStack) -> None:
    listener = listen(opened, "*:*", TransportOptions(ipv6=True))
    assert listener.endpoint == f"tcp://[::]:{port_of(listener)}"
    connect(opened, f"127.0.0.1:{port_of(listener)}")
    assert accept(opened, listener).remote.startswith("tcp://[::ffff:127.0.0.1]:")


def test_streams_know_both_ends(opened: contextlib.ExitStack) -> None:
    listener = listen(opened, "127.0.0.1:*")
    near = connect(opened, listener.endpoint.removeprefix("tcp://"))
    far = accept(opened, listener)
    assert (near.local, near.remote) == (far.remote, far.local)
    assert near.remote == listener.endpoint


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="needs all of 127.0.0.0/8")
def test_the_source_address_is_used(opened: contextlib.ExitStack) -> None:
    listener = listen(opened, "127.0.0.1:*")
    connect(opened, f"127.0.0.2:0;127.0.0.1:{port_of(listener)}")
    assert accept(opened, listener).remote.startswith("tcp://127.0.0.2:")


def test_a_wildcard_source_is_any_address(opened: contextlib.ExitStack) -> None:
    listener = listen(opened, "127.0.0.1:*")
    connect(opened, f"*:*;127.0.0.1:{port_of(listener)}")
    assert accept(opened, listener).remote.startswith("tcp://127.0.0.1:")


@needs_ipv6
def test_source_and_peer_must_share_a_family() -> None:
    with pytest.raises(OSError, match="share no address family") as caught:
        TCP.resolve("[::1]:0;127.0.0.1:5555", bind=False, options=DEFAULTS)
    assert caught.value.errno == errno.EADDRNOTAVAIL


def test_a_source_is_never_looked_up() -> None:
    with pytest.raises(OSError, match=r"'example\.com' is neither an address nor an interface"):
        TCP.resolve("example.com:0;127.0.0.1:5555", bind=False, options=DEFAULTS)


class NameServer:
    """Stands for socket.getaddrinfo; remembers what it was asked."""

    def __init__(self, answer: list[tuple[Any, ...]] | Exception) -> None:
        self.answer = answer
        self.families: list[int] = []

    def __call__(self, host: str, port: int, family: int, kind: int, **_: int) -> Any:
        self.families.append(family)
        if isinstance(self.answer, Exception):
            raise self.answer
        return [(found, kind, 6, "", address) for found, address in self.answer]


def test_all_addresses_of_a_name_are_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [(socket.AF_INET6, ("2001:db8::1", 5, 0, 0)), (socket.AF_INET, ("192.0.2.1", 5))]
    monkeypatch.setattr(socket, "getaddrinfo", NameServer(addresses))
    targets = TCP.resolve("name:5", bind=False, options=TransportOptions(ipv6=True))
    assert [t.endpoint for t in targets] == ["tcp://[2001:db8::1]:5", "tcp://192.0.2.1:5"]


@pytest.mark.parametrize(
    ("address", "ipv6", "family"),
    [
        ("name:5", False, socket.AF_INET),
        ("name:5", True, socket.AF_UNSPEC),
        # A literal says itself what it is; the option is about names and wildcards.
        ("[2001:db8::1]:5", False, socket.AF_UNSPEC),
    ],
)
def test_ipv6_addresses_of_names_need_the_option(
    monkeypatch: pytest.MonkeyPatch, address: str, ipv6: bool, family: int
) -> None:
    server = NameServer([(socket.AF_INET, ("192.0.2.1", 5))])
    monkeypatch.setattr(socket, "getaddrinfo", server)
    TCP.resolve(address, bind=False, options=TransportOptions(ipv6=ipv6))
    assert server.families == [family]


@pytest.mark.parametrize(("bind", "number"), [(True, errno.ENODEV), (False, errno.EHOSTUNREACH)])
@pytest.mark.parametrize(
    "answer", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")]
)
def test_a_name_that_nobody_knows(
    monkeypatch: pytest.MonkeyPatch, answer: Exception, bind: bool, number: int
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", NameServer(answer))
    with pytest.raises(OSError, match=r"'nowhere'.*ipv6 option") as caught:
        TCP.resolve("nowhere:5", bind=bind, options=DEFAULTS)
    assert caught.value.errno == number


def test_small_messages_are_not_held_back(opened: contextlib.ExitStack) -> None:
    listener = listen(opened, "127.0.0.1:*")
    near = connect(opened, f"127.0.0.1:{port_of(listener)}")
    for stream in (near, accept(opened, listener)):
        assert option_of(stream, socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="macOS names it differently")
def test_socket_options_reach_both_ends(opened: contextlib.ExitStack) -> None:
    options = TransportOptions(
        sndbuf=50_000,
        rcvbuf=60_000,
        tos=0x10,
        tcp_keepalive=1,
        tcp_keepalive_cnt=3,
        tcp_keepalive_idle=60,
        tcp_keepalive_intvl=5,
    )
    listener = listen(opened, "127.0.0.1:*", options)
    near = connect(opened, f"127.0.0.1:{port_of(listener)}", options)
    for stream in (near, accept(opened, listener)):
        assert option_of(stream, socket.SOL_SOCKET, socket.SO_SNDBUF) in (50_000, 100_000)
        assert option_of(stream, socket.SOL_SOCKET, socket.SO_RCVBUF) in (60_000, 120_000)
        assert option_of(stream, socket.IPPROTO_IP, socket.IP_TOS) == 0x10
        assert option_of(stream, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert option_of(stream, socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
        assert option_of(stream, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
        assert option_of(stream, socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has these options")
def test_options_of_linux_reach_both_ends(opened: contextlib.ExitStack) -> None:
    options = TransportOptions(tcp_maxrt=5000, priority=4)
    listener = listen(opened, "127.0.0.1:*", options)
    near = connect(opened, f"127.0.0.1:{port_of(listener)}", options)
    for stream in (near, accept(opened, listener)):
        assert option_of(stream, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5000
        assert option_of(stream, socket.SOL_SOCKET, socket.SO_PRIORITY) == 4


@needs_ipv6
def test_the_type_of_service_of_ipv6(opened: contextlib.ExitStack) -> None:
    options = TransportOptions(tos=0x10)
    listener = listen(opened, "[::1]:*", options)
    near = connect(opened, f"[::1]:{port_of(listener)}", options)
    assert option_of(near, socket.IPPROTO_IPV6, socket.IPV6_TCLASS) == 0x10


def test_a_socket_that_connected_to_itself_is_refused(opened: contextlib.ExitStack) -> None:
    listener = listen(opened, "127.0.0.1:*")
    port = port_of(listener)
    listener.close()
    with pytest.raises(ConnectionRefusedError, match="connected to itself"):
        connect(opened, f"127.0.0.1:{port};127.0.0.1:{port}")


def test_without_ipv6_a_wildcard_is_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "socket", refuse)
    targets = TCP.resolve("*:5", bind=True, options=TransportOptions(ipv6=True))
    assert [target.endpoint for target in targets] == ["tcp://0.0.0.0:5"]
