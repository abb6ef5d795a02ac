"""The logger ``babelmq``, without importing ``logging``: that takes as long as half of the rest.

A program that has not imported it has set up nothing either. Then ``logging`` would write warnings
to stderr, and so does this. Nor could it be imported when it is needed: there may be no descriptor
left to open its file with, which is the very thing to tell.
"""

from __future__ import annotations

import sys


def debug(text: str, *args: object) -> None:
    """Tell what only somebody wants to know who has set up logging."""
    if "logging" in sys.modules:
        from logging import getLogger

        getLogger("babelmq").debug(text, *args, stacklevel=2)


def warning(text: str, *args: object) -> None:
    """Tell what somebody should look at."""
    if "logging" in sys.modules:
        from logging import getLogger

        getLogger("babelmq").warning(text, *args, stacklevel=2)
    elif sys.stderr is not None:
        try:
            print(text % args, file=sys.stderr, flush=True)
        except (OSError, ValueError):  # it is closed: as with logging, that ends nobody's work
            pass


__all__ = ["debug", "warning"]
