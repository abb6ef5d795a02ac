"""The real input: every line of the documentation and the sources of this checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("core", "plugins", "gateway", "docs", "examples", "benchmarks", "tests", "clients")
ENDINGS = (".py", ".md", ".go", ".js", ".ts")
SKIPPED = ("node_modules", "__pycache__")


def all_lines() -> list[bytes]:
    """Return the lines of the text, files in alphabetical order, without empty ones."""
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*"))]
    wanted = [path for path in [ROOT / "README.md", *files] if _is_text(path)]
    lines = [line for path in wanted for line in path.read_bytes().splitlines()]
    return [line for line in lines if line.strip()]


def headings() -> list[bytes]:
    """Return the headings of the Markdown files: what the feed brings under the topic `docs`."""
    return [line for line in all_lines() if line.startswith(b"#") and b"# " in line[:7]]


def questions(count: int) -> list[str]:
    """Return a few different plain lines, spread over the text."""
    plain = [line.strip() for line in all_lines() if line.isascii() and 20 < len(line) < 60]
    step = max(1, len(plain) // count)
    return [line.decode() for line in plain[::step]][:count]


def _is_text(path: Path) -> bool:
    return path.suffix in ENDINGS and path.is_file() and not set(SKIPPED) & set(path.parts)
