"""The send_* and recv_* methods of both faces, on a socket that is a queue, beside pyzmq's own."""

import asyncio
import inspect
import pickle
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from core import constants as c
from core.convenience import SendReceiveMixin
from core.convenience_async import AsyncSendReceiveMixin
from core.frame import Frame, MessageTracker, as_bytes, tracker_after_send
from core.serialize import Message, to_frames

FACTS = {"Socket-Type": "PAIR"}


class Loop(SendReceiveMixin):
    """Receives what it sends; notes the flags of every call."""

    __slots__ = ("flags", "frames")

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque()
        self.flags: list[int] = []

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> MessageTracker | None:
        if group is not None or routing_id is not None:
            raise NotImplementedError(f"{group=} {routing_id=}")
        self._send_message(as_bytes(data), flags)
        return tracker_after_send(data, copy, track)

    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        self.flags.append(flags)
        return self.frames.popleft()

    def _send_message(self, message: Message, flags: int) -> None:
        self.flags.append(flags)
        self.frames.extend(to_frames(message))

    def _recv_message(self, flags: int) -> Message:
        self.flags.append(flags)
        frames = list(self.frames)
        self.frames.clear()
        return frames if len(frames) > 1 else frames[0]

    def _received_properties(self, message: Message) -> Mapping[str, str]:
        return FACTS

    def _check_label(self, label: str) -> None:
        raise NotImplementedError(label)


async def later(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    await asyncio.sleep(0)
    return call(*args, **kwargs)


class AsyncLoop(AsyncSendReceiveMixin):
    """The same for asyncio, where each call takes a turn of the event loop."""

    __slots__ = ("inner",)

    def __init__(self) -> None:
        self.inner = Loop()

    def send(self, data: Any, flags: int = 0, *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
        return asyncio.ensure_future(later(self.inner.send, data, flags, *args, **kwargs))

    async def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        await asyncio.sleep(0)
        return self.inner.recv(flags, copy, track)

    def _send_message(
        self, message: Message, flags: int, tracker: MessageTracker | None
    ) -> asyncio.Future[MessageTracker | None]:
        async def send() -> MessageTracker | None:
            await later(self.inner._send_message, message, flags)
            return tracker

        return asyncio.ensure_future(send())

    async def _recv_message(self, flags: int) -> Message:
        await asyncio.sleep(0)
        return self.inner._recv_message(flags)

    def _received_properties(self, message: Message) -> Mapping[str, str]:
        return self.inner._received_properties(message)

    def _check_label(self, label: str) -> None:
        self.inner._check_label(label)


class Blocking:
    """Calls an asyncio socket's methods like those of a blocking one."""

    def __init__(self) -> None:
        self._socket = AsyncLoop()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._socket, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            result: Awaitable[Any] = method(*args, **kwargs)
            return await result

        return lambda *args, **kwargs: asyncio.run(call(*args, **kwargs))

    @property
    def frames(self) -> deque[bytes]:
        return self._socket.inner.frames

    @property
    def flags(self) -> list[int]:
        return self._socket.inner.flags


@pytest.fixture(params=[Loop, Blocking], ids=["blocking", "asyncio"])
def socket(request: pytest.FixtureRequest) -> Any:
    return request.param()


def test_string(socket: Any) -> None:
    assert socket.send_string("é", encoding="latin-1") is None
    assert list(socket.frames) == [b"\xe9"]
    assert socket.recv_string(encoding="latin-1") == "é"
    socket.send_unicode("é")
    assert socket.recv_unicode() == "é"


def test_undecodable_string_is_consumed(socket: Any) -> None:
    socket.send_string("é", encoding="latin-1")
    with pytest.raises(UnicodeDecodeError):
        socket.recv_string()
    assert not socket.frames


def test_string_refuses_bytes(socket: Any) -> None:
    with pytest.raises(TypeError, match="str objects only"):
        socket.send_string(b"x")
    assert not socket.frames


def test_json(socket: Any) -> None:
    socket.send_json({"a": [1, "é"]}, sort_keys=True)
    assert socket.recv_json(parse_int=str) == {"a": ["1", "é"]}
    with pytest.raises(TypeError, match="not JSON serializable"):
        socket.send_json(object())


def test_json_leaves_send_its_options(socket: Any) -> None:
    with pytest.raises(NotImplementedError, match="group='g' routing_id=5"):
        socket.send_json(1, group="g", routing_id=5)


def test_pyobj(socket: Any) -> None:
    socket.send_pyobj({1, 2}, protocol=2)
    assert socket.frames[0][:2] == b"\x80\x02"
    assert socket.recv_pyobj() == {1, 2}


def test_serialized(socket: Any) -> None:
    socket.send_serialized("a b", lambda text: [word.encode() for word in text.split()])
    assert socket.recv_serialized(b"+".join) == b"a+b"


def test_multipart(socket: Any) -> None:
    assert socket.send_multipart([b"a", bytearray(b""), memoryview(b"c")]) is None
    assert socket.recv_multipart() == [b"a", b"", b"c"]
    socket.send_multipart((b"only",))
    assert socket.recv_multipart() == [b"only"]


def test_multipart_refuses_all_of_a_bad_message(socket: Any) -> None:
    with pytest.raises(TypeError, match=r"Frame 1 \('b'\)"):
        socket.send_multipart([b"a", "b"])
    with pytest.raises(IndexError, match="at least one frame"):
        socket.send_multipart([])
    with pytest.raises(ValueError, match="Not a tracked message"):
        socket.send_multipart([Frame(b"a"), b"b"], track=True)
    assert not socket.frames


def test_multipart_frames(socket: Any) -> None:
    tracker = socket.send_multipart([b"a", b"b"], copy=False, track=True)
    assert tracker.done
    frames = socket.recv_multipart(copy=False, track=True)
    assert [(type(frame), frame.bytes, frame.more) for frame in frames] == [
        (Frame, b"a", True),
        (Frame, b"b", False),
    ]
    assert frames[0]["Socket-Type"] == "PAIR"
    assert frames[0].tracker.done


def test_copy_false_returns_a_tracker(socket: Any) -> None:
    assert socket.send_string("x", copy=False).done
    assert socket.send_pyobj("x", copy=False).done
    assert socket.send_serialized("x", lambda text: [text.encode()], copy=False).done


@pytest.mark.parametrize("kind", ["string", "json", "pyobj", "multipart"])
def test_flags_reach_the_socket(socket: Any, kind: str) -> None:
    value = [b"x"] if kind == "multipart" else "x"
    getattr(socket, f"send_{kind}")(value, c.DONTWAIT)
    getattr(socket, f"recv_{kind}")(c.NOBLOCK)
    assert socket.flags == [c.DONTWAIT, c.DONTWAIT]


METHODS = [
    f"{direction}_{kind}"
    for direction in ("send", "recv")
    for kind in ("multipart", "string", "unicode", "json", "pyobj", "serialized")
]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("face", [SendReceiveMixin, AsyncSendReceiveMixin])
def test_arguments_are_those_of_pyzmq(face: type, name: str) -> None:
    zmq = pytest.importorskip("zmq")

    def arguments(owner: type) -> list[tuple[str, Any, Any]]:
        parameters = inspect.signature(getattr(owner, name)).parameters.values()
        return [(item.name, item.kind, default(item)) for item in parameters]

    def default(item: inspect.Parameter) -> Any:
        # Without a protocol, pickle takes the same one; its number would cost us the import.
        unset = item.name == "protocol" and item.default is None
        return pickle.DEFAULT_PROTOCOL if unset else item.default

    assert arguments(face) == arguments(zmq.Socket)


@pytest.mark.parametrize("face", [SendReceiveMixin, AsyncSendReceiveMixin])
def test_mixin_alone_is_no_socket(face: type) -> None:
    with pytest.raises(TypeError, match="abstract"):
        face()
