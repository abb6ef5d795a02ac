"""A descriptor that makes a waiting selector return."""

from __future__ import annotations

import os
import sys


class Waker:
    """Readable from `wake` until `clear`. `wake` may come from any thread and is cheap when set."""

    __slots__ = ("_read_fd", "_set", "_write_fd")

    def __init__(self) -> None:
        self._set = False
        if sys.platform == "linux":
            self._read_fd = self._write_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        else:
            self._read_fd, self._write_fd = os.pipe()
            os.set_blocking(self._read_fd, False)
            os.set_blocking(self._write_fd, False)

    def fileno(self) -> int:
        return self._read_fd

    def wake(self) -> None:
        if not self._set:
            self._set = True
            try:
                os.write(self._write_fd, b"\1\0\0\0\0\0\0\0")
            except OSError:
                pass  # full: it is readable already; closed: nobody waits any more

    def clear(self) -> None:
        """Whoever clears must look for work afterwards: a `wake` meanwhile writes nothing."""
        try:
            os.read(self._read_fd, 64)
        except BlockingIOError:
            pass
        self._set = False

    def close(self) -> None:
        self._set = True
        for fd in {self._read_fd, self._write_fd}:
            if fd >= 0:
                os.close(fd)
        self._read_fd = self._write_fd = -1
