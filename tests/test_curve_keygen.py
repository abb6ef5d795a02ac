"""``python -m core.curve_keygen``."""

from __future__ import annotations

import json

import pytest

import core as zmq
from core.curve_keygen import main
from tests.support.security import CLIENT_PUBLIC, CLIENT_SECRET


def test_a_pair_of_keys(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    lines = capsys.readouterr().out.splitlines()
    public = lines[lines.index("== CURVE PUBLIC KEY ==") + 1]
    secret = lines[lines.index("== CURVE SECRET KEY ==") + 1]
    assert zmq.curve_public(secret).decode() == public


def test_json_and_a_known_secret_key(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--json", "--secret", CLIENT_SECRET.decode()])
    keys = json.loads(capsys.readouterr().out)
    assert keys == {"public": CLIENT_PUBLIC.decode(), "secret": CLIENT_SECRET.decode()}


def test_a_secret_key_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--secret", "short"])
    assert "40 characters" in capsys.readouterr().err
