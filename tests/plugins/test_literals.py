"""Which hosts are numbers: judged by the standard library's `ipaddress`."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plugins.literals import packed


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", b"\x7f\0\0\1"),
        ("::1", bytes(15) + b"\1"),
        ("fe80::1%eth0", b"\xfe\x80" + bytes(13) + b"\1"),
        ("::ffff:192.0.2.1", bytes(10) + b"\xff\xff\xc0\0\2\1"),
    ],
)
def test_the_bytes_of_an_address(host: str, expected: bytes) -> None:
    assert packed(host) == expected


@given(st.text(alphabet="0123456789abcdef.:%x *\0é", max_size=24))
@example("localhost")
@example("1.2.3")
@example("01.2.3.4")
@example("127.0.0.1%eth0")
@example("::1%")
@example("::1%a%b")
@example("")
def test_what_is_a_literal(host: str) -> None:
    try:
        expected = ipaddress.ip_address(host).packed
    except ValueError:
        assert packed(host) is None
    else:
        assert packed(host) == expected
