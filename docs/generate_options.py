"""Writes docs/options.md from the option tables: ``python docs/generate_options.py``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "options.md"
sys.path.insert(0, str(ROOT))

from core.context_options import CONTEXT_OPTIONS  # noqa: E402
from core.enums import SocketType  # noqa: E402
from core.option_row import (  # noqa: E402
    INT64_MAX,
    INT_MAX,
    UINT32_MAX,
    UINT64_MAX,
    Access,
    Kind,
    Option,
)
from core.option_table import OPTION_GROUPS, SUPPORTED_OPTIONS  # noqa: E402
from core.option_table_unsupported import UNSUPPORTED_OPTIONS  # noqa: E402

INTRODUCTION = """\
# Options

<!-- Generated from core/option_table*.py by docs/generate_options.py: edit those. -->

Every option of libzmq 4.3.5's `zmq_setsockopt` and `zmq_getsockopt`, under its name and number. All
three ways to use them are pyzmq's:

```python
import core as zmq

with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
    socket.rcvhwm = 50  # an attribute, in small letters or capitals
    socket.set(zmq.ROUTING_ID, b"kitchen")  # set and get, by number
    print(socket.RCVHWM, socket.get(zmq.ROUTING_ID))
```

A value out of range, an option of another socket type and a misspelled name are errors at once,
which name the option and what is allowed. Options marked *at once* count from the next call on, for
connections that are there too. All others count for what is bound or connected afterwards: an
endpoint keeps the settings it was made with, also when it connects again. So one socket can connect
to two servers with different settings, set one after the other.

`context.set` is for the options [of a context](#options-of-a-context); `context.linger = 0`
and the like, as in pyzmq, are defaults for the sockets that it makes afterwards.
"""

DIFFERENCES = """\
## Defaults that differ from libzmq's

| option | here | why |
|---|---|---|
"""

UNSUPPORTED = """\
## Not supported

Setting one of these raises `ZMQError` with ENOTSUP, which says why. Setting it to libzmq's default
is allowed, because that asks for what happens anyway.

| option | number | what it would do | why not |
|---|---|---|---|
"""

CONTEXT = """\
## Options of a context

For `context.set` and `context.get`. They count for the sockets that are made afterwards.

| option | number | default | values | what it does |
|---|---|---|---|---|
"""

HEADER = """\
| option | number | default | values | sockets | counts | what it does |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION]
    for title, options in OPTION_GROUPS.items():
        parts.append(f"## {title}\n\n{HEADER}{_rows(options, _socket_row)}")
    differing = [row for row in SUPPORTED_OPTIONS if row.default_reason]
    parts.append(DIFFERENCES + _rows(differing, _difference_row))
    parts.append(UNSUPPORTED + _rows(UNSUPPORTED_OPTIONS, _unsupported_row))
    parts.append(CONTEXT + _rows(CONTEXT_OPTIONS, _context_row))
    return "\n".join(parts)


def _rows(options: Iterable[Option], cells: Callable[[Option], list[str]]) -> str:
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells(row))} |\n"
        for row in options
    )


def _socket_row(row: Option) -> list[str]:
    counts = "" if row.access is Access.READ_ONLY else row.effect.value
    return [*_begin(row), _default(row), _values(row), _types(row), counts, row.doc]


def _difference_row(row: Option) -> list[str]:
    return [f"`{row.name}`", _default(row), row.default_reason]


def _unsupported_row(row: Option) -> list[str]:
    return [*_begin(row), row.doc, row.unsupported]


def _context_row(row: Option) -> list[str]:
    return [*_begin(row), _default(row), _values(row), row.doc]


def _begin(row: Option) -> list[str]:
    return [f"`{row.name}`", str(int(row.number))]


def _default(row: Option) -> str:
    if row.default is None:
        return ""
    if isinstance(row.default, bytes):
        return f"`{row.default!r}`"
    return str(int(row.default))


def _values(row: Option) -> str:
    """Say the type and range, such as ``int, -1 and up, ms``."""
    words = [row.kind.value]
    if row.access is not Access.READ_ONLY and row.kind is not Kind.BOOL:
        words.append(_range(row))
    if row.unit:
        words.append(row.unit)
    if row.access is not Access.READ_WRITE:
        words.append(row.access.value)
    return ", ".join(word for word in words if word)


def _range(row: Option) -> str:
    size = " long" if row.kind is Kind.BYTES else ""
    open_end = row.maximum in (INT_MAX, INT64_MAX, UINT32_MAX, UINT64_MAX)
    if row.minimum == -INT_MAX - 1 and open_end:
        return ""
    if open_end:
        return "" if row.kind is Kind.BYTES else f"{row.minimum} and up"
    return f"{row.minimum} to {row.maximum}{size}"


def _types(row: Option) -> str:
    """Name the socket types; "only" if libzmq refuses the option elsewhere."""
    if not row.socket_types:
        return "all"
    names = ", ".join(kind.name for kind in SocketType if kind in row.socket_types)
    return names + (" only" if row.only_these_types else "")


def main() -> None:
    """Write the page, or with ``--check`` say whether it is what it should be."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/options.md is not up to date: run python docs/generate_options.py")


if __name__ == "__main__":
    main()
