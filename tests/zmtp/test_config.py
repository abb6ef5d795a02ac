"""Settings that cannot be put on the wire are refused where they are made."""

from __future__ import annotations

import pytest

from core.zmtp import ConnectionConfig


def test_defaults() -> None:
    config = ConnectionConfig("PAIR")
    assert config.identity == b""
    assert config.max_message_size == -1
    assert config.heartbeat_interval == 0
    assert config.handshake_timeout == 30
    assert config.mechanism is None
    assert config.metadata == {}


def test_unknown_socket_type() -> None:
    with pytest.raises(ValueError, match="unknown socket type 'BUS'"):
        ConnectionConfig("BUS")


def test_identity_of_256_bytes() -> None:
    assert ConnectionConfig("DEALER", identity=b"x" * 255).identity == b"x" * 255
    with pytest.raises(ValueError, match="identity has 256 bytes"):
        ConnectionConfig("DEALER", identity=b"x" * 256)


@pytest.mark.parametrize("ttl", [-0.1, 6553.6])
def test_a_ttl_that_does_not_fit_a_ping(ttl: float) -> None:
    with pytest.raises(ValueError, match="heartbeat_ttl"):
        ConnectionConfig("DEALER", heartbeat_ttl=ttl)
