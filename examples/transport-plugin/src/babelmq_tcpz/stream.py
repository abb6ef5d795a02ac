"""A byte stream that is compressed on its way through another stream (RFC 1950, zlib)."""

from __future__ import annotations

import zlib
from errno import EBADMSG
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.transport import Buffer, Stream

# What one write takes at most. The peer decompresses whole reads, so this also limits how much a
# friendly peer makes it hold; a hostile one is limited by LARGEST_READ.
LARGEST_WRITE = 1 << 16
# zlib packs at most 1,032 bytes into one: no read can become more than 16 MiB.
LARGEST_READ = 1 << 14
# Fastest: on the networks that are slow enough for compression, more effort gains little.
LEVEL = 1


class CompressedStream:
    """The `core.transport.Stream` over an inner one."""

    def __init__(self, inner: Stream, local: str, remote: str) -> None:
        self._inner = inner
        self._packer = zlib.compressobj(LEVEL)
        self._unpacker = zlib.decompressobj()
        self._packed = b""  # compressed, not yet taken by the inner stream
        self._promised = 0  # how many plain bytes `_packed` stands for
        self.local = local
        self.remote = remote
        self.fileno = inner.fileno
        self.finish_connect = inner.finish_connect
        self.close = inner.close

    def read(self, size: int) -> bytes:
        """Read and decompress.

        All that was decompressed is returned, even if it is more than `size`: the descriptor knows
        nothing of bytes that we would keep, and nobody would be told to come and get them.
        """
        while True:
            packed = self._inner.read(min(size, LARGEST_READ))
            if not packed:
                return b""
            try:
                data = self._unpacker.decompress(packed)
            except zlib.error as error:
                raise OSError(EBADMSG, f"the peer does not speak tcpz: {error}") from error
            if data:
                return data

    def write(self, data: Buffer) -> int:
        """Compress and write.

        A compressed block cannot be taken back, and half of one is worth nothing to the peer. So
        when the inner stream is full we remember the block and say "not now" (BlockingIOError
        passes through). The next write begins with the same bytes: it only finishes the block.
        """
        if not self._packed:
            part = memoryview(data)[:LARGEST_WRITE]
            if not part:
                return 0
            self._promised = len(part)
            self._packed = self._packer.compress(part) + self._packer.flush(zlib.Z_SYNC_FLUSH)
        while self._packed:
            self._packed = self._packed[self._inner.write(self._packed) :]
        return self._promised

    def writev(self, buffers: Sequence[Buffer]) -> int:
        """Write the first buffers joined, as many as one write takes."""
        joined = bytearray()
        for buffer in buffers:
            joined += buffer
            if len(joined) >= LARGEST_WRITE:
                break
        return self.write(bytes(joined))
