"""The CURVE handshake (RFC 26): the bytes of each command, and what is refused.

The boxes are opened and made here with PyNaCl's own `Box`, not with the code under test.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import Box, PrivateKey, PublicKey
from nacl.secret import SecretBox

from core.zmtp import ConnectionState, FailureReason
from core.zmtp.curve_keys import CurveKeys
from core.zmtp.zap import Credentials, ZapPolicy
from tests.zmtp import security, wire

GREETING = wire.greeting(mechanism=b"CURVE")
METADATA = wire.metadata(Socket_Type=b"DEALER", Identity=b"")
SERVER = PrivateKey(security.SERVER_SECRET)
CLIENT = PrivateKey(security.CLIENT_SECRET)
# What `security.Entropy` gives the client and the server as their short-term keys.
SHORT_CLIENT = PrivateKey(b"\x01" * 32)
SHORT_SERVER = PrivateKey(b"\x41" * 32)


@pytest.fixture(params=wire.WAYS)
def speak(request: pytest.FixtureRequest) -> wire.Speak:
    return wire.WAYS[request.param]


def counter(number: int) -> bytes:
    return number.to_bytes(8, "big")


def seal(box: Box | SecretBox, content: bytes, nonce: bytes) -> bytes:
    return bytes(box.encrypt(content, nonce).ciphertext)


def hello(
    server: PublicKey = SERVER.public_key, version: bytes = b"\x01\x00", content: bytes = bytes(64)
) -> bytes:
    signature = seal(Box(SHORT_CLIENT, server), content, b"CurveZMQHELLO---" + counter(1))
    short = bytes(SHORT_CLIENT.public_key)
    return wire.command(b"HELLO", version + bytes(72) + short + counter(1) + signature)


def cookie() -> bytes:
    content = bytes(SHORT_CLIENT.public_key) + bytes(SHORT_SERVER)
    return b"\x43" * 16 + seal(SecretBox(b"\x42" * 32), content, b"COOKIE--" + b"\x43" * 16)


def welcome() -> bytes:
    content = bytes(SHORT_SERVER.public_key) + cookie()
    box = seal(Box(SERVER, SHORT_CLIENT.public_key), content, b"WELCOME-" + b"\x44" * 16)
    return wire.command(b"WELCOME", b"\x44" * 16 + box)


def initiate(
    vouched: PublicKey = SHORT_CLIENT.public_key,
    public: PublicKey = CLIENT.public_key,
    metadata: bytes = METADATA,
) -> bytes:
    content = bytes(vouched) + bytes(SERVER.public_key)
    vouch = seal(Box(CLIENT, SHORT_SERVER.public_key), content, b"VOUCH---" + b"\x02" * 16)
    box = seal(
        Box(SHORT_CLIENT, SHORT_SERVER.public_key),
        bytes(public) + b"\x02" * 16 + vouch + metadata,
        b"CurveZMQINITIATE" + counter(2),
    )
    return wire.command(b"INITIATE", cookie() + counter(2) + box)


def ready(metadata: bytes = METADATA, number: int = 1) -> bytes:
    nonce = b"CurveZMQREADY---" + counter(number)
    box = seal(Box(SHORT_SERVER, SHORT_CLIENT.public_key), metadata, nonce)
    return wire.command(b"READY", counter(number) + box)


def message(content: bytes, number: int, *, client: bool) -> bytes:
    nonce = (b"CurveZMQMESSAGEC" if client else b"CurveZMQMESSAGES") + counter(number)
    box = seal(Box(SHORT_SERVER, SHORT_CLIENT.public_key), content, nonce)
    return wire.frame(b"\x07MESSAGE" + counter(number) + box)


def test_the_clients_bytes(speak: wire.Speak) -> None:
    client = security.open_connection(security.curve_client())
    assert client.data_to_send() == wire.SIGNATURE + GREETING[10:]
    speak(client, GREETING)
    assert client.data_to_send() == hello()
    speak(client, welcome())
    assert client.data_to_send() == initiate()
    speak(client, ready() + message(b"\0first", 2, client=False))
    assert client.state is ConnectionState.READY
    assert client.receive_messages(10) == [b"first"]
    assert client.encode([b"answer"]) == message(b"\0answer", 3, client=True)


def test_the_servers_bytes(speak: wire.Speak) -> None:
    server = security.open_connection(security.curve_server())
    assert server.data_to_send() == wire.SIGNATURE + GREETING[10:32] + b"\x01" + GREETING[33:]
    speak(server, GREETING + hello())
    assert server.data_to_send() == welcome()
    speak(server, initiate() + message(b"\0first", 3, client=True))
    assert server.data_to_send() == ready()
    assert server.state is ConnectionState.READY
    assert server.receive_messages(10) == [b"first"]
    assert server.encode([b"answer"]) == message(b"\0answer", 2, client=False)


def test_the_handler_is_asked_about_the_key() -> None:
    client = security.open_connection(security.curve_client())
    server = security.open_connection(security.curve_server(ZapPolicy(b"global")))
    (question,) = security.talk(client, server)
    assert question.credentials == Credentials("CURVE", (security.CLIENT_PUBLIC,))
    assert server.peer is not None
    assert server.peer.user_properties == {"User-Id": b"anna"}


def test_a_client_computes_its_public_key() -> None:
    keys = CurveKeys(security.CLIENT_SECRET, server=security.SERVER_PUBLIC)
    client, server = security.shake_hands(
        security.curve_client(keys), security.curve_server(), "PUSH", "PULL"
    )
    assert client.state is server.state is ConnectionState.READY


def test_keys_keep_the_secret_out_of_sight() -> None:
    assert repr(security.CLIENT_SECRET) not in repr(security.CLIENT_KEYS)


def flip(command: bytes, index: int) -> bytes:
    """One bit of the command changed."""
    return command[:index] + bytes([command[index] ^ 1]) + command[index + 1 :]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (wire.frame(b""), FailureReason.MALFORMED_COMMAND),
        (wire.frame(b"\x05HELL"), FailureReason.MALFORMED_COMMAND),
        (wire.command(b"HELLO-X", hello()[8:]), FailureReason.UNEXPECTED_COMMAND),
        (initiate(), FailureReason.UNEXPECTED_COMMAND),
        (wire.command(b"HELLO", hello()[8:-1]), FailureReason.MALFORMED_HELLO),
        (wire.command(b"HELLO", hello()[8:] + b"!"), FailureReason.MALFORMED_HELLO),
        (hello(version=b"\x02\x00"), FailureReason.MALFORMED_HELLO),
        (hello(version=b"\x01\x01"), FailureReason.MALFORMED_HELLO),
        (hello(server=CLIENT.public_key), FailureReason.CRYPTOGRAPHIC),
        (flip(hello(), -1), FailureReason.CRYPTOGRAPHIC),
        (hello()[:82] + bytes(32) + hello()[114:], FailureReason.CRYPTOGRAPHIC),
        (hello() + wire.command(b"INITIATE-X"), FailureReason.UNEXPECTED_COMMAND),
        (hello() + hello(), FailureReason.UNEXPECTED_COMMAND),
        (hello() + wire.command(b"INITIATE", bytes(247)), FailureReason.MALFORMED_INITIATE),
        (hello() + wire.command(b"INITIATE", bytes(248)), FailureReason.CRYPTOGRAPHIC),
        (hello() + flip(initiate(), 18 + 20), FailureReason.CRYPTOGRAPHIC),  # the cookie
        (hello() + flip(initiate(), -1), FailureReason.CRYPTOGRAPHIC),  # the box
        (hello() + initiate(public=SERVER.public_key), FailureReason.CRYPTOGRAPHIC),
        (hello() + initiate(vouched=SERVER.public_key), FailureReason.KEY_EXCHANGE),
        (hello() + initiate(metadata=b"\x05Hel"), FailureReason.MALFORMED_METADATA),
        (
            hello() + initiate(metadata=wire.metadata(Socket_Type=b"PUSH")),
            FailureReason.INCOMPATIBLE_SOCKET_TYPE,
        ),
    ],
)
def test_what_a_server_does_not_take(speak: wire.Speak, said: bytes, reason: FailureReason) -> None:
    server = security.open_connection(security.curve_server())
    speak(server, GREETING + said)
    assert security.refusal(server) is reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (wire.frame(b"\x07WELC"), FailureReason.MALFORMED_COMMAND),
        (hello(), FailureReason.UNEXPECTED_COMMAND),
        (ready(), FailureReason.UNEXPECTED_COMMAND),
        (wire.command(b"WELCOME", bytes(159)), FailureReason.MALFORMED_WELCOME),
        (wire.command(b"WELCOME", bytes(161)), FailureReason.MALFORMED_WELCOME),
        (flip(welcome(), -1), FailureReason.CRYPTOGRAPHIC),
        (welcome() + welcome(), FailureReason.UNEXPECTED_COMMAND),
        (welcome() + wire.command(b"READY", bytes(23)), FailureReason.MALFORMED_READY),
        (welcome() + flip(ready(), -1), FailureReason.CRYPTOGRAPHIC),
        (welcome() + ready(b"\x05Hel"), FailureReason.MALFORMED_METADATA),
        (wire.command(b"ERROR", b"\x03400"), FailureReason.AUTHENTICATION_FAILED),
        (welcome() + wire.command(b"ERROR", b"\x03500"), FailureReason.AUTHENTICATION_ERROR),
        (welcome() + wire.command(b"ERROR", b"\x02no"), FailureReason.REFUSED_BY_PEER),
        (wire.command(b"ERROR", b"\x05no"), FailureReason.MALFORMED_ERROR),
    ],
)
def test_what_a_client_does_not_take(speak: wire.Speak, said: bytes, reason: FailureReason) -> None:
    client = security.open_connection(security.curve_client())
    speak(client, GREETING + said)
    assert security.refusal(client) is reason


def test_a_server_key_that_is_no_key_ends_the_connection() -> None:
    # Zeros are no point of the curve that could be used.
    keys = CurveKeys(security.CLIENT_SECRET, server=bytes(32))
    client = security.open_connection(security.curve_client(keys))
    client.receive_data(GREETING)
    assert security.refusal(client) is FailureReason.CRYPTOGRAPHIC


def test_a_short_term_key_of_zeros_ends_the_connection() -> None:
    client = security.open_connection(security.curve_client())
    box = seal(Box(SERVER, SHORT_CLIENT.public_key), bytes(128), b"WELCOME-" + b"\x44" * 16)
    client.receive_data(GREETING + wire.command(b"WELCOME", b"\x44" * 16 + box))
    assert security.refusal(client) is FailureReason.CRYPTOGRAPHIC


@pytest.mark.parametrize(
    ("said", "hint"), [(b"", "CURVE_SERVERKEY"), (welcome(), "CURVE_PUBLICKEY")]
)
def test_a_server_that_just_closes_leaves_a_hint(said: bytes, hint: str) -> None:
    client = security.open_connection(security.curve_client())
    client.receive_data(GREETING + said)
    client.receive_eof()
    assert security.refusal(client) is FailureReason.PEER_CLOSED
    assert hint in str(client.failure)


@given(
    st.integers(0, 2),
    st.lists(st.binary(max_size=300), max_size=4),
    st.booleans(),
    st.sampled_from([b"HELLO", b"WELCOME", b"INITIATE", b"READY", b"MESSAGE", b"ERROR", b""]),
)
def test_garbage_in_every_state(
    steps: int, garbage: list[bytes], server_side: bool, name: bytes
) -> None:
    """Whatever comes, a connection stays or fails; it never raises."""
    mechanism = security.curve_server() if server_side else security.curve_client()
    connection = security.open_connection(mechanism)
    script = [hello(), initiate()] if server_side else [welcome(), ready()]
    connection.receive_data(GREETING + b"".join(script[:steps]))
    for body in garbage:
        connection.receive_data(wire.command(name, body))
    connection.receive_messages(100)
