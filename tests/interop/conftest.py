"""Both libraries in one process: `zmq` is ours, `libzmq` the judge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import zmq as pyzmq

from tests.support import sockets


@pytest.fixture
def libzmq() -> Any:
    return pyzmq


@pytest.fixture
def new_peer() -> Iterator[sockets.SocketFactory]:
    """Opens sockets of libzmq."""
    factory = sockets.SocketFactory(pyzmq, pyzmq.Context())
    yield factory
    factory.close()
    sockets.terminate(factory.context, factory.still_open)
