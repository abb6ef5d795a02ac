"""Both libraries in one process, `zmq` ours and `libzmq` the judge; peers in other languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import zmq as pyzmq

from tests.support import sockets
from tests.support.cast import Cast, Peer


@pytest.fixture(scope="package")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """The gateway and a peer for every language there is on this machine."""
    made = Cast()
    try:
        made.start_everybody(tmp_path_factory.mktemp("go"))
        yield made
    finally:
        made.end()


@pytest.fixture
def peers(cast: Cast) -> Iterator[dict[str, Peer]]:
    """The peers by the name of their language; what a test opens in them is closed after it."""
    yield cast.peers
    for peer in cast.peers.values():
        peer.close_sockets()


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
