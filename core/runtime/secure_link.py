"""A link of a socket that has a security mechanism, or a ZAP handler to ask about its peers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.patterns import Message
from core.runtime.link import Link
from core.runtime.peer_facts import peer_address
from core.runtime.zap_client import ZapQuestion
from core.zmtp import (
    AuthenticationNeeded,
    Connection,
    ConnectionConfig,
    Event,
    PeerInfo,
    ProtocolError,
)
from core.zmtp.encrypted import EncryptedConnection
from core.zmtp.frames import BIG_FRAME
from core.zmtp.zap import build_request

if TYPE_CHECKING:
    from core.runtime.engine import Engine
    from core.runtime.link import LinkOwner
    from core.transport import Stream


class SecureLink(Link):
    """`Link` with a connection that may encrypt, and with questions to the ZAP handler."""

    __slots__ = ("_question",)

    def __init__(self, engine: Engine, stream: Stream, owner: LinkOwner) -> None:
        self._question: ZapQuestion | None = None
        super().__init__(engine, stream, owner)

    def _new_connection(self, config: ConnectionConfig) -> Connection:
        return (EncryptedConnection if config.encrypted else Connection)(config, time.monotonic())

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AuthenticationNeeded):
            self._ask(event)
        else:
            super()._on_event(event)

    def _begin(self, peer: PeerInfo) -> None:
        super()._begin(peer)
        if self.pipe is not None and not self._engine.pattern.sends_subscriptions:
            self.pipe.transmit = self.transmit

    # ZAP

    def _ask(self, event: AuthenticationNeeded) -> None:
        address, identity = peer_address(self._stream), self._owner.config.identity
        request = build_request(event.policy, address, identity, event.credentials)
        self._question = ZapQuestion(self._engine, self._on_reply)
        self._question.ask(request)

    def _on_reply(self, reply: Message | ProtocolError | None) -> None:
        self._end_question()
        if self.closed:
            return
        assert isinstance(self._connection, Connection)
        if isinstance(reply, ProtocolError):
            self._connection.authentication_failed(reply)
        else:
            self._connection.authenticate(reply)
        self.digest()

    def _end_question(self) -> None:
        question, self._question = self._question, None
        if question is not None:
            question.close()

    def close(self) -> None:
        super().close()
        self._end_question()

    # Sending

    def transmit(self, message: Message) -> bool:
        """Write one message that nothing stands before; False: it has to be queued."""
        if self._unsent:
            return False
        body = message if message.__class__ is bytes else message[-1]
        if len(body) >= BIG_FRAME:  # type: ignore[arg-type]
            return self._transmit_parts(message)
        data = self._connection.encode([message])
        try:
            count = self._write(data)
        except BlockingIOError:
            count = 0
        except OSError:
            return False  # `flush` will find out, and save what is queued
        if count < len(data):
            self._keep([message], [memoryview(data)[count:]])
        else:
            self.pipe.sent += 1  # type: ignore[union-attr]
        return True
