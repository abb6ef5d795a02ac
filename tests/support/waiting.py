"""Waiting for a condition, or for a thread to block, instead of sleeping and hoping."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

DEFAULT_TIMEOUT = 10.0  # seconds: generous, because only a failing test ever waits that long
_INTERVAL = 0.002  # seconds between two looks


def wait_until(
    predicate: Callable[[], Any],
    timeout: float = DEFAULT_TIMEOUT,
    message: str | Callable[[], str] = "the condition never became true",
) -> Any:
    """Return the first truthy value of `predicate()`; AssertionError after `timeout` seconds.

    `message` may be a callable so that a failure can describe the state it ended in.
    """
    deadline = time.monotonic() + timeout
    while not (value := predicate()):
        if time.monotonic() > deadline:
            text = message() if callable(message) else message
            raise AssertionError(f"after {timeout:g} s: {text}")
        time.sleep(_INTERVAL)
    return value


def wait_until_blocked(thread: threading.Thread, looks: int = 15) -> None:
    """Return once `thread` was seen at the same instruction `looks` times in a row.

    That is what a blocking call looks like from outside, whichever library it is in; a fixed
    sleep would pass just as well when the thread has not reached the call yet.
    """
    seen: list[tuple[int, int]] = []

    def blocked() -> bool:
        frame = sys._current_frames().get(thread.ident or 0)
        if frame is None:
            return not thread.is_alive() and bool(thread.ident)
        position = (id(frame.f_code), frame.f_lasti)
        if seen and seen[-1] != position:
            seen.clear()
        seen.append(position)
        return len(seen) >= looks

    wait_until(blocked, message=f"{thread.name} never blocked")


class Background:
    """A function running in its own thread, whose result or exception comes back by `result()`."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._function = function
        self._arguments = arguments
        self._value: Any = None
        self._error: BaseException | None = None
        # A daemon: a test that fails while it hangs must not keep the whole run from ending.
        self.thread = threading.Thread(target=self._run, name=repr(function), daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._value = self._function(*self._arguments)
        except BaseException as error:  # handed to whoever asks for the result
            self._error = error

    @property
    def running(self) -> bool:
        return self.thread.is_alive()

    def wait_until_blocked(self) -> None:
        wait_until_blocked(self.thread)

    def result(self, timeout: float = DEFAULT_TIMEOUT) -> Any:
        """Join the thread and return what the function returned, or raise what it raised."""
        self.thread.join(timeout)
        if self.thread.is_alive():
            raise AssertionError(f"{self._function!r} still runs after {timeout:g} s")
        if self._error is not None:
            raise self._error
        return self._value
