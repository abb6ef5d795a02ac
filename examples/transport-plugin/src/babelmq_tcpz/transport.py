"""The transport: the plugin behind `tcp://` does the networking, we wrap what it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from babelmq_tcpz.stream import CompressedStream
from core.endpoint import EndpointError
from core.hookspecs import hookimpl
from core.plugin import get_transport
from core.transport import Listener, StreamTransport, Target, TransportOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEME = "tcpz"


class TcpzTransport:
    """Makes compressed streams over TCP."""

    scheme = SCHEME
    kind: Literal["stream"] = "stream"

    def parse(self, address: str, *, bind: bool) -> str:
        """Accept what `tcp://` accepts, and complain in our own name."""
        try:
            return _tcp().parse(address, bind=bind)
        except EndpointError as error:
            endpoint, example = f"{SCHEME}://{address}", f"{SCHEME}://127.0.0.1:5555"
            raise EndpointError(endpoint, error.problem, example) from error

    def waits_to_resolve(self, address: str, *, bind: bool) -> bool:
        """Ask `tcp://`."""
        return _tcp().waits_to_resolve(address, bind=bind)

    def resolve(self, address: str, *, bind: bool, options: TransportOptions) -> Sequence[Target]:
        """Resolve as `tcp://` does; its targets travel inside ours."""
        found = _tcp().resolve(address, bind=bind, options=options)
        return [Target(_renamed(target.endpoint), target) for target in found]

    def listen(self, target: Target, options: TransportOptions) -> CompressedListener:
        """Listen with TCP."""
        return CompressedListener(_tcp().listen(target.data, options))

    def connect(self, target: Target, options: TransportOptions) -> CompressedStream:
        """Connect with TCP."""
        return _compressed(target, options)


class CompressedListener:
    """A TCP listener whose streams are compressed."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.endpoint = _renamed(listener.endpoint)
        self.fileno = listener.fileno
        self.close = listener.close

    def accept(self) -> CompressedStream:
        """Take the next peer."""
        stream = self._listener.accept()
        return CompressedStream(stream, _renamed(stream.local), _renamed(stream.remote))


def _compressed(target: Target, options: TransportOptions) -> CompressedStream:
    stream = _tcp().connect(target.data, options)
    return CompressedStream(stream, _renamed(stream.local), _renamed(stream.remote))


def _tcp() -> StreamTransport:
    return cast("StreamTransport", get_transport("tcp"))


def _renamed(endpoint: str) -> str:
    return SCHEME + endpoint.removeprefix("tcp")


@hookimpl
def babelmq_transport() -> TcpzTransport:
    """Offer `tcpz://`."""
    return TcpzTransport()
