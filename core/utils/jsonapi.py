"""JSON as `Socket.send_json` and ``recv_json`` write and read it."""

from __future__ import annotations

from typing import Any

from core import serialize


def dumps(o: object, **kwargs: Any) -> bytes:
    """Return an object as JSON in UTF-8; further arguments go to ``json.dumps``."""
    return serialize.encode_json(o, kwargs)


def loads(s: bytes | bytearray | str, **kwargs: Any) -> Any:
    """Return an object from JSON; further arguments go to ``json.loads``.

    :raises ValueError: it is not JSON in UTF-8
    """
    return serialize.decode_json(s.encode() if isinstance(s, str) else bytes(s), kwargs)


__all__ = ["dumps", "loads"]
