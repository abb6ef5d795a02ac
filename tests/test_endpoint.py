from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.endpoint import EndpointError, split_endpoint
from core.errors import ZMQError


@pytest.mark.parametrize(
    ("endpoint", "parts"),
    [
        ("tcp://127.0.0.1:5555", ("tcp", "127.0.0.1:5555")),
        ("ipc:///tmp/a://b", ("ipc", "/tmp/a://b")),
        ("my+scheme-1.0://x", ("my+scheme-1.0", "x")),
        ("inproc://", ("inproc", "")),
    ],
)
def test_the_first_mark_separates(endpoint: str, parts: tuple[str, str]) -> None:
    assert split_endpoint(endpoint) == parts


@pytest.mark.parametrize(
    ("endpoint", "problem"),
    [
        ("", "the scheme with '://'"),
        ("localhost:5555", "the scheme with '://'"),
        ("tcp:/localhost:5555", "the scheme with '://'"),
        ("://localhost:5555", "the scheme ''"),
        ("1tcp://localhost:5555", "the scheme '1tcp'"),
        ("t cp://localhost:5555", "the scheme 't cp'"),
    ],
)
def test_what_is_wrong_with_the_scheme(endpoint: str, problem: str) -> None:
    with pytest.raises(EndpointError) as caught:
        split_endpoint(endpoint)
    assert caught.value.errno == errno.EINVAL
    assert problem in caught.value.problem
    assert repr(endpoint) in str(caught.value)
    assert "example: tcp://" in str(caught.value)


@given(st.text())
def test_any_text_splits_or_is_refused(text: str) -> None:
    try:
        scheme, address = split_endpoint(text)
    except EndpointError:
        return
    assert f"{scheme}://{address}" == text


def test_the_error_is_one_that_pyzmq_users_catch() -> None:
    error = EndpointError("x://y", "the y is wrong", "x://z", errno.ENAMETOOLONG)
    assert isinstance(error, ZMQError)
    assert error.errno == errno.ENAMETOOLONG
