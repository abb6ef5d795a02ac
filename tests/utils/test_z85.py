"""Z85 (RFC 32), against its examples and pyzmq's codec."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zmq.utils import z85 as theirs

from core.utils import z85

words = st.integers(0, 20).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n))


def test_the_example_of_the_rfc() -> None:
    data = b"\x86\x4f\xd2\x6f\xb5\x59\xf7\x5b"
    assert z85.encode(data) == b"HelloWorld"
    assert z85.decode("HelloWorld") == data


@given(words)
def test_both_ways_as_pyzmq(data: bytes) -> None:
    text = z85.encode(memoryview(data))
    assert text == theirs.encode(data)
    assert z85.decode(bytearray(text)) == z85.decode(text.decode()) == data


@pytest.mark.parametrize("data", [b"a", b"abcde"])
def test_bytes_come_in_fours(data: bytes) -> None:
    with pytest.raises(ValueError, match="4 bytes at a time"):
        z85.encode(data)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Hello1", "groups of 5"),
        ("Hell~", "not a character"),
        ("Hell ", "not a character"),
        ("H\u00e9llo", "ASCII"),
        ("#####", "more than 4 bytes"),
    ],
)
def test_text_that_is_not_z85(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        z85.decode(text)


@given(st.binary(max_size=30) | st.text(max_size=30))
def test_whatever_it_is_it_is_decoded_or_refused(text: bytes | str) -> None:
    try:
        data = z85.decode(text)
    except ValueError:
        return
    assert z85.encode(data) == (text if isinstance(text, bytes) else text.encode())
