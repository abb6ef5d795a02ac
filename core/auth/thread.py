"""An authenticator in a thread of its own, for programs that do not run an asyncio loop."""

from __future__ import annotations

from threading import Thread

from core.auth.authenticator import Authenticator
from core.auth.serving import serve_in_thread

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
        self.thread = serve_in_thread(self.zap_socket, "ZAP authenticator", self.handle_zap_message)

    def stop(self) -> None:
        """Be it no more, once the request at hand was judged. Idempotent."""
        super().stop()
        thread, self.thread = self.thread, None
        if thread is not None:
            thread.join()

    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self.thread is not None and self.thread.is_alive()

    def __del__(self) -> None:
        self.stop()
