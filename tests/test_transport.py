"""The contract says the same as the options table, and the built-in transports fulfil it."""

from __future__ import annotations

import pytest

from core.enums import SocketType
from core.options import OptionValues
from core.plugin import get_transport
from core.transport import MessageTransport, StreamTransport, Transport, TransportOptions
from plugins.inproc import InprocTransport
from plugins.ipc import IpcTransport
from plugins.tcp import TcpTransport

# mypy reads these lines: the classes fulfil the protocols.
STREAM: list[StreamTransport] = [TcpTransport(), IpcTransport()]
MESSAGE: list[MessageTransport] = [InprocTransport()]


@pytest.mark.parametrize("transport", [*STREAM, *MESSAGE], ids=lambda t: str(t.scheme))
def test_built_in_transports_come_through_their_entry_points(transport: Transport) -> None:
    assert type(get_transport(transport.scheme)) is type(transport)


def test_transport_options_default_to_the_socket_options() -> None:
    defaults = OptionValues(SocketType.DEALER)
    for name, default in TransportOptions()._asdict().items():
        assert default == getattr(defaults, name), name


def test_transport_options_show_no_password() -> None:
    shown = repr(TransportOptions(ipv6=True, socks_password=b"secret"))
    assert shown == "TransportOptions(ipv6=True, socks_password=b'***')"
