"""How the commands end: signals, closed pipes, time that is over, and the exit codes for each.

A program that a signal ends dies of that signal in the end, after it has tidied up: so a shell
knows, and Ctrl-C also ends the script around it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn

from core.context import Context
from core.errors import ZMQError

# In ms: how long messages that are on their way may still leave after a signal.
GRACE = 1000
OK, FAILED, USAGE, TIMED_OUT = 0, 1, 2, 124
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signalled(BaseException):
    """A signal asks for the end. Not an Exception, so that nothing on its way swallows it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Failed(Exception):
    """It cannot be done; the text says why."""


class TimedOut(Exception):
    """Nothing moved for as long as --timeout says."""


def listen_to_signals() -> None:
    """From now on the first signal raises `Signalled`, and a second one ends the process at once.

    What the parent told us to ignore (``nohup``, a background job of a script) stays ignored.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _on_signal)


def _on_signal(number: int, frame: FrameType | None) -> NoReturn:
    for each in _SIGNALS:
        if signal.getsignal(each) is _on_signal:
            signal.signal(each, signal.SIG_DFL)
    raise Signalled(number)


def die_of(number: int) -> NoReturn:
    """End as the signal would have ended us."""
    sys.stderr.flush()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise AssertionError("unreachable")


def supervise(command: str, work: Callable[[Context, ExitStack], None], linger: int = -1) -> int:
    """Do the work of a command and end as is due; the exit code.

    :param work: raises `TimedOut`, `Failed`, ZMQError, BrokenPipeError or nothing; what it puts on
        the stack is done when its sockets are closed
    :param linger: ms for what is still to be sent when the work is done; -1: as long as it takes
    """
    # The engine's warnings: what could not be sent, and who holds up the end.
    logging.basicConfig(format=f"babelmq {command}: %(message)s")
    try:
        listen_to_signals()
        with ExitStack() as after:
            _do(work, after, linger)
    except Signalled as signalled:
        die_of(signalled.number)
    except BrokenPipeError:
        die_of(signal.SIGPIPE)
    except TimedOut as over:
        say(command, over)
        return TIMED_OUT
    except (ZMQError, Failed, OSError) as error:
        say(command, error)
        return FAILED
    return OK


def _do(work: Callable[[Context, ExitStack], None], after: ExitStack, linger: int) -> None:
    context = Context()
    try:
        work(context, after)
    except Exception:
        context.destroy(0)
        raise
    except Signalled:
        context.destroy(GRACE)
        raise
    context.destroy(linger)


def say(command: str, text: object) -> None:
    """One line on standard error."""
    tell(f"babelmq {command}: {text}")


def tell(line: str, end: str = "\n") -> None:
    """Write to standard error, if anybody is there to read it."""
    try:
        # One write, so that the lines of several threads do not mix.
        sys.stderr.write(f"{line}{end}")
        sys.stderr.flush()
    except OSError:
        pass


__all__ = [
    "FAILED",
    "OK",
    "TIMED_OUT",
    "USAGE",
    "Failed",
    "Signalled",
    "TimedOut",
    "die_of",
    "listen_to_signals",
    "say",
    "supervise",
    "tell",
]
