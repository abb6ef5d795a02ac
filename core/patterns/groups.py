"""What a group of RADIO and DISH is called (RFC 48)."""

from __future__ import annotations

import errno

from ..errors import error_from_errno

# In bytes (ZMQ_GROUP_MAX_LENGTH).
LONGEST_GROUP = 255


def group_name(group: str | bytes) -> bytes:
    """Return a group as it travels; text in UTF-8.

    :raises ZMQError: EINVAL: it is longer than 255 bytes, or has a zero byte, which ends it for
        libzmq's peers
    """
    name = group.encode("utf-8", "surrogateescape") if isinstance(group, str) else bytes(group)
    if len(name) > LONGEST_GROUP or b"\0" in name:
        raise error_from_errno(
            errno.EINVAL, f"a group has at most {LONGEST_GROUP} bytes and no zero byte: {group!r}"
        )
    return name


def group_text(name: bytes) -> str:
    """Return a group as frames show it."""
    return name.decode("utf-8", "surrogateescape")
