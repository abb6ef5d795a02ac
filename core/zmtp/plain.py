"""The PLAIN mechanism (RFC 24): a user name and a password, in clear text.

The server has no opinion of its own: its ZAP handler decides, and without one nobody comes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.mechanism import own_metadata
from core.zmtp.steps import ClientSteps, ServerSteps, Step
from core.zmtp.zap import Credentials

if TYPE_CHECKING:
    from core.zmtp.config import ConnectionConfig

__all__ = ["PlainClient", "PlainServer"]


class PlainClient(ClientSteps):
    """The client's half. username, password: 0 to 255 bytes each."""

    name = "PLAIN"

    def __init__(self, config: ConnectionConfig, username: bytes, password: bytes) -> None:
        super().__init__(config)
        self._username = username
        self._password = password

    def make(self, step: Step) -> bytes:
        """HELLO has name and password, INITIATE the metadata."""
        if step is Step.SENDING_HELLO:
            return _short(self._username) + _short(self._password)
        return own_metadata(self.config)

    def take(self, step: Step, data: bytes) -> None:
        """WELCOME is empty, READY has the server's metadata."""
        if step is Step.WAITING_FOR_READY:
            self.take_metadata(data)
        elif data:
            raise ProtocolError(FailureReason.MALFORMED_WELCOME, f"{len(data)} bytes too many")


class PlainServer(ServerSteps):
    """The server's half."""

    name = "PLAIN"
    _let_in = Step.SENDING_WELCOME

    def make(self, step: Step) -> bytes:
        """WELCOME is empty, READY has our metadata."""
        return own_metadata(self.config) if step is Step.SENDING_READY else b""

    def take(self, step: Step, data: bytes) -> None:
        """HELLO is for the ZAP handler to judge, INITIATE has the client's metadata."""
        if step is Step.WAITING_FOR_HELLO:
            self.credentials = Credentials(self.name, _read_hello(data))
            self.step = Step.WAITING_FOR_VERDICT
        else:
            self.take_metadata(data)

    def check_unasked(self) -> None:
        """A password that nobody has checked lets nobody in, whatever the policy."""
        raise ProtocolError(FailureReason.ZAP_NO_HANDLER, "and PLAIN cannot do without one")


def _short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _read_hello(data: bytes) -> tuple[bytes, bytes]:
    """Return name and password; every byte must belong to one of them, as in libzmq."""
    name_end = 1 + data[0] if data else 1
    if len(data) <= name_end:
        raise ProtocolError(FailureReason.MALFORMED_HELLO, "user name or password is cut short")
    if len(data) != name_end + 1 + data[name_end]:
        raise ProtocolError(FailureReason.MALFORMED_HELLO, "the password has another length")
    return data[1:name_end], data[name_end + 1 :]
