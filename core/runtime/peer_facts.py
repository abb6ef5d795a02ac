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
    """Peer-Address, and what the peer announced in its handshake."""
    address = getattr(stream, "peer_address", "") or _host(stream.remote)
    announced = {
        name: value.decode("utf-8", "surrogateescape")
        for name, value in peer.properties.items()
        if name.lower() not in _NOT_FOR_PEERS
    }
    return {"Peer-Address": address, **announced}


def _host(endpoint: str) -> str:
    """What stands between the scheme and the port, without the brackets of IPv6."""
    address = endpoint.partition("://")[2]
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        return address
    return host.removeprefix("[").removesuffix("]")
