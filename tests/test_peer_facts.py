"""What frames tell about a peer, made of its handshake and of the stream it came by."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from core.runtime.peer_facts import peer_facts
from core.zmtp import PeerInfo


def facts(remote: str, properties: dict[str, bytes] | None = None, **stream: str) -> Any:
    peer = PeerInfo("PUSH", b"", properties or {}, (3, 1))
    return peer_facts(peer, SimpleNamespace(remote=remote, **stream))


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("tcp://192.0.2.7:5555", "192.0.2.7"),
        ("tcp://[2001:db8::1]:5555", "2001:db8::1"),
        ("tls://host.example:443", "host.example"),
        ("ipc:///tmp/feed", "/tmp/feed"),
        ("ipc:///tmp/feed:with/colon", "/tmp/feed:with/colon"),
    ],
)
def test_the_address_is_the_host(remote: str, address: str) -> None:
    assert facts(remote)["Peer-Address"] == address


def test_a_stream_may_know_the_address_better() -> None:
    assert facts("ipc:///tmp/feed", peer_address="localhost:1:2:3") == {
        "Peer-Address": "localhost:1:2:3"
    }
    assert facts("ipc:///tmp/feed", peer_address="")["Peer-Address"] == "/tmp/feed"


def test_what_the_peer_announced() -> None:
    announced = {"Socket-Type": b"PUSH", "X-name": "né".encode(), "Identity": b"\xff"}
    assert facts("tcp://192.0.2.7:5555", announced) == {
        "Peer-Address": "192.0.2.7",
        "Socket-Type": "PUSH",
        "X-name": "né",
        "Identity": "\udcff",
    }


def test_a_peer_cannot_say_who_it_is_or_where() -> None:
    forged = {"Peer-Address": b"10.0.0.1", "User-Id": b"root", "peer-ADDRESS": b"10.0.0.1"}
    assert facts("tcp://192.0.2.7:5555", forged) == {"Peer-Address": "192.0.2.7"}
