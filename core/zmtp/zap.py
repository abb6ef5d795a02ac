"""ZAP 1.0 (RFC 27): what a handler is asked about a peer, and what it answers.

The client's side only: how a server's connection asks. A handler is any REP or ROUTER socket, or
`core.auth`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.zmtp.commands import parse_properties
from core.zmtp.errors import FailureReason, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.zmtp.frames import Message

__all__ = ["Credentials", "Verdict", "ZapPolicy", "build_request", "parse_reply"]

_VERSION = b"1.0"

#: Each connection asks once and through a pipe of its own, so one number does, as in libzmq.
_REQUEST_ID = b"1"

#: Address delimiter, version, request id, status code, status text, user id, metadata.
_REPLY_FRAMES = 7

_STATUSES = (b"200", b"300", b"400", b"500")
_REFUSALS = {reason.status_code: reason for reason in FailureReason if reason.status_code}


class ZapPolicy(NamedTuple):
    """When a server asks a handler.

    domain: what requests carry (ZMQ_ZAP_DOMAIN); NULL connections ask only if there is one.
    enforce: nobody is let in unasked (ZMQ_ZAP_ENFORCE_DOMAIN).
    """

    domain: bytes = b""
    enforce: bool = False


class Credentials(NamedTuple):
    """What a peer shows: nothing (NULL), name and password (PLAIN), its public key (CURVE)."""

    mechanism: str
    frames: tuple[bytes, ...] = ()


class Verdict(NamedTuple):
    """A handler's reply.

    status: 200, 300, 400 or 500; text: for people.
    properties: User-Id and the handler's metadata, names decoded as Latin-1.
    """

    status: int
    text: str
    properties: Mapping[str, bytes]

    def check(self) -> None:
        """Raise ProtocolError (AUTHENTICATION_…) unless the status is 200.

        RFC 27 and 26: the peer is told the status in an ERROR command, but a status of 300 means
        that it may come back, so it is just disconnected.
        """
        if self.status == 200:
            return
        detail = f"our ZAP handler said {self.status} {self.text}".rstrip()
        tell = "" if self.status == 300 else str(self.status)
        raise ProtocolError(_REFUSALS[self.status], detail, tell=tell)


def build_request(
    policy: ZapPolicy, address: str, identity: bytes, credentials: Credentials
) -> list[bytes]:
    """Return the frames of a request.

    address: the peer's, without the port; identity: our own socket's (ZMQ_ROUTING_ID).
    """
    return [
        b"",
        _VERSION,
        _REQUEST_ID,
        policy.domain,
        address.encode(),
        identity,
        credentials.mechanism.encode("ascii"),
        *credentials.frames,
    ]


def parse_reply(message: Message) -> Verdict:
    """Read a handler's reply; as strict as libzmq, and with the same number for each fault.

    Raises ProtocolError (ZAP_…).
    """
    frames = message if isinstance(message, list) else [message]
    if len(frames) != _REPLY_FRAMES:
        detail = f"it has {len(frames)} frames instead of {_REPLY_FRAMES}"
        raise ProtocolError(FailureReason.ZAP_MALFORMED_REPLY, detail)
    delimiter, version, request_id, status, text, user_id, metadata = frames
    if delimiter:
        raise ProtocolError(FailureReason.ZAP_BAD_DELIMITER, repr(delimiter[:32]))
    if version != _VERSION:
        raise ProtocolError(FailureReason.ZAP_BAD_VERSION, repr(version[:32]))
    if request_id != _REQUEST_ID:
        raise ProtocolError(FailureReason.ZAP_BAD_REQUEST_ID, repr(request_id[:32]))
    if status not in _STATUSES:
        raise ProtocolError(FailureReason.ZAP_INVALID_STATUS_CODE, repr(status[:32]))
    return Verdict(int(status), text.decode("utf-8", "replace"), _properties(user_id, metadata))


def _properties(user_id: bytes, metadata: bytes) -> Mapping[str, bytes]:
    try:
        return {"User-Id": user_id, **parse_properties(metadata)}
    except ProtocolError as error:
        raise ProtocolError(FailureReason.ZAP_INVALID_METADATA, error.detail) from None
