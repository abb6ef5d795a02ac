"""What a security mechanism is: the commands of a handshake, and nothing about sockets or frames.

The connection asks for commands to send until there are none, hands over each command that comes,
and looks at the status after each. NULL is in `null.py`, PLAIN in `plain.py`, CURVE in
`curve_client.py` and `curve_server.py`; the last two share the steps of `steps.py`.

Two things only some mechanisms do. While the status is AUTHENTICATING, somebody has to ask a ZAP
handler about the `credentials` and to pass on what it said (`authenticate`). And when the status
is READY, a mechanism that encrypts has made its `traffic`, which the connection sends through.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from core.zmtp.commands import build_properties, parse_properties
from core.zmtp.config import MAX_IDENTITY_SIZE, ConnectionConfig
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.socket_types import COMPATIBLE, SENDS_IDENTITY
from core.zmtp.zap import ZapPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.zmtp.curve_traffic import CurveTraffic
    from core.zmtp.zap import Credentials, Verdict

__all__ = [
    "Mechanism",
    "MechanismStatus",
    "check_peer_metadata",
    "find_property",
    "own_metadata",
]


class MechanismStatus(Enum):
    """How far a handshake is."""

    HANDSHAKING = "handshaking"
    AUTHENTICATING = "authenticating"
    READY = "ready"


class Mechanism(ABC):
    """One connection's security handshake.

    config: of the connection; policy: when a server asks a ZAP handler.
    """

    name: ClassVar[str]
    """Name in the greeting: at most 20 characters of A-Z, 0-9, hyphen and underscore."""

    as_server: bool = False
    """The as-server field of the greeting."""

    def __init__(self, config: ConnectionConfig, policy: ZapPolicy | None = None) -> None:
        self.config = config
        self.policy = policy or ZapPolicy()
        self.peer_properties: Mapping[str, bytes] = {}
        """The peer's metadata, complete once `status` is READY."""
        self.user_properties: Mapping[str, bytes] = {}
        """What the ZAP handler told of the peer: User-Id and the handler's metadata."""
        self.credentials: Credentials | None = None
        """What to ask the ZAP handler about while `status` is AUTHENTICATING."""
        self.traffic: CurveTraffic | None = None
        """Encrypts and decrypts, once `status` is READY; None for a mechanism that does not."""

    @property
    @abstractmethod
    def status(self) -> MechanismStatus:
        """How far the handshake is."""

    @abstractmethod
    def next_handshake_command(self) -> bytes | None:
        """Return the whole frame of the next command to send, None when there is none now."""

    @abstractmethod
    def process_handshake_command(self, body: bytes) -> None:
        """Take the body of a command that came. Raises ProtocolError."""

    def authenticate(self, verdict: Verdict | None) -> None:
        """Take what the ZAP handler said of the `credentials`; None: there is no handler.

        Raises ProtocolError when that means that the peer cannot stay.
        """
        if verdict is None:
            self.check_unasked()
        else:
            verdict.check()
            self.user_properties = verdict.properties
        self.credentials = None

    def check_unasked(self) -> None:
        """Raise ProtocolError if nobody may be let in without a ZAP handler."""
        if self.policy.enforce:
            raise ProtocolError(FailureReason.ZAP_NO_HANDLER, "ZMQ_ZAP_ENFORCE_DOMAIN is set")

    def hint(self) -> str:
        """Say what it probably means if the peer just closes the connection now; "" = nothing."""
        return ""

    def take_metadata(self, data: bytes) -> None:
        """Read and check the peer's metadata. Raises ProtocolError."""
        self.peer_properties = parse_properties(data)
        check_peer_metadata(self.config, self.peer_properties)


def own_metadata(config: ConnectionConfig) -> bytes:
    """Return the properties to announce, in the order in which libzmq sends them."""
    properties = {"Socket-Type": config.socket_type.encode("ascii")}
    if config.socket_type in SENDS_IDENTITY:
        properties["Identity"] = config.identity
    properties.update(config.metadata)
    return build_properties(properties)


def find_property(properties: Mapping[str, bytes], name: str) -> bytes:
    """Return a property by name, b"" when absent.

    RFC 37 §connection metadata: names are case-insensitive. libzmq compares them exactly, which
    only matters for peers that nobody has.
    """
    wanted = name.lower()
    for key, value in properties.items():
        if key.lower() == wanted:
            return value
    return b""


def check_peer_metadata(config: ConnectionConfig, properties: Mapping[str, bytes]) -> None:
    """Refuse a peer whose socket type does not fit ours or whose identity is too long.

    A peer that sends no Socket-Type is accepted, as libzmq accepts it.
    Raises ProtocolError (INCOMPATIBLE_SOCKET_TYPE, INVALID_IDENTITY).
    """
    peer_type = find_property(properties, "Socket-Type").decode("latin-1")
    if peer_type and peer_type not in COMPATIBLE[config.socket_type]:
        detail = f"we are {config.socket_type}, the peer is {peer_type[:32]!r}"
        raise ProtocolError(FailureReason.INCOMPATIBLE_SOCKET_TYPE, detail)
    identity = find_property(properties, "Identity")
    if len(identity) > MAX_IDENTITY_SIZE:
        raise ProtocolError(FailureReason.INVALID_IDENTITY, f"it has {len(identity)} bytes")
