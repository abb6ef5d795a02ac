"""The NULL mechanism: each side sends READY with its metadata, and that is all.

RFC 37 §the NULL security mechanism. Both sides send READY without waiting for the other, as libzmq
does; the RFC would have the client go first. A side with a ZAP domain asks its ZAP handler first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.zmtp.commands import build_command, parse_error, split_command
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.mechanism import Mechanism, MechanismStatus, own_metadata
from core.zmtp.zap import Credentials, ZapPolicy

if TYPE_CHECKING:
    from core.zmtp.config import ConnectionConfig

__all__ = ["NullMechanism"]


class NullMechanism(Mechanism):
    """One connection's NULL handshake; see `Mechanism` for the verbs."""

    name = "NULL"
    # RFC 37: with NULL the as-server field MUST be zero, whoever binds.
    as_server = False

    def __init__(self, config: ConnectionConfig, policy: ZapPolicy | None = None) -> None:
        super().__init__(config, policy)
        if self.policy.domain:
            self.credentials = Credentials(self.name)
        self._ready_sent = False
        self._ready_received = False

    @property
    def status(self) -> MechanismStatus:
        """READY once both sides have sent their READY command."""
        if self.credentials is not None:
            return MechanismStatus.AUTHENTICATING
        if self._ready_sent and self._ready_received:
            return MechanismStatus.READY
        return MechanismStatus.HANDSHAKING

    def next_handshake_command(self) -> bytes | None:
        """Return our READY once, then None."""
        if self._ready_sent or self.credentials is not None:
            return None
        self._ready_sent = True
        return build_command(b"READY", own_metadata(self.config))

    def process_handshake_command(self, body: bytes) -> None:
        """Take the peer's READY or ERROR; anything else, or a second READY, ends the connection."""
        name, data = split_command(body)
        if name == b"ERROR":
            raise parse_error(data)
        if name != b"READY" or self._ready_received:
            detail = f"{name[:32].decode('latin-1')!r} during the NULL handshake"
            raise ProtocolError(FailureReason.UNEXPECTED_COMMAND, detail)
        self.take_metadata(data)
        self._ready_received = True
