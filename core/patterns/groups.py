"""What a group of RADIO and DISH is called (RFC 48)."""

from __future__ import annotations

import errno
from functools import lru_cache

from ..errors import error_from_errno

# In bytes (ZMQ_GROUP_MAX_LENGTH).
LONGEST_GROUP = 255


def group_name(group: str | bytes) -> bytes:
    """Return a group as it travels; text in UTF-8.

    :raises ZMQError: EINVAL: it is longer than 255 bytes, or has a zero byte, which ends it for
        libzmq's peers
    """
    return _encoded(group) if isinstance(group, str) else _checked(bytes(group))


@lru_cache(maxsize=1024)
def _encoded(group: str) -> bytes:
    return _checked(group.encode("utf-8", "surrogateescape"))


def _checked(name: bytes) -> bytes:
    if len(name) > LONGEST_GROUP or b"\0" in name:
        raise error_from_errno(
            errno.EINVAL, f"a group has at most {LONGEST_GROUP} bytes and no zero byte: {name!r}"
        )
    return name


def group_text(name: bytes) -> str:
    """Return a group as frames show it."""
    return name.decode("utf-8", "surrogateescape")
