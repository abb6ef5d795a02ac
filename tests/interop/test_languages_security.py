"""PLAIN and CURVE between languages: Node.js and Go set them up with their clients' own words.

Either is the client and either the server, of Python, of real libzmq and of each other. The ZAP
handler is a socket beside the server, in the server's own language.
"""

from __future__ import annotations

import pytest

from tests.support import security
from tests.support.cast import Peer, PeerError, PeerSocket, among, peer_called
from tests.support.endpoints import LOOPBACK
from tests.support.waiting import wait_until
from tests.support.zap import ENDPOINT, Request, allow, refuse

pytestmark = pytest.mark.interop

CLIENT_KEYS = {
    "publickey": security.CLIENT_PUBLIC.decode(),
    "secretkey": security.CLIENT_SECRET.decode(),
}
SERVER = {
    "plain": {"domain": "global"},
    "curve": {"domain": "global", "secretkey": security.SERVER_SECRET.decode()},
}
CLIENT = {
    "plain": {"username": "anna", "password": "secret"},
    "curve": {"serverkey": security.SERVER_PUBLIC.decode(), **CLIENT_KEYS},
}
MESSAGES = [[b""], [b"m" * 70_000], [b"head", b"", bytes(range(256)) * 300]]

MEETINGS = [
    among(*meeting)
    for remote in ("node", "go")
    for local in ("python", "libzmq")
    for meeting in ((remote, local), (local, remote))
] + [among("node", "go"), among("go", "node")]
MEETING = pytest.mark.parametrize(("serving", "asking"), MEETINGS)
MECHANISM = pytest.mark.parametrize("mechanism", SERVER)
REMOTE = pytest.mark.parametrize("language", [among("node"), among("go")])


def served(peer: Peer, mechanism: str) -> tuple[PeerSocket, str]:
    """A REP socket that is the server of a mechanism, and where it is."""
    server = peer.socket("REP")
    server.secure(f"{mechanism}_server", **SERVER[mechanism])
    return server, server.bind(LOOPBACK)


def asked(peer: Peer, mechanism: str, endpoint: str, **credentials: str) -> PeerSocket:
    """A REQ socket that is a client of a mechanism."""
    client = peer.socket("REQ")
    client.secure(f"{mechanism}_client", **{**CLIENT[mechanism], **credentials})
    client.connect(endpoint)
    return client


def handler(peer: Peer) -> PeerSocket:
    """The ZAP handler of a peer's context. The one of the test before may be closing yet."""
    socket = peer.socket("REP")
    wait_until(lambda: bound(socket, ENDPOINT), message="the ZAP endpoint was never free")
    return socket


def bound(socket: PeerSocket, endpoint: str) -> bool:
    try:
        socket.bind(endpoint)
    except PeerError as error:
        if not any(said in error.name for said in ("EADDRINUSE", "in use")):
            raise
        return False
    return True


def credentials_of(request: Request) -> list[bytes]:
    _version, _number, domain, address, _identity, _mechanism, *credentials = request
    assert (domain, address) == (b"global", b"127.0.0.1")
    return credentials


def exchange(client: PeerSocket, server: PeerSocket) -> None:
    for message in MESSAGES:
        client.send(*message)
        assert server.recv() == message
        server.send(b"re", *message)
        assert client.recv() == [b"re", *message]


@MEETING
@MECHANISM
def test_who_is_let_in_talks(
    peers: dict[str, Peer], serving: str, asking: str, mechanism: str
) -> None:
    judge = handler(peer_called(serving, peers))
    server, endpoint = served(peers[serving], mechanism)
    client = asked(peer_called(asking, peers), mechanism, endpoint)
    request = judge.recv()
    assert credentials_of(request) == security.CREDENTIALS[mechanism]
    judge.send(*allow(request))
    exchange(client, server)


@MEETING
@MECHANISM
def test_who_is_refused_stays_outside(
    peers: dict[str, Peer], serving: str, asking: str, mechanism: str
) -> None:
    judge = handler(peer_called(serving, peers))
    server, endpoint = served(peers[serving], mechanism)
    stranger = asked(peer_called(asking, peers), mechanism, endpoint)
    stranger.send(b"let me in")
    judge.send(*refuse(judge.recv()))
    assert server.try_recv() is None


@MEETING
def test_curve_needs_no_handler(peers: dict[str, Peer], serving: str, asking: str) -> None:
    server, endpoint = served(peer_called(serving, peers), "curve")
    exchange(asked(peer_called(asking, peers), "curve", endpoint), server)


@MEETING
def test_a_client_that_takes_us_for_another_server(
    peers: dict[str, Peer], serving: str, asking: str
) -> None:
    """Its question reaches nobody but the server whose key it has."""
    server, endpoint = served(peer_called(serving, peers), "curve")
    mistaken = peer_called(asking, peers)
    other = security.OTHER_PUBLIC.decode()
    asked(mistaken, "curve", endpoint, serverkey=other).send(b"for somebody else")
    exchange(asked(mistaken, "curve", endpoint), server)
    assert server.try_recv() is None


@REMOTE
def test_a_server_with_half_a_key_is_told(peers: dict[str, Peer], language: str) -> None:
    def serve_with(secretkey: str) -> None:
        server = peer_called(language, peers).socket("REP")
        server.secure("curve_server", domain="global", secretkey=secretkey)
        server.bind(LOOPBACK)  # Node's options are looked at with the next call that waits

    with pytest.raises(PeerError, match=r"EINVAL|CURVE_SECRETKEY"):
        serve_with(security.SERVER_SECRET[:20].decode())
