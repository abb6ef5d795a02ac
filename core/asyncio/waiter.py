"""What a task awaits until something happens on a socket: a future without the detour.

`asyncio.Future` has the loop wake its task in the turn *after* the one that set the result: one
more look at all descriptors for every message that somebody waits for. The callbacks of the loop
that end a wait of ours do nothing afterwards, so that they can resume the task themselves.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, CancelledError, get_running_loop
from collections.abc import Callable, Generator
from contextlib import suppress
from contextvars import Context
from typing import Any


class Waiter:
    """Awaited by one task, once. Looks to asyncio like one of its futures."""

    __slots__ = ("_asyncio_future_blocking", "_callback", "_context", "_ended_by", "_loop", "done")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._asyncio_future_blocking = False
        self._loop = loop
        self._callback: Callable[[Any], object] | None = None
        self._context: Context | None = None
        self._ended_by: CancelledError | None = None
        self.done = False

    # What a task asks of a future

    def get_loop(self) -> AbstractEventLoop:
        """Return the loop of the waiting task."""
        return self._loop

    def __await__(self) -> Generator[Any, None, None]:
        if not self.done:
            self._asyncio_future_blocking = True
            yield self

    def add_done_callback(
        self, callback: Callable[[Any], object], *, context: Context | None = None
    ) -> None:
        """Note how to resume the task."""
        self._callback = callback
        self._context = context

    def result(self) -> None:
        """Raise CancelledError if that is how it ended."""
        if self._ended_by is not None:
            raise self._ended_by

    def cancel(self, msg: Any = None) -> bool:
        """End the wait, because the task is cancelled; False when it is over already."""
        if self.done:
            return False
        self._ended_by = CancelledError() if msg is None else CancelledError(msg)
        self.resume_soon()
        return True

    # What ends the wait

    def resume(self) -> None:
        """Run the task now, until it waits for something else. Only outside of any task."""
        self.done = True
        if self._callback is not None:
            if self._context is None:
                self._callback(self)
            else:
                self._context.run(self._callback, self)

    def resume_soon(self) -> None:
        """Run the task in the loop's next turn."""
        self.done = True
        if self._callback is not None and not self._loop.is_closed():
            self._loop.call_soon(self._callback, self, context=self._context)

    def resume_elsewhere(self) -> None:
        """Run the task in its own loop, which is not the running one and may be closed."""
        self.done = True
        if self._callback is not None:
            with suppress(RuntimeError):  # closed
                self._loop.call_soon_threadsafe(self._callback, self, context=self._context)


def running_loop() -> AbstractEventLoop | None:
    """Return the loop that runs in this thread, None if there is none."""
    try:
        return get_running_loop()
    except RuntimeError:
        return None


__all__ = ["Waiter", "running_loop"]
