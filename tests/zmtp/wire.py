"""What a peer says, built the slow and obvious way, and ways of saying it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from core.zmtp import Connection, ConnectionConfig, ConnectionState, Event, Message

#: Feeds a connection with a peer's bytes.
Speak = Callable[[Connection, bytes], None]


#: What opens our side of every connection without an identity.
SIGNATURE = b"\xff" + bytes(7) + b"\x01\x7f"


def greeting(version: tuple[int, int] = (3, 1), mechanism: bytes = b"NULL") -> bytes:
    return b"\xff" + bytes(8) + b"\x7f" + bytes(version) + mechanism.ljust(20, b"\0") + bytes(32)


def frame(body: bytes, flags: int = 0) -> bytes:
    if len(body) > 255:
        return bytes([flags | 2]) + len(body).to_bytes(8, "big") + body
    return bytes([flags, len(body)]) + body


def command(name: bytes, data: bytes = b"") -> bytes:
    return frame(bytes([len(name)]) + name + data, flags=4)


def metadata(**properties: bytes) -> bytes:
    wire = b""
    for name, value in properties.items():
        written = name.replace("_", "-").encode()
        wire += bytes([len(written)]) + written + len(value).to_bytes(4, "big") + value
    return wire


def ready(socket_type: bytes, **properties: bytes) -> bytes:
    return command(b"READY", metadata(Socket_Type=socket_type, **properties))


def message(message: Message) -> bytes:
    frames = message if isinstance(message, list) else [message]
    return b"".join(frame(part, flags=1) for part in frames[:-1]) + frame(frames[-1])


def messages(batch: Sequence[Message]) -> bytes:
    return b"".join(map(message, batch))


def whole(connection: Connection, data: bytes) -> None:
    connection.receive_data(data)


def byte_by_byte(connection: Connection, data: bytes) -> None:
    for value in data:
        connection.receive_data(bytes([value]))


#: The two ways of saying the same, by name.
WAYS: dict[str, Speak] = {"whole": whole, "byte by byte": byte_by_byte}

#: A socket type that talks to ours.
PARTNER = {"PULL": b"PUSH", "PUB": b"SUB", "XPUB": b"SUB", "SUB": b"PUB", "ROUTER": b"DEALER"}
PARTNER |= {"RADIO": b"DISH", "DISH": b"RADIO"}


def handshake(socket_type: str, version: tuple[int, int] = (3, 1)) -> bytes:
    """What a peer says to become ready for a socket of this type."""
    return greeting(version) + ready(PARTNER[socket_type])


def connect(config: ConnectionConfig, version: tuple[int, int] = (3, 1)) -> Connection:
    """Return a connection whose handshake is done and whose output and events were taken."""
    connection = Connection(config, now=0.0)
    connection.receive_data(handshake(config.socket_type, version))
    assert connection.state is ConnectionState.READY
    connection.data_to_send()
    list(events(connection))
    return connection


def pull(max_message_size: int = -1) -> Connection:
    """Return a ready PULL connection."""
    return connect(ConnectionConfig("PULL", max_message_size=max_message_size))


def events(connection: Connection) -> Iterator[Event]:
    while (event := connection.next_event()) is not None:
        yield event
