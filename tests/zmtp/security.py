"""Both sides of PLAIN and CURVE with fixed keys and a countable source of random bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from core.zmtp import (
    AuthenticationNeeded,
    Connection,
    ConnectionConfig,
    ConnectionState,
    HandshakeFailed,
)
from core.zmtp.curve_client import CurveClient
from core.zmtp.curve_keys import CurveKeys
from core.zmtp.curve_server import CurveServer
from core.zmtp.encrypted import EncryptedConnection
from core.zmtp.errors import FailureReason
from core.zmtp.mechanism import Mechanism
from core.zmtp.plain import PlainClient, PlainServer
from core.zmtp.sodium import public_key
from core.zmtp.zap import ZapPolicy
from tests.zmtp import wire

SERVER_SECRET = bytes(range(32))
CLIENT_SECRET = bytes(range(100, 132))
SERVER_PUBLIC = public_key(SERVER_SECRET)
CLIENT_PUBLIC = public_key(CLIENT_SECRET)
SERVER_KEYS = CurveKeys(SERVER_SECRET, SERVER_PUBLIC)
CLIENT_KEYS = CurveKeys(CLIENT_SECRET, CLIENT_PUBLIC, SERVER_PUBLIC)

MechanismFactory = Callable[[ConnectionConfig], Mechanism]

#: A handler that lets everybody in, one that lets nobody in, and what they say.
WELCOME: list[bytes] = [b"", b"1.0", b"1", b"200", b"OK", b"anna", b""]
NO_HANDLER = None


def reply(status: bytes = b"200", user: bytes = b"anna", metadata: bytes = b"") -> list[bytes]:
    return [b"", b"1.0", b"1", status, b"text", user, metadata]


class Entropy:
    """Random bytes that come out the same each time: 1, 1, 1, ..., then 2, 2, 2, ..."""

    def __init__(self, first: int) -> None:
        self._next = first

    def __call__(self, size: int) -> bytes:
        self._next += 1
        return bytes([self._next - 1]) * size


def plain_client(username: bytes = b"anna", password: bytes = b"secret") -> MechanismFactory:
    return partial(PlainClient, username=username, password=password)


def plain_server(policy: ZapPolicy | None = None) -> MechanismFactory:
    return partial(PlainServer, policy=policy or ZapPolicy())


def curve_client(keys: CurveKeys = CLIENT_KEYS) -> MechanismFactory:
    return partial(CurveClient, keys=keys, entropy=Entropy(1))


def curve_server(policy: ZapPolicy | None = None) -> MechanismFactory:
    # Without a domain, enforcing it lets everybody in unasked.
    policy = policy or ZapPolicy(enforce=True)
    return partial(CurveServer, policy=policy, keys=SERVER_KEYS, entropy=Entropy(65))


def open_connection(
    mechanism: MechanismFactory, socket_type: str = "DEALER", max_message_size: int = -1
) -> Connection:
    config = ConnectionConfig(socket_type, mechanism=mechanism, max_message_size=max_message_size)
    curve = mechanism.func in (CurveClient, CurveServer)  # type: ignore[attr-defined]
    return (EncryptedConnection if curve else Connection)(config, now=0.0)


def talk(
    client: Connection,
    server: Connection,
    answer: Sequence[bytes] | None = WELCOME,
    speak: wire.Speak = wire.whole,
) -> list[AuthenticationNeeded]:
    """Carry bytes between the two until there are none; return what the server asked."""
    asked = []
    for _ in range(20):
        to_server, to_client = client.data_to_send(), server.data_to_send()
        speak(server, to_server)
        speak(client, to_client)
        question = next((e for e in peek(server) if isinstance(e, AuthenticationNeeded)), None)
        if question is not None:
            asked.append(question)
            server.authenticate(None if answer is None else list(answer))
        elif not to_server and not to_client:
            break
    return asked


def peek(connection: Connection) -> list[object]:
    """Take questions to the handler out of the events, and leave the others."""
    events = list(wire.events(connection))
    connection._events[:] = [e for e in events if not isinstance(e, AuthenticationNeeded)]
    return list(events)


def shake_hands(
    client: MechanismFactory, server: MechanismFactory, client_type: str, server_type: str
) -> tuple[Connection, Connection]:
    """Return both sides, ready, their events taken."""
    near, far = open_connection(client, client_type), open_connection(server, server_type)
    talk(near, far)
    assert near.state is far.state is ConnectionState.READY, (near.failure, far.failure)
    list(wire.events(near)), list(wire.events(far))
    return near, far


def curve_pair(client: str = "DEALER", server: str = "DEALER") -> tuple[Connection, Connection]:
    return shake_hands(curve_client(), curve_server(), client, server)


def refusal(connection: Connection) -> FailureReason:
    """Why the handshake failed, told once."""
    assert connection.state is ConnectionState.CLOSED
    failed = [event for event in wire.events(connection) if isinstance(event, HandshakeFailed)]
    assert len(failed) == 1
    assert connection.failure is not None
    assert connection.failure.reason is failed[0].reason
    return failed[0].reason
