"""Questions to the ZAP handler of a context (RFC 27), none of which waits."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from core.endpoint import split_endpoint
from core.patterns import Message
from core.plugin import get_transport
from core.zmtp import FailureReason, ProtocolError

if TYPE_CHECKING:
    from core.runtime.engine import Engine
    from core.transport import Binding, Channel, MessageTransport, PeerFacts

ENDPOINT = "inproc://zeromq.zap.01"
SCHEME, ADDRESS = split_endpoint(ENDPOINT)
HANDLER_TYPES = ("REP", "ROUTER", "SERVER")

Reply = Message | None | ProtocolError  # None: there is no handler


class ZapQuestion:
    """One question, through a pipe of its own, as in libzmq; a `core.transport.ChannelHost`.

    `answer` is called once, with the engine's lock held, unless the question was closed first.
    """

    socket_type = "DEALER"
    identity = b""
    send_hwm = 0
    receive_hwm = 0
    conflate = False

    def __init__(self, engine: Engine, answer: Callable[[Reply], None]) -> None:
        self._engine = engine
        self._answer: Callable[[Reply], None] | None = answer
        self.shared: MutableMapping[str, Any] = engine.shared_for(SCHEME)
        self.lock: AbstractContextManager[Any] = engine.context_lock
        self._channel: Channel | None = None
        self._handler_type = ""
        self._binding: Binding | None = None

    def ask(self, request: list[bytes]) -> None:
        """Send the request to whoever is bound to the handler's name at this moment."""
        transport: MessageTransport = get_transport(SCHEME)  # type: ignore[assignment]
        self._binding = transport.connect(ADDRESS, self)
        channel = self._channel
        if channel is None:
            self._reply(None)
        elif self._handler_type not in HANDLER_TYPES:
            detail = f"a {self._handler_type} socket is bound to {ENDPOINT}"
            self._reply(ProtocolError(FailureReason.ZAP_NO_HANDLER, detail))
        else:
            channel.send([request])

    # ChannelHost: from any thread

    def attach(self, channel: Channel, peer: PeerFacts) -> None:
        self._handler_type = peer.socket_type
        self._channel = channel

    def detach(self, channel: Channel) -> None:
        self._engine.post(self._on_gone)

    def readable(self, channel: Channel) -> None:
        self._engine.post(self._on_readable)

    def writable(self, channel: Channel) -> None: ...

    # With the engine's lock

    def _on_readable(self) -> None:
        if self._channel is not None and self._answer is not None:
            for message in self._channel.receive(1):
                self._reply(message)

    def _on_gone(self) -> None:
        self._on_readable()
        self._reply(ProtocolError(FailureReason.ZAP_HANDLER_LEFT))

    def _reply(self, reply: Reply) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer(reply)

    def close(self) -> None:
        """Forget the question. Idempotent."""
        self._answer = None
        if self._binding is not None:
            self._binding.close()
