"""Errors by name: every number has one, and every name has a status."""

from __future__ import annotations

import errno

import grpc
import pytest

import core as zmq
from gateway.errors import GatewayError, engine_errors, error_name


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (zmq.EAGAIN, "EAGAIN"),
        (zmq.EFSM, "EFSM"),
        (zmq.ETERM, "ETERM"),
        (errno.EADDRINUSE, "EADDRINUSE"),
        (errno.EHOSTUNREACH, "EHOSTUNREACH"),
        (errno.ENOENT, "ENOENT"),
        (987654, "E987654"),
        (None, "EINVAL"),
    ],
)
def test_names(number: int | None, name: str) -> None:
    assert error_name(number) == name


def test_what_the_engine_raises_is_translated_with_its_sentence() -> None:
    with pytest.raises(GatewayError) as caught, engine_errors(endpoint="tcp://x"):
        raise zmq.ZMQError(int(zmq.EFSM))
    assert caught.value.name == "EFSM"
    assert caught.value.message == str(zmq.ZMQError(int(zmq.EFSM)))
    assert caught.value.metadata == {"endpoint": "tcp://x"}
    assert caught.value.status is grpc.StatusCode.FAILED_PRECONDITION


def test_long_sentences_are_cut() -> None:
    assert len(GatewayError("EINVAL", "x" * 5000).message) == 1024


def test_an_unexpected_name_is_internal() -> None:
    assert GatewayError("EWHAT", "?").status is grpc.StatusCode.INTERNAL
