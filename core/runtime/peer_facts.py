"""What the frames of a peer's messages tell about it (``frame["Peer-Address"]``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.transport import Stream
    from core.zmtp import PeerInfo

# These are for us to say: libzmq takes them from anybody who puts them into the handshake.
_NOT_FOR_PEERS = ("peer-address", "user-id", "routing_id", "group")


def peer_facts(peer: PeerInfo, stream: Stream) -> Mapping[str, str]:
    """Peer-Address, what the peer announced in its handshake, and what our ZAP handler said.

    Of a name that comes twice the handler's word counts, as in libzmq.
    """
    announced = {
        name: value for name, value in peer.properties.items() if name.lower() not in _NOT_FOR_PEERS
    }
    told = {
        name: value.decode("utf-8", "surrogateescape")
        for name, value in {**announced, **peer.user_properties}.items()
    }
    return {**told, "Peer-Address": peer_address(stream)}


def peer_address(stream: Stream) -> str:
    """The peer's address without the port, as frames and ZAP requests tell it."""
    return getattr(stream, "peer_address", "") or _host(stream.remote)


def _host(endpoint: str) -> str:
    """What stands between the scheme and the port, without the brackets of IPv6."""
    address = endpoint.partition("://")[2]
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        return address
    return host.removeprefix("[").removesuffix("]")
