"""A context's own options as attributes."""

from __future__ import annotations

import errno
from typing import Any

import pytest


def test_options_of_the_context_are_attributes(zmq: Any) -> None:
    with zmq.Context(io_threads=2) as context:
        assert context.IO_THREADS == context.io_threads == context.get(zmq.IO_THREADS) == 2
        context.max_sockets = 2
        assert context.get(zmq.MAX_SOCKETS) == context.MAX_SOCKETS == 2
        context.IO_THREADS = 3
        assert context.get(zmq.IO_THREADS) == 3


def test_a_refused_value_changes_nothing(zmq: Any) -> None:
    with zmq.Context() as context:
        with pytest.raises(zmq.ZMQError) as caught:
            context.max_sockets = -1
        assert caught.value.errno == errno.EINVAL
        assert context.max_sockets == 1023


def test_an_option_that_is_none_is_an_attribute_error(zmq: Any) -> None:
    with zmq.Context() as context, pytest.raises(AttributeError):
        _ = context.no_such_option
