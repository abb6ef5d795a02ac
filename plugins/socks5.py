"""The client's side of SOCKS 5 (RFC 1928) with user name and password (RFC 1929), without I/O.

Bytes in, bytes out: send what `data_to_send` returns, read at most `wanted` bytes, hand them to
`receive_data`, until `done`. Never more is wanted than belongs to the proxy, because the bytes
after its last one are the peer's.
"""

from __future__ import annotations

from enum import Enum
from errno import (
    EACCES,
    EAFNOSUPPORT,
    ECONNREFUSED,
    EHOSTUNREACH,
    ENETUNREACH,
    EOPNOTSUPP,
    EPROTO,
    ETIMEDOUT,
)

from plugins.literals import packed

_VERSION = 5
_AUTHENTICATION_VERSION = 1  # RFC 1929 section 2
_CONNECT = 1
_NO_AUTHENTICATION, _PASSWORD, _NO_ACCEPTABLE = 0, 2, 0xFF
_IPV4, _NAME, _IPV6 = 1, 3, 4
_LONGEST = 255  # of a name, a user or a password: one octet tells the length

# RFC 1928 section 6.
_REPLIES = {
    1: (EHOSTUNREACH, "it failed to connect"),
    2: (EACCES, "its rules do not allow the connection"),
    3: (ENETUNREACH, "the network is unreachable from there"),
    4: (EHOSTUNREACH, "the host is unreachable from there"),
    5: (ECONNREFUSED, "the peer refused the connection"),
    6: (ETIMEDOUT, "the time to live expired on the way"),
    7: (EOPNOTSUPP, "it cannot make connections"),
    8: (EAFNOSUPPORT, "it does not know this type of address"),
}


class _State(Enum):
    METHOD = "the choice of a method"
    AUTHENTICATION = "the verdict on our password"
    REPLY = "the head of the reply"
    ADDRESS = "the rest of the reply"
    DONE = "nothing"


class Socks5Client:
    """Asks a proxy to connect to a host and port.

    :param host: an IPv4 or IPv6 address, or a name, which is left to the proxy to resolve
    :param username: with it, at most 255 bytes, the proxy may ask for user name and password
    """

    def __init__(self, host: str, port: int, username: bytes = b"", password: bytes = b"") -> None:
        self._request = bytes((_VERSION, _CONNECT, 0)) + _address(host) + port.to_bytes(2, "big")
        self._username = username
        self._password = password
        self._received = bytearray()
        self._state = _State.METHOD
        self._need = 2
        methods = bytes((_NO_AUTHENTICATION, _PASSWORD) if username else (_NO_AUTHENTICATION,))
        self._output = bytes((_VERSION, len(methods))) + methods

    @property
    def done(self) -> bool:
        """Whether the proxy has connected: all that follows is between us and the peer."""
        return self._state is _State.DONE

    @property
    def wanted(self) -> int:
        """How many bytes to read at most."""
        return self._need - len(self._received)

    @property
    def expects(self) -> str:
        """What the proxy has to say next, in words."""
        return self._state.value

    def data_to_send(self) -> bytes:
        """Return and forget what has to be sent now."""
        data, self._output = self._output, b""
        return data

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the proxy, at most `wanted`.

        :raises OSError: the proxy refuses (EACCES, ECONNREFUSED, ...), or speaks something else
            (EPROTO)
        """
        self._received += data
        while not self.done and len(self._received) >= self._need:
            message = bytes(self._received[: self._need])
            step = {
                _State.METHOD: self._method_chosen,
                _State.AUTHENTICATION: self._authenticated,
                _State.REPLY: self._replied,
                _State.ADDRESS: self._finish,
            }[self._state]
            step(message)

    def _expect(self, state: _State, count: int) -> None:
        self._state = state
        self._need = count
        self._received.clear()

    def _method_chosen(self, message: bytes) -> None:
        version, method = message
        if version != _VERSION:
            raise OSError(EPROTO, f"it does not speak SOCKS 5, it began with {message!r}")
        if method == _PASSWORD and self._username:
            self._output = bytes((_AUTHENTICATION_VERSION,)) + b"".join(
                bytes((len(part),)) + part for part in (self._username, self._password)
            )
            self._expect(_State.AUTHENTICATION, 2)
        elif method == _NO_AUTHENTICATION:
            self._ask()
        elif method == _NO_ACCEPTABLE and not self._username:
            raise OSError(EACCES, "it wants authentication: set SOCKS_USERNAME and SOCKS_PASSWORD")
        else:
            raise OSError(EACCES, f"it wants authentication of kind {method}, which we do not have")

    def _authenticated(self, message: bytes) -> None:
        if message[1] != 0:
            raise OSError(EACCES, "it does not accept SOCKS_USERNAME and SOCKS_PASSWORD")
        self._ask()

    def _ask(self) -> None:
        self._output = self._request
        self._expect(_State.REPLY, 5)  # the first octet of the address tells its length

    def _replied(self, message: bytes) -> None:
        version, reply, _, kind, first = message
        if version != _VERSION:
            raise OSError(EPROTO, f"its reply does not begin with a 5: {message!r}")
        if reply:
            number, why = _REPLIES.get(reply, (EPROTO, f"unknown reply {reply}"))
            raise OSError(number, why)
        sizes = {_IPV4: 4 - 1, _IPV6: 16 - 1, _NAME: first}
        if kind not in sizes:
            raise OSError(EPROTO, f"its reply has an address of unknown type {kind}")
        self._expect(_State.ADDRESS, sizes[kind] + 2)

    def _finish(self, message: bytes) -> None:
        self._expect(_State.DONE, 0)


def _address(host: str) -> bytes:
    literal = packed(host)
    if literal is None:
        name = host.encode("ascii") if host.isascii() else host.encode("idna")
        if len(name) > _LONGEST:
            raise OSError(EPROTO, f"a proxy takes names of at most {_LONGEST} bytes")
        return bytes((_NAME, len(name))) + name
    return bytes((_IPV4 if len(literal) == 4 else _IPV6,)) + literal


__all__ = ["Socks5Client"]
