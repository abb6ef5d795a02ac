"""The logger ``babelmq``. It is imported when there is something to tell, which is rare.

``logging`` takes longer to import than the rest of the runtime together.
"""

from __future__ import annotations

import sys


def debug(text: str, *args: object) -> None:
    """Tell what only somebody wants to know who has set up logging: else nobody would see it."""
    if "logging" in sys.modules:
        import logging

        logging.getLogger("babelmq").debug(text, *args, stacklevel=2)


def warning(text: str, *args: object) -> None:
    """Tell what somebody should look at; without any logging set up it goes to stderr."""
    import logging

    logging.getLogger("babelmq").warning(text, *args, stacklevel=2)


__all__ = ["debug", "warning"]
