"""Commands and metadata as bytes and back."""

from __future__ import annotations

import pytest

from core.zmtp import FailureReason, ProtocolError
from core.zmtp.commands import (
    build_command,
    build_error,
    build_ping,
    build_pong,
    build_properties,
    parse_error,
    parse_ping,
    parse_properties,
    split_command,
)
from tests.zmtp import wire


@pytest.mark.parametrize("size", [0, 1, 249, 250, 251, 65536])
def test_commands_are_short_frames_up_to_255_bytes(size: int) -> None:
    data = b"x" * size
    assert build_command(b"HELLO", data) == wire.command(b"HELLO", data)


@pytest.mark.parametrize("data", [b"", b"\0", b"data"])
def test_split_is_the_reverse(data: bytes) -> None:
    assert split_command(build_command(b"HELLO", data)[2:]) == (b"HELLO", data)


@pytest.mark.parametrize("body", [b"", b"\1", b"\6HELLO", b"\xff" * 255])
def test_a_name_that_is_cut_short(body: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        split_command(body)
    assert caught.value.reason is FailureReason.MALFORMED_COMMAND


def test_properties() -> None:
    properties = {"Socket-Type": b"PUB", "X-Empty": b"", "X": bytes(range(256))}
    assert build_properties(properties) == wire.metadata(
        Socket_Type=b"PUB", X_Empty=b"", X=bytes(range(256))
    )
    assert parse_properties(build_properties(properties)) == properties
    assert parse_properties(b"") == {}


def test_an_error_is_cut_to_what_fits() -> None:
    command = build_error("x" * 300)
    assert command == wire.command(b"ERROR", b"\xff" + b"x" * 255)
    assert build_error("naïve") == wire.command(b"ERROR", b"\x05na?ve")


def test_an_error_comes_back_as_it_was_sent() -> None:
    name, data = split_command(build_error("too loud")[2:])
    assert name == b"ERROR"
    assert parse_error(data).detail == "too loud"


@pytest.mark.parametrize(
    ("ttl", "wire_ttl"), [(0.0, 0), (0.1, 1), (0.25, 2), (1.0, 10), (6553.5, 65535)]
)
def test_ping_counts_tenths_of_a_second(ttl: float, wire_ttl: int) -> None:
    command = build_ping(ttl)
    assert command == wire.command(b"PING", wire_ttl.to_bytes(2, "big"))
    assert parse_ping(split_command(command[2:])[1]) == (wire_ttl / 10, b"")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\0\0", (0.0, b"")),
        (b"\0\x0aabc", (1.0, b"abc")),
        (b"\xff\xff" + b"x" * 16, (6553.5, b"x" * 16)),
        (b"\0\0" + b"x" * 17, (0.0, b"x" * 16)),
    ],
)
def test_ping_is_parsed(data: bytes, expected: tuple[float, bytes]) -> None:
    assert parse_ping(data) == expected


@pytest.mark.parametrize("data", [b"", b"\0"])
def test_a_ping_without_a_ttl(data: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_ping(data)
    assert caught.value.reason is FailureReason.MALFORMED_COMMAND


def test_pong_repeats_the_context() -> None:
    assert build_pong(b"abc") == wire.command(b"PONG", b"abc")
