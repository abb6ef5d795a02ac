"""A ZAP handler (RFC 27) that is a function: what ``Context.zap_handler`` is made of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from core.asyncio.waiter import running_loop
from core.auth.serving import serve_in_thread
from core.context import BaseContext
from core.enums import SocketType
from core.runtime.zap_client import ENDPOINT
from core.socket import Socket
from core.utils import z85
from core.zmtp.commands import build_properties

__all__ = ["Answer", "FunctionHandler", "Judge", "ZapReply", "ZapRequest"]

_VERSION = b"1.0"
_STATUSES = (200, 300, 400, 500)
_LAST_WORDS = 1000  # milliseconds for the last reply to leave
_LONGEST_NAME = 255  # of metadata: its length is one byte (RFC 37)

_log = logging.getLogger("babelmq")


@dataclass(frozen=True, slots=True)
class ZapRequest:
    """Who wants to come in.

    :param domain: ZAP_DOMAIN of the server, empty if it has none
    :param address: IP address of the peer, without the port; empty where there is none
    :param identity: ROUTING_ID of the server
    :param mechanism: ``"NULL"``, ``"PLAIN"`` or ``"CURVE"``
    :param credentials: nothing (NULL), name and password (PLAIN), public key of 32 bytes (CURVE);
        not shown by ``repr``, so that no password gets into a log
    """

    domain: str
    address: str
    identity: bytes
    mechanism: str
    credentials: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def username(self) -> str:
        """The name that the peer gives with PLAIN; else empty."""
        return _text(self.credentials[0]) if self.mechanism == "PLAIN" else ""

    @property
    def password(self) -> str:
        """The password that the peer gives with PLAIN; else empty."""
        return _text(self.credentials[1]) if self.mechanism == "PLAIN" else ""

    @property
    def public_key(self) -> bytes:
        """The key that the peer has proved to own, 40 characters of Z85 (CURVE); else empty."""
        return z85.encode(self.credentials[0]) if self.mechanism == "CURVE" else b""

    @classmethod
    def _parse(cls, frames: Sequence[bytes]) -> Self:
        _, _, domain, address, identity, mechanism, *credentials = frames
        return cls(_text(domain), _text(address), identity, _text(mechanism), tuple(credentials))


@dataclass(frozen=True, slots=True)
class ZapReply:
    """A verdict in full.

    :param status: 200 (come in), 300 (come again later), 400 (no) or 500 (something broke)
    :param text: the reason, for the server's log
    :param user_id: what ``frame["User-Id"]`` tells receivers
    :param metadata: more that frames tell: ``{"Group": "admins"}``
    :raises ValueError: no such status, or a name that metadata cannot have
    """

    status: int = 200
    text: str = ""
    user_id: str | bytes = ""
    metadata: Mapping[str, str | bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.status not in _STATUSES:
            raise ValueError(f"a ZAP status is one of {_STATUSES}, not {self.status!r}")
        for name in self.metadata:
            if not 0 < len(name.encode("latin-1")) <= _LONGEST_NAME:
                raise ValueError(f"a name in metadata has 1 to {_LONGEST_NAME} letters: {name!r}")

    def _frames(self) -> list[bytes]:
        metadata = {name: _bytes(value) for name, value in self.metadata.items()}
        text = self.text or ("OK" if self.status == 200 else "")
        return [
            b"%d" % self.status, text.encode(), _bytes(self.user_id), build_properties(metadata)
        ]  # fmt: skip


Answer = ZapReply | str | bytes | bool
Judge = Callable[[ZapRequest], Answer | Coroutine[Any, Any, Answer]]


class FunctionHandler:
    """Binds the handler's name in a context, and asks `judge` in a thread of its own.

    Coroutines run in the event loop that ran when the handler was made, or in one of the thread's
    own. One request is judged after the other.

    :raises ZMQError: EADDRINUSE: the context has a handler already
    """

    def __init__(self, context: BaseContext[Any], judge: Judge) -> None:
        self.judge = judge
        self.loop = running_loop()
        self._socket = context.socket(SocketType.REP, socket_class=Socket)
        try:
            self._socket.linger = _LAST_WORDS
            self._socket.bind(ENDPOINT)
        except BaseException:
            self._socket.close()
            raise
        self._thread = serve_in_thread(self._socket, "ZAP handler", self._handle)

    def replace(self, judge: Judge) -> None:
        """Ask another from now on."""
        self.judge, self.loop = judge, running_loop()

    def stop(self) -> None:
        """Give the name up. Does not wait for a request that is just being judged."""
        self._socket.close()

    async def _handle(self, frames: list[bytes]) -> None:
        reply = await self._reply(frames)
        self._socket.send_multipart([_VERSION, *frames[1:2], *reply._frames()])

    async def _reply(self, frames: list[bytes]) -> ZapReply:
        try:
            return _as_reply(await self._ask(ZapRequest._parse(frames)))
        except (Exception, asyncio.CancelledError):
            _log.exception("the ZAP handler %r failed: the peer is refused with 500", self.judge)
            return ZapReply(500, "Internal error")

    async def _ask(self, request: ZapRequest) -> object:
        loop, answer = self.loop, self.judge(request)
        if not asyncio.iscoroutine(answer):
            return answer
        if loop is None:
            return await answer
        try:
            future = asyncio.run_coroutine_threadsafe(answer, loop)
        except RuntimeError:  # the loop is closed
            answer.close()
            raise
        return await asyncio.wrap_future(future)


def _as_reply(answer: object) -> ZapReply:
    if isinstance(answer, ZapReply):
        return answer
    if isinstance(answer, bool):
        return ZapReply(200) if answer else ZapReply(400, "refused by the handler")
    if isinstance(answer, str | bytes):
        return ZapReply(200, user_id=answer)
    raise TypeError(
        f"a ZAP handler returns True or False, a user id (str or bytes) or a ZapReply, "
        f"not {answer!r}"
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
