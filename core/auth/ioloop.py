"""pyzmq's old name for the asyncio authenticator: tornado's loop is asyncio's."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from core.auth.asyncio import AsyncioAuthenticator
from core.context import BaseContext

__all__ = ["IOLoopAuthenticator"]

warnings.warn(
    "core.auth.ioloop is deprecated: use core.auth.asyncio.AsyncioAuthenticator",
    DeprecationWarning,
    stacklevel=2,
)


class IOLoopAuthenticator(AsyncioAuthenticator):
    """`AsyncioAuthenticator` with the order of arguments that old programs know.

    :param io_loop: accepted for pyzmq's sake, and ignored
    """

    def __init__(
        self,
        context: BaseContext[Any] | None = None,
        encoding: str = "utf-8",
        log: logging.Logger | None = None,
        io_loop: object = None,
    ) -> None:
        super().__init__(context, None, encoding, log)
        if io_loop is not None:
            warnings.warn(
                "IOLoopAuthenticator(io_loop) is deprecated and ignored",
                DeprecationWarning,
                stacklevel=2,
            )
