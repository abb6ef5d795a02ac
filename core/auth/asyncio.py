"""An authenticator in the running asyncio loop."""

from __future__ import annotations

import asyncio
import logging
import warnings
from typing import Any

from core.asyncio.socket import Socket
from core.auth.authenticator import Authenticator
from core.context import BaseContext

__all__ = ["AsyncioAuthenticator"]


class AsyncioAuthenticator(Authenticator):
    """`Authenticator` that answers in the loop in which it is started, until `stop`.

    :param loop: accepted for pyzmq's sake, and ignored
    """

    _socket_class = Socket

    def __init__(
        self,
        context: BaseContext[Any] | None = None,
        loop: object = None,
        encoding: str = "utf-8",
        log: logging.Logger | None = None,
    ) -> None:
        super().__init__(context, encoding, log)
        if loop is not None:
            warnings.warn(
                "AsyncioAuthenticator(loop) is deprecated and ignored",
                DeprecationWarning,
                stacklevel=2,
            )
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Be the context's ZAP handler from now on. Needs a running loop.

        :raises ZMQError: EADDRINUSE: the context has one already
        """
        super().start()
        self._task = asyncio.get_running_loop().create_task(self._serve(self.zap_socket))

    async def _serve(self, socket: Socket) -> None:
        while not socket.closed:
            await self.handle_zap_message(await socket.recv_multipart())

    def stop(self) -> None:
        """Be it no more. Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        super().stop()
