"""Why a connection failed: the one exception type that peer bytes can cause.

Inside this package `ProtocolError` is raised and caught; it never leaves a `Connection`. Callers
find it in `Connection.failure` and in the events, and read `reason` to decide what to do next.
"""

from __future__ import annotations

from enum import Enum

__all__ = ["FailureReason", "ProtocolError"]


class FailureReason(Enum):
    """What went wrong, in words stable enough to test for and to show to a user.

    The value is the sentence for people. What libzmq's monitor says of the same fault follows from
    the reason alone: HANDSHAKE_FAILED_AUTH with `status_code` if that is not 0, else
    HANDSHAKE_FAILED_PROTOCOL with `event_code` if that is not 0, else HANDSHAKE_FAILED_NO_DETAIL.
    """

    PEER_CLOSED = "the peer closed the connection"
    HANDSHAKE_TIMEOUT = "the handshake was not finished in time"
    HEARTBEAT_TIMEOUT = "the peer gave no sign of life in time"

    NOT_ZMTP = "the peer does not speak ZMTP"
    UNSUPPORTED_VERSION = "the peer speaks a ZMTP version that is too old"
    MECHANISM_MISMATCH = "the peer uses another security mechanism"
    SAME_ROLE = "the peer plays the same part in the security mechanism as we do"
    UNEXPECTED_COMMAND = "the peer sent a command that has no place here"
    COMMAND_OUT_OF_TURN = "the peer sent a command before it was its turn"
    INVALID_SEQUENCE = "the peer used a nonce again, or sent a message out of order"
    KEY_EXCHANGE = "the peer vouched for another key than the one it uses"
    MALFORMED_COMMAND = "the peer sent a malformed command"
    MALFORMED_MESSAGE = "the peer sent a malformed MESSAGE command"
    MALFORMED_HELLO = "the peer sent a malformed HELLO command"
    MALFORMED_INITIATE = "the peer sent a malformed INITIATE command"
    MALFORMED_ERROR = "the peer sent a malformed ERROR command"
    MALFORMED_READY = "the peer sent a malformed READY command"
    MALFORMED_WELCOME = "the peer sent a malformed WELCOME command"
    MALFORMED_METADATA = "the peer sent malformed metadata"
    CRYPTOGRAPHIC = "the peer sent what our keys do not open"
    INCOMPATIBLE_SOCKET_TYPE = "the peer's socket type does not fit ours"
    INVALID_IDENTITY = "the peer's identity is too long"
    HANDSHAKE_TOO_LARGE = "the peer's handshake is too large"
    FRAME_TOO_LARGE = "the peer announced a frame that is too large"
    ASKED_TOO_MUCH = "the peer asked for more than one peer may have"
    REFUSED_BY_PEER = "the peer refused the connection"

    # RFC 27: status 400, 300 and 500 of a ZAP handler, ours or the peer's.
    AUTHENTICATION_FAILED = "the credentials were refused"
    AUTHENTICATION_UNAVAILABLE = "the credentials cannot be checked at present"
    AUTHENTICATION_ERROR = "the check of the credentials broke down"

    ZAP_NO_HANDLER = "no ZAP handler is there to check the credentials"
    ZAP_HANDLER_LEFT = "the ZAP handler left before it had answered"
    ZAP_MALFORMED_REPLY = "the ZAP handler sent a malformed reply"
    ZAP_BAD_DELIMITER = "the ZAP handler's reply does not begin with an empty frame"
    ZAP_BAD_REQUEST_ID = "the ZAP handler answered another request"
    ZAP_BAD_VERSION = "the ZAP handler speaks another version of ZAP"
    ZAP_INVALID_STATUS_CODE = "the ZAP handler answered with a status code that does not exist"
    ZAP_INVALID_METADATA = "the ZAP handler sent malformed metadata"

    @property
    def event_code(self) -> int:
        """The `ZMQ_PROTOCOL_ERROR_*` number of zmq.h, or 0 where libzmq reports none."""
        return _EVENT_CODES.get(self, 0)

    @property
    def status_code(self) -> int:
        """The ZAP status (RFC 27) that refused the credentials: 300, 400, 500, or 0 for none."""
        return _STATUS_CODES.get(self, 0)

    @property
    def is_transient(self) -> bool:
        """Whether connecting again may help.

        libzmq reconnects after connection and timeout errors and gives up after protocol errors
        (`session_base_t::engine_error`), so a connecter should do the same. A peer that could not
        check our credentials at present is worth another try.
        """
        return self in _TRANSIENT


_TRANSIENT = frozenset(
    {
        FailureReason.PEER_CLOSED,
        FailureReason.HANDSHAKE_TIMEOUT,
        FailureReason.HEARTBEAT_TIMEOUT,
        FailureReason.AUTHENTICATION_UNAVAILABLE,
    }
)

_STATUS_CODES = {
    FailureReason.AUTHENTICATION_UNAVAILABLE: 300,
    FailureReason.AUTHENTICATION_FAILED: 400,
    FailureReason.AUTHENTICATION_ERROR: 500,
}

# zmq.h
_EVENT_CODES = {
    FailureReason.NOT_ZMTP: 0x10000000,
    FailureReason.UNSUPPORTED_VERSION: 0x10000000,
    FailureReason.HANDSHAKE_TOO_LARGE: 0x10000000,
    FailureReason.COMMAND_OUT_OF_TURN: 0x10000000,
    FailureReason.UNEXPECTED_COMMAND: 0x10000001,
    FailureReason.INVALID_SEQUENCE: 0x10000002,
    FailureReason.KEY_EXCHANGE: 0x10000003,
    FailureReason.MALFORMED_COMMAND: 0x10000011,
    FailureReason.MALFORMED_MESSAGE: 0x10000012,
    FailureReason.MALFORMED_HELLO: 0x10000013,
    FailureReason.MALFORMED_INITIATE: 0x10000014,
    FailureReason.MALFORMED_ERROR: 0x10000015,
    FailureReason.MALFORMED_READY: 0x10000016,
    FailureReason.MALFORMED_WELCOME: 0x10000017,
    FailureReason.MALFORMED_METADATA: 0x10000018,
    FailureReason.INCOMPATIBLE_SOCKET_TYPE: 0x10000018,
    FailureReason.INVALID_IDENTITY: 0x10000018,
    FailureReason.CRYPTOGRAPHIC: 0x11000001,
    FailureReason.MECHANISM_MISMATCH: 0x11000002,
    FailureReason.SAME_ROLE: 0x11000002,
    FailureReason.ZAP_BAD_DELIMITER: 0x20000000,
    FailureReason.ZAP_MALFORMED_REPLY: 0x20000001,
    FailureReason.ZAP_BAD_REQUEST_ID: 0x20000002,
    FailureReason.ZAP_BAD_VERSION: 0x20000003,
    FailureReason.ZAP_INVALID_STATUS_CODE: 0x20000004,
    FailureReason.ZAP_INVALID_METADATA: 0x20000005,
}


class ProtocolError(Exception):
    """One connection has failed.

    reason: which of the known faults it was.
    detail: what exactly was seen, for logs and monitor events; may be empty.
    tell: what the peer is told in an ERROR command before the connection ends; "" = nothing.
    """

    def __init__(self, reason: FailureReason, detail: str = "", *, tell: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.tell = tell
