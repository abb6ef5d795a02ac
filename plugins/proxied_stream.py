"""A stream through a SOCKS 5 proxy: connected once the proxy has connected."""

from __future__ import annotations

from errno import ECONNRESET, ENOBUFS
from typing import TYPE_CHECKING

from plugins.stream_sockets import SocketStream

if TYPE_CHECKING:
    import socket

    from plugins.socks5 import Socks5Client


class ProxiedStream(SocketStream):
    """A connecting socket as a `core.transport.Stream` whose `finish_connect` talks to the proxy.

    :param proxy: the proxy as an endpoint; `remote` until it has connected
    :param remote: the peer as an endpoint; `remote` from then on
    """

    __slots__ = ("_beyond", "_client", "_reached")

    def __init__(
        self, sock: socket.socket, local: str, proxy: str, remote: str, client: Socks5Client
    ) -> None:
        super().__init__(sock, local, proxy)
        self._beyond = remote
        self._client = client
        self._reached = False

    def finish_connect(self) -> None:
        """Say what there is to say to the proxy; BlockingIOError until it has answered.

        :raises OSError: the proxy cannot be reached, or refuses; names the proxy
        """
        if not self._reached:
            super().finish_connect()
            self._reached = True
        try:
            while not self._client.done:
                self._take_step()
        except BlockingIOError:
            raise
        except OSError as error:
            why = f"the SOCKS proxy {self.remote} for {self._beyond}: {error.strerror}"
            raise OSError(error.errno, why) from error
        self.remote = self._beyond

    def _take_step(self) -> None:
        client = self._client
        data = client.data_to_send()
        # A few hundred bytes at most, and the proxy has read all before them.
        if data and self._socket.send(data) < len(data):
            raise OSError(ENOBUFS, "it does not take what we say")
        answer = self._socket.recv(client.wanted)
        if not answer:
            raise OSError(ECONNRESET, f"it hung up instead of telling {client.expects}")
        client.receive_data(answer)


__all__ = ["ProxiedStream"]
