"""What a context and its shadows have in common."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from core.context_options import ContextOptionValues
from core.enums import ContextOption
from core.runtime.reactor import Reactor
from core.runtime.thread_settings import ThreadSettings

if TYPE_CHECKING:
    from core.auth.handler import FunctionHandler


class SharedContext:
    """The options, the I/O thread, the ZAP handler and the end of a context.

    :param io_threads: ZMQ_IO_THREADS
    :raises ZMQError: EINVAL: ``io_threads`` is negative
    """

    def __init__(self, io_threads: int) -> None:
        self.options = ContextOptionValues()
        self.options.set(ContextOption.IO_THREADS, io_threads)
        self.thread_settings = ThreadSettings()
        self.reactor = Reactor("babelmq-io")
        self.terminated = False
        self.zap_handler: FunctionHandler | None = None
        self.number = 0  # once somebody asked for it
        self.lock = threading.Lock()
        self.pid = os.getpid()


__all__ = ["SharedContext"]
