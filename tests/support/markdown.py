"""The programs in Markdown files: fenced blocks with their language, and what to do with them.

A comment above a block says what a reader does by hand:

* ``<!-- test: background -->`` keeps it running while the blocks up to the next ordinary one run
* ``<!-- test: fragment -->`` marks lines that are part of a program that is shown elsewhere
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"^(?:<!-- test: (?P<directive>\w+) -->\n)?"
    r"```(?P<language>\w+)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One fenced block and where it stands."""

    path: Path
    line: int
    language: str
    code: str
    directive: str

    @property
    def name(self) -> str:
        return f"{self.path.name}:{self.line}"


def blocks(path: Path) -> list[Block]:
    """Every fenced block of a file, in order."""
    text = path.read_text(encoding="utf-8")
    return [
        Block(
            path,
            text.count("\n", 0, match.start()) + 1,
            match["language"],
            match["code"],
            match["directive"] or "",
        )
        for match in _FENCE.finditer(text)
    ]


def scenes(path: Path, language: str) -> list[list[Block]]:
    """The blocks of one language, grouped: background ones with the block that needs them."""
    grouped: list[list[Block]] = []
    background: list[Block] = []
    for block in blocks(path):
        if block.language != language or block.directive == "fragment":
            continue
        if block.directive == "background":
            background.append(block)
        else:
            grouped.append([*background, block])
            background = []
    if background:
        raise ValueError(f"{background[-1].name}: nothing follows this background block")
    return grouped
