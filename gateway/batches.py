"""Flat batches on the wire, messages in the engine: `bytes` for one frame, a list for several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from gateway.errors import out_of_protocol
from gateway.v1 import gateway_pb2 as pb

Message = bytes | list[bytes]


def split(batch: pb.Batch) -> list[Message]:
    """The messages of a batch; GatewayError (EPROTO) when its frame counts do not add up."""
    frames = batch.frames[:]
    if not batch.frame_counts:
        # mypy: a list of bytes is not a list of bytes-or-lists, although nobody will append.
        return [*frames]
    return _grouped(frames, batch.frame_counts[:])


def _grouped(frames: list[bytes], counts: list[int]) -> list[Message]:
    if sum(counts) != len(frames) or not all(counts):
        said = f"frame_counts adds up to {sum(counts)}, each at least 1"
        raise out_of_protocol(f"a batch has {len(frames)} frames but {said}")
    source = iter(frames)
    return [next(source) if count == 1 else list(islice(source, count)) for count in counts]


def fill(batch: pb.Batch, messages: Sequence[Message], first_seq: int) -> None:
    """Put messages into an empty batch."""
    batch.first_seq = first_seq
    if all(type(message) is bytes for message in messages):
        batch.frames.extend(messages)  # type: ignore[arg-type]
        return
    for message in messages:
        parts = [message] if isinstance(message, bytes) else message
        batch.frames.extend(parts)
        batch.frame_counts.append(len(parts))


def sizes(messages: Iterable[Message]) -> list[int]:
    """The payload bytes of each message."""
    return [
        len(message) if isinstance(message, bytes) else sum(map(len, message))
        for message in messages
    ]
