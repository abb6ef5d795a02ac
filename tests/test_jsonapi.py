"""JSON as sockets write it: core.utils.jsonapi."""

from __future__ import annotations

import pytest

from core.utils import jsonapi


def test_there_and_back() -> None:
    assert jsonapi.dumps({"ä": [1, None]}, ensure_ascii=False) == '{"ä": [1, null]}'.encode()
    for text in ('{"a": 1.5}', b'{"a": 1.5}', bytearray(b'{"a": 1.5}')):
        assert jsonapi.loads(text, parse_float=str) == {"a": "1.5"}


def test_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        jsonapi.loads(b"nothing")
    with pytest.raises(TypeError):
        jsonapi.dumps(object())
