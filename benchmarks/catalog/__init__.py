"""All cases, one file per section of the table."""

from __future__ import annotations

SIZES = {
    10: "10 B",
    100: "100 B",
    1024: "1 KiB",
    8192: "8 KiB",
    65536: "64 KiB",
    1048576: "1 MiB",
}
"""The sizes of messages in the table, in bytes."""
