"""Why a connection failed: the one exception type that peer bytes can cause.

Inside this package `ProtocolError` is raised and caught; it never leaves a `Connection`. Callers
find it in `Connection.failure` and in the events, and read `reason` to decide what to do next.
"""

from __future__ import annotations

from enum import Enum

__all__ = ["FailureReason", "ProtocolError"]


class FailureReason(Enum):
    """What went wrong, in words stable enough to test for and to show to a user.

    The value is the sentence for people. `event_code` is the number that libzmq's monitor event
    HANDSHAKE_FAILED_PROTOCOL carries for the same fault, or 0 where libzmq has none.
    """

    PEER_CLOSED = "the peer closed the connection"
    HANDSHAKE_TIMEOUT = "the handshake was not finished in time"
    HEARTBEAT_TIMEOUT = "the peer gave no sign of life in time"
    NOT_ZMTP = "the peer does not speak ZMTP"
    UNSUPPORTED_VERSION = "the peer speaks a ZMTP version that is too old"
    MECHANISM_MISMATCH = "the peer uses another security mechanism"
    UNEXPECTED_COMMAND = "the peer sent a command that has no place here"
    MALFORMED_COMMAND = "the peer sent a malformed command"
    MALFORMED_ERROR = "the peer sent a malformed ERROR command"
    MALFORMED_METADATA = "the peer sent malformed metadata"
    INCOMPATIBLE_SOCKET_TYPE = "the peer's socket type does not fit ours"
    INVALID_IDENTITY = "the peer's identity is too long"
    HANDSHAKE_TOO_LARGE = "the peer's handshake is too large"
    FRAME_TOO_LARGE = "the peer announced a frame that is too large"
    REFUSED_BY_PEER = "the peer refused the connection"
    AUTHENTICATION_FAILED = "the peer refused our credentials"

    @property
    def event_code(self) -> int:
        """The `ZMQ_PROTOCOL_ERROR_*` number of zmq.h, or 0 where libzmq reports none."""
        return _EVENT_CODES.get(self, 0)

    @property
    def is_transient(self) -> bool:
        """Whether connecting again may help.

        libzmq reconnects after connection and timeout errors and gives up after protocol errors
        (`session_base_t::engine_error`), so a connecter should do the same.
        """
        return self in _TRANSIENT


_TRANSIENT = frozenset(
    {
        FailureReason.PEER_CLOSED,
        FailureReason.HANDSHAKE_TIMEOUT,
        FailureReason.HEARTBEAT_TIMEOUT,
    }
)

_EVENT_CODES = {
    FailureReason.NOT_ZMTP: 0x10000000,
    FailureReason.UNSUPPORTED_VERSION: 0x10000000,
    FailureReason.UNEXPECTED_COMMAND: 0x10000001,
    FailureReason.MALFORMED_COMMAND: 0x10000011,
    FailureReason.MALFORMED_ERROR: 0x10000015,
    FailureReason.MALFORMED_METADATA: 0x10000018,
    FailureReason.INCOMPATIBLE_SOCKET_TYPE: 0x10000018,
    FailureReason.INVALID_IDENTITY: 0x10000018,
    FailureReason.HANDSHAKE_TOO_LARGE: 0x10000000,
    FailureReason.MECHANISM_MISMATCH: 0x11000002,
}


class ProtocolError(Exception):
    """One connection has failed.

    reason: which of the known faults it was.
    detail: what exactly was seen, for logs and monitor events; may be empty.
    """

    def __init__(self, reason: FailureReason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
