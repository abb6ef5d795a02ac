"""The types of command-line arguments: what is wrong is said before anything is opened."""

from __future__ import annotations

import argparse
import difflib
import os
from typing import TYPE_CHECKING

from core.cli.text import unescape
from core.enums import SocketOption
from core.option_row import Access, Kind, OptionValue
from core.option_table import SOCKET_OPTION_BY_NUMBER
from core.patterns import PATTERNS

if TYPE_CHECKING:
    from core.socket import Socket

#: Options in the order in which they were given.
Options = list[tuple[SocketOption, OptionValue]]

_SWITCH = {"on": 1, "true": 1, "yes": 1, "off": 0, "false": 0, "no": 0}


def socket_type(text: str) -> str:
    """A socket type by name, in any case."""
    name = text.upper()
    if name not in PATTERNS:
        known = " ".join(PATTERNS).lower()
        raise argparse.ArgumentTypeError(f"no socket type {text!r}; there are: {known}")
    return name


def endpoint(text: str) -> str:
    """Something with a scheme; the transport checks the rest."""
    if "://" not in text:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an endpoint such as tcp://localhost:5555 or ipc:///tmp/feed"
        )
    return text


def positive(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def seconds(text: str) -> float:
    """A time in seconds, 0 or more."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def delimiter(text: str) -> bytes:
    """What stands between two messages, or two frames: at least a byte, escapes allowed."""
    try:
        value = unescape(os.fsencode(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not value:
        raise argparse.ArgumentTypeError("it has at least one byte")
    return value


def option(text: str) -> tuple[SocketOption, OptionValue]:
    """NAME=VALUE of a socket option, as the options table has it."""
    name, equals, value = text.partition("=")
    number = SocketOption.__members__.get(name.strip().upper())
    if number is None or number not in SOCKET_OPTION_BY_NUMBER or not equals:
        raise argparse.ArgumentTypeError(_no_option(name, bool(equals)))
    row = SOCKET_OPTION_BY_NUMBER[number]
    if row.access is Access.READ_ONLY:
        raise argparse.ArgumentTypeError(f"{name} can only be read")
    if row.kind is Kind.BYTES:
        return number, os.fsencode(value)
    try:
        return number, _SWITCH[value.lower()] if value.lower() in _SWITCH else int(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{name} is a number, not {value!r}") from None


def _no_option(name: str, complete: bool) -> str:
    names = [known.lower() for known in SocketOption.__members__]
    near = difflib.get_close_matches(name.lower(), names, 3, 0.6)
    if name.lower() in names and not complete:
        return f"give {name} a value: --option {name}=VALUE"
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"no socket option {name!r}{meant}"


def apply_options(socket: Socket, options: Options) -> None:
    """Set them; an error names the option.

    :raises ZMQError: as ``Socket.set``
    """
    for number, value in options:
        if number is SocketOption.HWM:
            socket.set_hwm(int(value))
        else:
            socket.set(number, value)


__all__ = [
    "Options",
    "apply_options",
    "delimiter",
    "endpoint",
    "option",
    "positive",
    "seconds",
    "socket_type",
]
