"""How the options of PLAIN and CURVE hang together: setting one decides mechanism and role.

libzmq has one mechanism and one role per socket, and each of these options sets them as well
(`options_t::setsockopt`); the last one set wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.enums import SecurityMechanism, SocketOption
from core.option_row import Option, OptionValue, refuse
from core.utils import z85

if TYPE_CHECKING:
    from core.options import OptionValues

__all__ = ["KEY_OPTIONS", "ROLE_OPTIONS", "get_security", "set_security"]

_O = SocketOption

_SERVERS = {
    _O.PLAIN_SERVER: SecurityMechanism.PLAIN,
    _O.CURVE_SERVER: SecurityMechanism.CURVE,
}
_PLAIN_CLIENT = (_O.PLAIN_USERNAME, _O.PLAIN_PASSWORD)

#: Their values are keys: 32 bytes, or Z85 as bytes or str.
KEY_OPTIONS = frozenset({_O.CURVE_PUBLICKEY, _O.CURVE_SECRETKEY, _O.CURVE_SERVERKEY})

#: Setting one of them decides mechanism or role.
ROLE_OPTIONS = frozenset({*_SERVERS, *_PLAIN_CLIENT, *KEY_OPTIONS})

_KEY_SIZE = 32
_PRINTED_SIZE = 40


def set_security(values: OptionValues, row: Option, value: OptionValue) -> None:
    """Store the value of one of `ROLE_OPTIONS`, and what follows from it."""
    number = SocketOption(row.number)
    if number in _SERVERS:
        values.as_server = bool(value)
        values.mechanism = _SERVERS[number] if value else SecurityMechanism.NULL
        return
    if number in KEY_OPTIONS:
        assert isinstance(value, bytes)
        value = _key(row, value)
        values.mechanism = SecurityMechanism.CURVE
    else:
        values.mechanism = SecurityMechanism.PLAIN
    setattr(values, row.attribute, value)
    if number is _O.CURVE_SERVERKEY or number in _PLAIN_CLIENT:
        values.as_server = False


def get_security(values: OptionValues, row: Option) -> OptionValue:
    """Return the value of one of `ROLE_OPTIONS`: keys as Z85, b"" when there is none."""
    number = SocketOption(row.number)
    if number in _SERVERS:
        return int(values.as_server and values.mechanism == _SERVERS[number])
    value: bytes = getattr(values, row.attribute)
    return z85.encode(value) if number in KEY_OPTIONS else value


def _key(row: Option, value: bytes) -> bytes:
    if len(value) == _KEY_SIZE:
        return value
    try:
        if value[_PRINTED_SIZE:] in (b"", b"\0"):
            return z85.decode(value[:_PRINTED_SIZE])
        problem = f"not {len(value)} bytes"
    except ValueError as error:
        problem = str(error)
    raise refuse(
        row, f"takes a key of 32 bytes, or of 40 characters as zmq.curve_keypair() makes: {problem}"
    )
