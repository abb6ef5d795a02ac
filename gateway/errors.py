"""How errors travel: by name, with one sentence, and which gRPC status goes with them."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

import core as zmq
from gateway.v1 import gateway_pb2 as pb

# Trailers have a soft limit of 8 KiB that they share with the percent-encoded copy.
_MAX_MESSAGE = 1024
ERROR_NAME_METADATA = "babelmq-error"

_INVALID = grpc.StatusCode.INVALID_ARGUMENT
_STATUS: Mapping[str, grpc.StatusCode] = {
    "EACCES": grpc.StatusCode.PERMISSION_DENIED,
    "EADDRINUSE": grpc.StatusCode.ALREADY_EXISTS,
    "EADDRNOTAVAIL": grpc.StatusCode.FAILED_PRECONDITION,
    "EAGAIN": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "EBUSY": grpc.StatusCode.FAILED_PRECONDITION,
    "EEXIST": grpc.StatusCode.ALREADY_EXISTS,
    "EFSM": grpc.StatusCode.FAILED_PRECONDITION,
    "EHOSTUNREACH": grpc.StatusCode.UNAVAILABLE,
    "EINVAL": _INVALID,
    "EMFILE": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "EMSGSIZE": _INVALID,
    "ENOBUFS": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "ENOCOMPATPROTO": _INVALID,
    "ENODEV": grpc.StatusCode.FAILED_PRECONDITION,
    "ENOENT": grpc.StatusCode.NOT_FOUND,
    "ENOTSOCK": grpc.StatusCode.FAILED_PRECONDITION,
    "ENOTSUP": grpc.StatusCode.UNIMPLEMENTED,
    "EPROTO": _INVALID,
    "EPROTONOSUPPORT": _INVALID,
    "ETERM": grpc.StatusCode.UNAVAILABLE,
    "ETIMEDOUT": grpc.StatusCode.DEADLINE_EXCEEDED,
}


class GatewayError(Exception):
    """Something a client must be told.

    :param name: errno name such as ``"EINVAL"``; ``"EPROTO"`` for a broken rule of the protocol
    :param message: one sentence for people
    :param metadata: the values that the sentence speaks of
    """

    def __init__(self, name: str, message: str, **metadata: str) -> None:
        super().__init__(name, message)
        self.name = name
        self.message = message[:_MAX_MESSAGE]
        self.metadata = metadata

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"

    @property
    def status(self) -> grpc.StatusCode:
        """The gRPC status that goes with the name; INTERNAL for one that nobody expected."""
        return _STATUS.get(self.name, grpc.StatusCode.INTERNAL)

    @property
    def trailers(self) -> tuple[tuple[str, str], ...]:
        """The metadata that tells a client the name without reading the sentence."""
        return ((ERROR_NAME_METADATA, self.name),)

    def to_proto(self) -> pb.Error:
        """The same as a protocol message."""
        return pb.Error(name=self.name, message=self.message, metadata=self.metadata)


def from_engine(error: zmq.ZMQError, **metadata: str) -> GatewayError:
    """Translate an error of the engine; the number becomes a name."""
    return GatewayError(error_name(error.errno), str(error), **metadata)


@contextmanager
def engine_errors(**metadata: str) -> Iterator[None]:
    """What the engine raises inside, leaves as a GatewayError."""
    try:
        yield
    except zmq.ZMQError as error:
        raise from_engine(error, **metadata) from error


def error_name(number: int | None) -> str:
    """The name of an error number: libzmq's own numbers and the system's alike."""
    if number is None:
        return "EINVAL"
    try:
        return zmq.Errno(number).name
    except ValueError:
        return errno.errorcode.get(number, f"E{number}")


M = TypeVar("M", bound=Message)


def parse(kind: type[M], data: bytes) -> M:
    """What a client sent; GatewayError (EPROTO) when it is no message of this kind.

    gRPC could do it, but would call it an internal failure and write a traceback to the log.
    """
    try:
        return kind.FromString(data)
    except DecodeError:
        raise out_of_protocol(f"{len(data)} bytes that are no {kind.__name__}") from None


def out_of_protocol(message: str, **metadata: str) -> GatewayError:
    """The client broke a rule of the protocol; its stream ends."""
    return GatewayError("EPROTO", message, **metadata)
