"""Standard output: messages in their format, written whole, and watched for its reader's end."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from core.cli.formats import Encoder
from core.cli.meter import Count
from core.patterns import Message


class Output:
    """Where received messages go.

    :param count: is told of every message; None: nobody asks
    """

    def __init__(self, fd: int, encode: Encoder, count: Count | None) -> None:
        self._fd = fd
        self._encode = encode
        self._count = count
        mode = os.fstat(fd).st_mode
        #: to be watched for POLLERR: the reader may go away while nothing is written; else None
        self.pipe = fd if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else None

    def show(self, batch: Sequence[Message]) -> None:
        """Write messages.

        :raises BrokenPipeError: nobody reads any more
        """
        if self._count is not None:
            self._count.add(batch)
        data = memoryview(self._encode(batch))
        while data:
            data = data[os.write(self._fd, data) :]


__all__ = ["Output"]
