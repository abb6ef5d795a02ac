"""Boxes of one size, many at once: what makes small CURVE messages fast.

libsodium needs half a microsecond for a small box, and a loop of bytecodes around it as much again.
Boxes of equal size stand at equal distances in a kept buffer, so that their places are computed
once, headers and counters are filled in by strided copies, and one `map` in C calls libsodium for
all of them.
"""

from __future__ import annotations

from collections import deque
from itertools import repeat
from operator import add, lt
from struct import pack, unpack
from typing import TYPE_CHECKING, Any

from core.zmtp.sodium import MAC_SIZE, raw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["ARENA_SIZE", "FEWEST", "Arena", "borrow", "close_run", "give_back", "open_run"]

#: From this many boxes on it pays.
FEWEST = 8

ARENA_SIZE = 1 << 18
_MOST_SLOTS = 256
_MOST_SPARES = 4


class Arena:
    """A buffer that libsodium writes into: one box in the first place, or many in slots."""

    __slots__ = ("_slots", "_stride", "buffer", "start", "view")

    def __init__(self) -> None:
        ffi, _ = raw()
        self.buffer = bytearray(ARENA_SIZE)
        self.start: Any = ffi.from_buffer(self.buffer)
        self.view: Any = ffi.buffer(self.start)
        self._stride = (0, 0)
        self._slots: list[Any] = []

    @staticmethod
    def capacity(stride: int) -> int:
        """Return how many boxes find room at this distance, in bytes."""
        return min(ARENA_SIZE // stride, _MOST_SLOTS)

    def slots(self, stride: int, offset: int) -> list[Any]:
        """Return where the boxes go: the first at `offset`, the others `stride` bytes apart."""
        if self._stride != (stride, offset):
            first = self.start + offset
            self._slots = [first + stride * slot for slot in range(self.capacity(stride))]
            self._stride = (stride, offset)
        return self._slots


#: One arena per thread that encrypts at the moment, not one per connection.
_spares: list[Arena] = []


def borrow() -> Arena:
    """Return an arena that nobody else uses."""
    try:
        return _spares.pop()
    except IndexError:
        return Arena()


def give_back(arena: Arena) -> None:
    """Return it, for the next one."""
    if len(_spares) < _MOST_SPARES:
        _spares.append(arena)


def close_run(
    close: Callable[..., int],
    key: bytes,
    prefix: bytes,
    head: bytes,
    first: int,
    messages: Sequence[bytes],
) -> bytes:
    """Return messages of one frame and of equal size as they are sent.

    close: libsodium's; head: what stands before the counter; first: the counter of the first.
    """
    arena = borrow()
    size = len(messages[0]) + 1
    start = len(head) + 8
    stride = start + size + MAC_SIZE
    step = arena.capacity(stride)
    slots = arena.slots(stride, start)
    parts = []
    for begin in range(0, len(messages), step):
        some = messages[begin : begin + step]
        count = len(some)
        counters = pack(f">{count}Q", *range(first + begin, first + begin + count))
        buffer = memoryview(arena.buffer)[: count * stride]
        buffer[:] = (head + bytes(stride - len(head))) * count
        nonces = bytearray((prefix + bytes(8)) * count)
        for octet in range(8):
            nonces[16 + octet :: 24] = counters[octet::8]
            buffer[len(head) + octet :: stride] = counters[octet::8]
        contents = unpack(f"{size}s" * count, b"\0" + b"\0".join(some))
        every_nonce = unpack("24s" * count, nonces)
        calls = map(close, slots, contents, repeat(size), every_nonce, repeat(key))
        deque(calls, maxlen=0)
        parts.append(bytes(buffer))
    give_back(arena)
    return b"".join(parts)


def open_run(
    open_box: Callable[..., int],
    key: bytes,
    prefix: bytes,
    name: bytes,
    last: bytes,
    bodies: Sequence[bytes],
) -> tuple[bytes, bytes, tuple[bytes, ...]] | None:
    """Open the boxes of bodies of equal size: the last counter, all flags, and all contents.

    last: the counter before the first. Returns None when anything at all is wrong with any of
    them, for the caller to find out.
    """
    count = len(bodies)
    box = len(bodies[0]) - 16
    size = box - MAC_SIZE
    fields = unpack(f"8s8s{box}s" * count, b"".join(bodies))
    counters = fields[1::3]
    if fields[::3].count(name) != count or not all(map(lt, (last, *counters), counters)):
        return None
    arena = borrow()
    nonces = map(add, repeat(prefix), counters)
    slots = arena.slots(size, 0)
    failed = any(map(open_box, slots, fields[2::3], repeat(box), nonces, repeat(key)))
    opened = memoryview(arena.buffer)[: count * size]
    flags = bytes(opened[::size])
    contents = unpack(f"x{size - 1}s" * count, opened)
    give_back(arena)
    return None if failed else (counters[-1], flags, contents)
