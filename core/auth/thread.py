"""An authenticator in a thread of its own, for programs that do not run an asyncio loop."""

from __future__ import annotations

from threading import Thread
from typing import Any

from core.auth.authenticator import Authenticator
from core.errors import ZMQError

__all__ = ["ThreadAuthenticator"]


class ThreadAuthenticator(Authenticator):
    """`Authenticator` that answers in a background thread between `start` and `stop`.

    Callbacks run in that thread; coroutines among them in an asyncio loop there.
    """

    thread: Thread | None = None

    def start(self) -> None:
        """Be the context's ZAP handler from now on.

        :raises ZMQError: EADDRINUSE: the context has one already
        """
        super().start()
        self.thread = Thread(
            target=self._serve, args=(self.zap_socket,), name="ZAP authenticator", daemon=True
        )
        self.thread.start()

    def _serve(self, socket: Any) -> None:
        import asyncio

        with asyncio.Runner() as runner:
            while True:
                try:
                    request = socket.recv_multipart()
                    runner.run(self.handle_zap_message(request))
                except ZMQError:
                    if socket.closed or self.context.closed:
                        return
                    raise

    def stop(self) -> None:
        """Be it no more, once the request at hand is answered. Idempotent."""
        super().stop()
        thread, self.thread = self.thread, None
        if thread is not None:
            thread.join()

    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self.thread is not None and self.thread.is_alive()

    def __del__(self) -> None:
        self.stop()
