"""What the audience sees: headlines, lines with the speaker's name, a progress bar."""

from __future__ import annotations

import sys
from shutil import get_terminal_size

COLOURS = {"Python": 33, "Node": 32, "Go": 36, "libzmq": 35, "C": 35}


def headline(text: str) -> None:
    """Print what comes next."""
    print(f"\n{_styled(1, text)}")


def line(speaker: str, text: str) -> None:
    """Print what one of the programs says or does."""
    print(f"  {_styled(COLOURS.get(speaker, 0), speaker.rjust(7))}  {text}", flush=True)


def verdict(passed: bool, text: str) -> None:
    """Print whether an act went as it must."""
    mark = _styled(32, "  ✔ ") if passed else _styled(31, "  ✘ ")
    print(mark + text, flush=True)


def progress(done: int, total: int) -> None:
    """Draw a bar on a terminal; elsewhere print a line at each quarter."""
    if not sys.stdout.isatty():
        if done * 4 // total != (done - 1) * 4 // total:
            print(f"    {done:,} of {total:,}")
        return
    width = min(50, get_terminal_size().columns - 30)
    filled = width * done // total
    bar = "█" * filled + "░" * (width - filled)
    print(f"\r    {bar} {done:,}/{total:,}", end="\n" if done == total else "", flush=True)


def _styled(code: int, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() and code else text
