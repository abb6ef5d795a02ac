"""Messages on a CURVE connection: the hot half of encryption (RFC 26 §MESSAGE).

Every frame of a message travels as one frame whose body is a MESSAGE command: a name of eight
octets, the sender's counter in eight, and a box of the flags octet and the frame's body. As in
libzmq that frame has no flags of its own: whether more frames follow, or whether it is a command,
only the box says, which nobody on the way can change.

libsodium needs about half a microsecond for a small box, so the budget for all the rest is about
the same: batches of one size go through `curve_runs`; others need one call into C per frame, into
a buffer that is used again, and one join. Large frames are encrypted where they are sent from.
"""

from __future__ import annotations

from itertools import chain
from struct import pack
from typing import TYPE_CHECKING

from core.zmtp.curve_runs import ARENA_SIZE, FEWEST, Arena, borrow, close_run, give_back, open_run
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.frames import BIG_FRAME, Message
from core.zmtp.sodium import MAC_SIZE, raw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["OVERHEAD", "CurveTraffic"]

_NAME = b"\x07MESSAGE"
#: Where the box begins in a body.
_BOX = 16
_SMALLEST_BOX = MAC_SIZE + 1

#: How much longer a body is than the frame in its box, in bytes.
OVERHEAD = _BOX + _SMALLEST_BOX

#: RFC 26 §MESSAGE: the flags octet in the box has its own numbers, unlike a frame's (RFC 37).
_MORE = 1
_COMMAND = 2

#: A frame's flag.
_LONG = 2

_CLIENT = b"CurveZMQMESSAGEC"
_SERVER = b"CurveZMQMESSAGES"

#: Boxes up to this size go through the scratch buffer.
_SCRATCH = BIG_FRAME + OVERHEAD


class _HeadTable(dict[int, bytes]):
    """What stands before the counter, by the size of the box: frame header and command name."""

    def __missing__(self, box: int) -> bytes:
        size = box + _BOX
        header = bytes((0, size)) if size < 256 else bytes((_LONG,)) + size.to_bytes(8, "big")
        head = header + _NAME
        if box <= _SCRATCH:
            self[box] = head
        return head


_HEADS = _HeadTable()


class CurveTraffic:
    """Encrypts and decrypts for one connection.

    key: what both sides computed in the handshake; as_server: which side we are; sent, got: the
    counters that were used last in either direction.
    """

    __slots__ = (
        "_close",
        "_ffi",
        "_got",
        "_key",
        "_open",
        "_our_prefix",
        "_sent",
        "_their_prefix",
        "parts",
    )

    def __init__(self, key: bytes, *, as_server: bool, sent: int, got: int) -> None:
        self._ffi, lib = raw()
        self._close = lib.crypto_box_easy_afternm
        self._open = lib.crypto_box_open_easy_afternm
        self._key = key
        self._our_prefix, self._their_prefix = (
            (_SERVER, _CLIENT) if as_server else (_CLIENT, _SERVER)
        )
        self._sent = sent
        self._got = got.to_bytes(8, "big")
        #: The frames so far of a message of several.
        self.parts: list[bytes] = []

    # Sending

    def encode(self, messages: Sequence[Message]) -> bytes:
        """Return a batch of messages, encrypted, as bytes to send."""
        if len(messages) >= FEWEST and (box := _common_box(messages)):
            first = self._sent + 1
            self._sent += len(messages)
            return close_run(
                self._close,
                self._key,
                self._our_prefix,
                _HEADS[box],
                first,
                messages,  # type: ignore[arg-type]
            )
        return b"".join(self._encrypt(_plain(messages)))

    def encode_parts(self, messages: Sequence[Message]) -> list[bytes]:
        """Return a batch as buffers for a gathering write."""
        buffers = []
        for message in messages:
            bodies = message if isinstance(message, list) else [message]
            for left, body in zip(range(len(bodies) - 1, -1, -1), bodies, strict=True):
                flags = bytes((_MORE if left else 0,))
                if len(body) >= BIG_FRAME:
                    buffers.append(self._encrypt_large(flags, body))
                else:
                    buffers += self._encrypt([flags + body])
        return buffers

    def encode_command(self, body: bytes) -> bytes:
        """Return a command, encrypted."""
        return b"".join(self._encrypt([bytes((_COMMAND,)) + body]))

    def _encrypt(self, contents: list[bytes]) -> list[bytes]:
        """Return what to send for the contents of boxes: flags octet and body each."""
        count = len(contents)
        first = self._sent + 1
        counters = pack(f">{count}Q", *range(first, first + count))
        arena = borrow()
        close, key, start, view = self._close, self._key, arena.start, arena.view
        prefix = self._our_prefix
        pieces: list[bytes] = []
        position = 0
        for content in contents:
            counter = counters[position : position + 8]
            position += 8
            size = len(content)
            box = size + MAC_SIZE
            if box > _SCRATCH:
                pieces.append(self._encrypt_large(content[:1], memoryview(content)[1:]))
                continue
            close(start, content, size, prefix + counter, key)
            self._sent += 1
            pieces += (_HEADS[box], counter, view[:box])
        give_back(arena)
        return pieces

    def _encrypt_large(self, flags: bytes, body: bytes | memoryview) -> bytes:
        """Encrypt in the very buffer that is sent."""
        self._sent += 1
        counter = self._sent.to_bytes(8, "big")
        size = 1 + len(body)
        head = _HEADS[size + MAC_SIZE] + counter
        content = len(head) + MAC_SIZE
        buffer = bytearray(content + size)
        buffer[: len(head)] = head
        buffer[content : content + 1] = flags
        buffer[content + 1 :] = body
        start = self._ffi.from_buffer(buffer) + len(head)
        self._close(start, start + MAC_SIZE, size, self._our_prefix + counter, self._key)
        return buffer  # type: ignore[return-value]  # as good as bytes to whoever writes it

    # Receiving

    def decode(
        self,
        bodies: Sequence[bytes],
        messages: list[Message],
        on_command: Callable[[bytes], bytes | None],
    ) -> None:
        """Decrypt the bodies of frames, and append the messages that are complete.

        on_command: called with the body of each command; returns the message that stands for it
            in the stream, if any.

        Raises ProtocolError at the first fault; what came before it has been appended.
        """
        step = _run_length(bodies)
        if not step:
            self._decode_each(bodies, messages, on_command)
            return
        for begin in range(0, len(bodies), step):
            some = bodies[begin : begin + step]
            if not self._decode_run(some, messages, on_command):
                self._decode_each(some, messages, on_command)

    def _decode_run(
        self,
        bodies: Sequence[bytes],
        messages: list[Message],
        on_command: Callable[[bytes], bytes | None],
    ) -> bool:
        """Decrypt bodies of equal size; False when something is wrong with one of them."""
        opened = open_run(self._open, self._key, self._their_prefix, _NAME, self._got, bodies)
        if opened is None:
            return False
        self._got, flags, contents = opened
        if flags.count(0) == len(flags) and not self.parts:
            messages += contents
        else:
            for flag, content in zip(flags, contents, strict=True):
                self._deliver(flag, content, messages, on_command)
        return True

    def _decode_each(
        self,
        bodies: Sequence[bytes],
        messages: list[Message],
        on_command: Callable[[bytes], bytes | None],
    ) -> None:
        arena = borrow()
        open_box, key, start, view = self._open, self._key, arena.start, arena.view
        prefix, scratch = self._their_prefix, arena.buffer
        append = messages.append
        last = self._got
        for body in bodies:
            box = len(body) - _BOX
            counter = body[8:16]
            if counter <= last or box < _SMALLEST_BOX or not body.startswith(_NAME):
                raise self._fault(body)
            self._got = last = counter
            if box > _SCRATCH:
                flags, content = self._decrypt_large(body, counter)
            else:
                if open_box(start, body[_BOX:], box, prefix + counter, key):
                    raise self._unopened()
                flags = scratch[0]
                content = view[1 : box - MAC_SIZE]
            if flags or self.parts:
                self._deliver(flags, content, messages, on_command)
            else:
                append(content)
        give_back(arena)

    def _decrypt_large(self, body: bytes, counter: bytes) -> tuple[int, bytes]:
        box = len(body) - _BOX
        start = self._ffi.from_buffer(body) + _BOX
        nonce = self._their_prefix + counter
        if box <= ARENA_SIZE:
            arena = borrow()
            if self._open(arena.start, start, box, nonce, self._key):
                raise self._unopened()
            opened = arena.buffer[0], bytes(arena.view[1 : box - MAC_SIZE])
            give_back(arena)
            return opened
        room = bytearray(box - MAC_SIZE)
        if self._open(self._ffi.from_buffer(room), start, box, nonce, self._key):
            raise self._unopened()
        return room[0], bytes(memoryview(room)[1:])

    def _deliver(
        self,
        flags: int,
        content: bytes,
        messages: list[Message],
        on_command: Callable[[bytes], bytes | None],
    ) -> None:
        """Put a frame where it belongs. Flags that have no meaning are not looked at."""
        if flags & _COMMAND:
            answer = on_command(content)
            if answer is not None:
                messages.append(answer)
        elif flags & _MORE:
            self.parts.append(content)
        elif self.parts:
            self.parts.append(content)
            messages.append(self.parts)
            self.parts = []
        else:
            messages.append(content)

    def _fault(self, body: bytes) -> ProtocolError:
        """Say what is wrong with a body, in libzmq's order (curve_encoding_t::check_validity)."""
        if len(body) <= 1 or len(body) <= body[0]:
            return ProtocolError(FailureReason.MALFORMED_COMMAND, f"no name in {body[:16]!r}")
        if not body.startswith(_NAME):
            detail = f"{body[1 : 1 + body[0]][:32].decode('latin-1')!r} instead of 'MESSAGE'"
            return ProtocolError(FailureReason.UNEXPECTED_COMMAND, detail)
        if len(body) < _BOX + _SMALLEST_BOX:
            return ProtocolError(FailureReason.MALFORMED_MESSAGE, f"only {len(body)} bytes")
        number, last = (int.from_bytes(n, "big") for n in (body[8:16], self._got))
        detail = f"number {number} after number {last}"
        return ProtocolError(FailureReason.INVALID_SEQUENCE, detail)

    @staticmethod
    def _unopened() -> ProtocolError:
        return ProtocolError(FailureReason.CRYPTOGRAPHIC, "the box in MESSAGE")


def _common_box(messages: Sequence[Message]) -> int:
    """Return the size of the boxes if all are equal and none is large, else 0."""
    if set(map(type, messages)) != {bytes}:
        return 0
    sizes = set(map(len, messages))
    box = sizes.pop() + _SMALLEST_BOX
    return 0 if sizes or Arena.capacity(box + OVERHEAD) < FEWEST else box


def _run_length(bodies: Sequence[bytes]) -> int:
    """Return how many bodies can be opened at once if all have one size, 0 if it does not pay."""
    if len(bodies) < FEWEST or len(sizes := set(map(len, bodies))) > 1:
        return 0
    size = sizes.pop() - _BOX - MAC_SIZE
    capacity = Arena.capacity(size) if size > 0 else 0
    return capacity if capacity >= FEWEST else 0


def _plain(messages: Sequence[Message]) -> list[bytes]:
    """Return the contents of the boxes for a batch, in order."""
    try:
        # Most batches have messages of one frame only; a list cannot be added to bytes.
        return [b"\0" + message for message in messages]  # type: ignore[operator]
    except TypeError:
        return list(chain.from_iterable(map(_plain_frames, messages)))


def _plain_frames(message: Message) -> list[bytes]:
    if isinstance(message, list):
        return [*(b"\1" + body for body in message[:-1]), b"\0" + message[-1]]
    return [b"\0" + message]
