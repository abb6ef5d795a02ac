"""The options of PLAIN, CURVE and ZAP: what they take and read as, and what follows from them."""

from __future__ import annotations

import errno
from typing import Any

import pytest
import zmq as pyzmq

import core as zmq
from core.options import OptionValues
from core.utils import z85
from tests.support.security import CLIENT_PUBLIC, CLIENT_SECRET, SERVER_PUBLIC, SERVER_SECRET

KEY_OPTIONS = [zmq.CURVE_PUBLICKEY, zmq.CURVE_SECRETKEY, zmq.CURVE_SERVERKEY]


@pytest.mark.parametrize("number", KEY_OPTIONS)
@pytest.mark.parametrize(
    "value",
    [SERVER_PUBLIC, SERVER_PUBLIC.decode(), SERVER_PUBLIC + b"\0", z85.decode(SERVER_PUBLIC)],
)
def test_keys_come_in_four_forms(number: int, value: Any) -> None:
    options = OptionValues(zmq.PUSH)
    options.set(number, value)
    assert options.get(number) == SERVER_PUBLIC
    assert options.get(zmq.MECHANISM) == zmq.CURVE


@pytest.mark.parametrize("number", KEY_OPTIONS)
@pytest.mark.parametrize("value", [b"", b"x" * 31, b"x" * 39, SERVER_PUBLIC + b"x", b"\xff" * 40])
def test_what_is_no_key(number: int, value: bytes) -> None:
    options = OptionValues(zmq.PUSH)
    with pytest.raises(zmq.ZMQError, match=r"CURVE_\w+KEY") as caught:
        options.set(number, value)
    assert caught.value.errno == errno.EINVAL
    assert options.get(zmq.MECHANISM) == zmq.NULL
    assert options.get(number) == b""


# Each line is a program of its own; after each step, what the four options below read as.
STEPS: list[list[tuple[int, int | bytes]]] = [
    [(zmq.PLAIN_SERVER, 1), (zmq.PLAIN_SERVER, 0)],
    [(zmq.CURVE_SERVER, 1), (zmq.CURVE_SERVER, 0)],
    [(zmq.PLAIN_USERNAME, b"u"), (zmq.PLAIN_PASSWORD, b"p"), (zmq.CURVE_SERVER, 1)],
    [(zmq.PLAIN_SERVER, 1), (zmq.PLAIN_USERNAME, b"u")],
    [(zmq.CURVE_SERVER, 1), (zmq.CURVE_SECRETKEY, SERVER_SECRET), (zmq.PLAIN_SERVER, 1)],
    [(zmq.CURVE_SERVER, 1), (zmq.CURVE_SERVERKEY, SERVER_PUBLIC)],
    [(zmq.PLAIN_SERVER, 1), (zmq.CURVE_PUBLICKEY, CLIENT_PUBLIC)],
    [(zmq.CURVE_SECRETKEY, CLIENT_SECRET), (zmq.PLAIN_SERVER, 0)],
    [(zmq.ZAP_DOMAIN, b"d"), (zmq.ZAP_ENFORCE_DOMAIN, 2)],
]


@pytest.mark.parametrize("steps", STEPS)
def test_mechanism_and_role_follow_as_in_libzmq(steps: list[tuple[int, int | bytes]]) -> None:
    reads = (zmq.MECHANISM, zmq.PLAIN_SERVER, zmq.CURVE_SERVER, zmq.ZAP_ENFORCE_DOMAIN)
    ours = OptionValues(zmq.PUSH)
    with pyzmq.Context() as context, context.socket(pyzmq.PUSH) as theirs:
        for number, value in steps:
            ours.set(number, value)
            theirs.set(number, value)
            assert [ours.get(n) for n in reads] == [theirs.get(n) for n in reads]


@pytest.mark.parametrize("number", [zmq.PLAIN_USERNAME, zmq.PLAIN_PASSWORD, zmq.ZAP_DOMAIN])
def test_texts_have_at_most_255_bytes(number: int) -> None:
    options = OptionValues(zmq.PUSH)
    assert options.get(number) == b""
    options.set(number, b"x" * 255)
    assert options.get(number) == b"x" * 255
    with pytest.raises(zmq.ZMQError, match="255 bytes"):
        options.set(number, b"x" * 256)
    with pytest.raises(TypeError, match="unicode not allowed"):
        options.set(number, "text")


def test_gssapi_is_refused_with_the_reason() -> None:
    with pytest.raises(zmq.ZMQError, match="GSSAPI mechanism") as caught:
        OptionValues(zmq.PUSH).set(zmq.GSSAPI_SERVER, 1)
    assert caught.value.errno == errno.ENOTSUP


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"curve_server": 1}, "server needs the option CURVE_SECRETKEY"),
        ({"curve_serverkey": SERVER_PUBLIC}, "client needs the option CURVE_SECRETKEY"),
        ({"curve_secretkey": CLIENT_SECRET}, "client needs the option CURVE_SERVERKEY"),
    ],
)
def test_a_handshake_that_can_only_fail_is_refused(options: dict[str, Any], missing: str) -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        for name, value in options.items():
            setattr(socket, name, value)
        for meet in (socket.bind, socket.connect):
            with pytest.raises(zmq.ZMQError, match=missing) as caught:
                meet("tcp://127.0.0.1:1")
            assert caught.value.errno == errno.EINVAL
        socket.bind("inproc://needs-no-keys")


def test_without_pynacl_curve_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.zmtp import sodium

    assert zmq.has("curve")

    def missing() -> None:
        raise sodium.SodiumMissing

    monkeypatch.setattr(sodium, "_bindings", missing)
    assert not zmq.has("curve")
    with pytest.raises(zmq.ZMQError, match=r"pip install 'babelmq\[curve\]'") as caught:
        zmq.curve_keypair()
    assert caught.value.errno == errno.ENOTSUP
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        socket.curve_serverkey, socket.curve_secretkey = SERVER_PUBLIC, CLIENT_SECRET
        with pytest.raises(zmq.ZMQError, match="pip install"):
            socket.connect("tcp://127.0.0.1:1")


# Keys


def test_a_new_pair_of_keys() -> None:
    public, secret = zmq.curve_keypair()
    assert len(public) == len(secret) == 40
    assert zmq.curve_public(secret) == public == pyzmq.curve_public(secret)
    assert zmq.curve_keypair() != (public, secret)


def test_the_public_key_of_the_man_page() -> None:
    assert zmq.curve_public(CLIENT_SECRET) == CLIENT_PUBLIC
    assert zmq.curve_public(SERVER_SECRET.decode()) == SERVER_PUBLIC


def test_no_public_key_of_what_is_no_secret_key() -> None:
    with pytest.raises(ValueError, match="40 characters"):
        zmq.curve_public(b"short")
    with pytest.raises(zmq.ZMQError, match="no secret key") as caught:
        zmq.curve_public(b"\xff" * 40)
    assert caught.value.errno == errno.EINVAL
