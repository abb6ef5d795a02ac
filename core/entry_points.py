"""Entry points of the installed packages, read without `importlib.metadata`.

That imports ``email`` and more, which takes as long as everything else up to the first message of a
program. What is not a plain case is left to it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_METADATA = (".dist-info", ".egg-info")


def announced_module(group: str, name: str) -> str | None:
    """Return the module that the installed packages announce as one entry point.

    None: there is no such entry point, there are several, it is more than a module, or packages
    may be found elsewhere than in folders. `importlib.metadata` tells which.
    """
    if _other_finders() or not all(map(_is_plain, sys.path)):
        return None
    values = [value for text in _announcements() for value in _values(text, group, name)]
    return values[0] if len(values) == 1 and _is_module(values[0]) else None


def _is_module(value: str) -> bool:
    return all(map(str.isidentifier, value.split(".")))


def _other_finders() -> bool:
    """Whether anybody but the import system itself finds packages."""
    return any(
        hasattr(finder, "find_distributions")
        for finder in sys.meta_path
        if getattr(finder, "__name__", "") != "PathFinder"
    )


def _is_plain(path: str) -> bool:
    """Whether a place of ``sys.path`` is a folder, or not there at all: no archive, no egg."""
    return not path.endswith(".egg") and (os.path.isdir(path or ".") or not os.path.exists(path))


def _announcements() -> Iterator[str]:
    """Yield what each package announces; of several packages of one name the first counts."""
    seen = set()
    for folder in filter(os.path.isdir, (path or "." for path in sys.path)):
        for entry in os.listdir(folder):
            stem, kind = os.path.splitext(entry)
            package = _canonical(stem.partition("-")[0])
            if kind in _METADATA and package not in seen:
                seen.add(package)
                yield _text(os.path.join(folder, entry, "entry_points.txt"))


def _canonical(package: str) -> str:
    """Dots and underscores in a name are the same, however many, in any case."""
    return "_".join(filter(None, package.lower().replace(".", "_").split("_")))


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:  # most packages have no entry points
        return ""


def _values(text: str, group: str, name: str) -> Iterator[str]:
    section = ""
    for line in map(str.strip, text.splitlines()):
        key, _, value = map(str.strip, line.partition("="))
        if line.startswith("["):
            section = line
        elif section == f"[{group}]" and key == name:
            yield value


__all__ = ["announced_module"]
