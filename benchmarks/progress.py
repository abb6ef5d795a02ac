"""Says what runs and how long the rest will take."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Self, TextIO


class Progress:
    """One changing line on a terminal; a line for each case into a file or pipe."""

    def __init__(self, total: int, stream: TextIO = sys.stderr) -> None:
        self._total = total
        self._stream = stream
        self._number = 0
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._stream.isatty():
            self._show("")

    def saying(self, case: str) -> Callable[[str], None]:
        """Begin a case. Returns the function that takes each of its steps."""
        head = f"[{self._number + 1}/{self._total}] {case}"
        rest = self._rest()
        self._number += 1
        if not self._stream.isatty():
            print(head + rest, file=self._stream, flush=True)
            return lambda step: None
        return lambda step: self._show(f"{head}  {step}{rest}")

    def _rest(self) -> str:
        """Return the time that is left if the other cases take as long as those before."""
        if self._number < 3:
            return ""
        each = (time.monotonic() - self._started) / self._number
        seconds = each * (self._total - self._number)
        return f"  ({seconds / 60:.0f} min left)" if seconds > 90 else f"  ({seconds:.0f} s left)"

    def _show(self, text: str) -> None:
        print(f"\r\033[K{text}", end="", file=self._stream, flush=True)
