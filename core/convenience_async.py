"""Sending and receiving text, JSON, Python objects and whole messages: the asyncio face.

`core.convenience` is the same for blocking sockets and tells about arguments and errors;
`core.serialize` holds what both share. The methods that send one frame encode it in the call
itself, so a bad argument is refused before anything is awaited, and return what ``send`` returns.
"""

from abc import ABC, abstractmethod
from asyncio import Future, get_running_loop
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar, overload

from core import serialize
from core.addressing import with_label
from core.frame import Frame, MessageTracker, tracker_after_parts
from core.serialize import Message

P = ParamSpec("P")
T = TypeVar("T")


def failing_when_awaited(method: Callable[P, Future[T]]) -> Callable[P, Future[T]]:
    """Make errors of a method come out of the future that it returns, as errors of sending do."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> Future[T]:
        try:
            return method(*args, **kwargs)
        except Exception as error:
            return _failed(error)

    return call


def _failed(error: Exception) -> Future[Any]:
    """Return a future that no frame of the error's traceback knows: it is logged when it goes."""
    failed: Future[Any] = get_running_loop().create_future()
    failed.set_exception(error)
    return failed


class AsyncSendReceiveMixin(ABC):
    """What an asyncio socket offers on top of its own ``send``, ``recv`` and whole-message forms.

    Cancelling a receive before a message came loses nothing; see the socket itself.
    """

    __slots__ = ()

    @abstractmethod
    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | bytes | None = None,
    ) -> Future[MessageTracker | None]:
        """Send one frame."""

    @abstractmethod
    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Awaitable[Any]:
        """Receive one frame."""

    @abstractmethod
    def _send_message(
        self, message: Message, flags: int, tracker: MessageTracker | None
    ) -> Future[MessageTracker | None]:
        """Send a whole message, or with SNDMORE the beginning of one; the result is `tracker`."""

    @abstractmethod
    def _recv_message(self, flags: int) -> Awaitable[Message]:
        """Receive a whole message, or what is left of one."""

    @abstractmethod
    def _received_properties(self, message: Message) -> Mapping[str, str | int]:
        """Return the facts about the peer that this message came from, just received."""

    @abstractmethod
    def _check_label(self, label: str) -> None:
        """Raise unless messages of this socket have a ``routing_id`` or a ``group``."""

    @failing_when_awaited
    def send_multipart(
        self,
        msg_parts: Iterable[object],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> Future[MessageTracker | None]:
        """Send a message of several frames, all of them or none. See `core.Socket.send_multipart`.

        Returns a future, as ``send`` does.
        """
        parts = list(msg_parts)
        message = serialize.to_message(parts)
        return self._send_message(message, flags, tracker_after_parts(parts, copy, track))

    @overload
    async def recv_multipart(
        self, flags: int = 0, copy: Literal[True] = True, track: bool = False
    ) -> list[bytes]: ...
    @overload
    async def recv_multipart(
        self, flags: int = 0, *, copy: Literal[False], track: bool = False
    ) -> list[Frame]: ...
    @overload
    async def recv_multipart(
        self, flags: int, copy: Literal[False], track: bool = False
    ) -> list[Frame]: ...
    @overload
    async def recv_multipart(
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> list[bytes] | list[Frame]: ...
    async def recv_multipart(
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> list[bytes] | list[Frame]:
        """Receive a whole message as the list of its frames. See `core.Socket.recv_multipart`."""
        message = await self._recv_message(flags)
        if copy:
            return serialize.to_frames(message)
        return serialize.to_frame_objects(message, self._received_properties(message), track)

    async def recv_with_routing_id(self, flags: int = 0) -> tuple[bytes, int]:
        """Receive a message and the routing id of its sender, on a SERVER or PEER socket.

        See `core.Socket.recv_with_routing_id`.
        """
        self._check_label("routing_id")
        return with_label(await self._recv_message(flags), "routing_id")

    async def recv_with_group(self, flags: int = 0) -> tuple[bytes, str]:
        """Receive a message and the group that it was sent to, on a DISH socket.

        See `core.Socket.recv_with_group`.
        """
        self._check_label("group")
        return with_label(await self._recv_message(flags), "group")

    async def recv_into(self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """Receive one frame into memory of your own: see ``core.Socket.recv_into``."""
        view = serialize.writable_bytes(buffer, nbytes)
        return serialize.copy_into(view, await self.recv(flags))

    def send_string(
        self, u: str, flags: int = 0, copy: bool = True, encoding: str = "utf-8", **kwargs: Any
    ) -> Future[MessageTracker | None]:
        """Send text as one frame. See `core.Socket.send_string`."""
        return self.send(serialize.encode_string(u, encoding), flags=flags, copy=copy, **kwargs)

    async def recv_string(self, flags: int = 0, encoding: str = "utf-8") -> str:
        """Receive one frame as text. See `core.Socket.recv_string`."""
        frame: bytes = await self.recv(flags)
        return frame.decode(encoding)

    def send_json(
        self, obj: object, flags: int = 0, **kwargs: Any
    ) -> Future[MessageTracker | None]:
        """Send an object as JSON in UTF-8; further arguments go to ``json.dumps``.

        See `core.Socket.send_json`.
        """
        options = serialize.split_send_options(kwargs)
        return self.send(serialize.encode_json(obj, kwargs), flags=flags, **options)

    async def recv_json(self, flags: int = 0, **kwargs: Any) -> Any:
        """Receive an object from JSON in UTF-8; further arguments go to ``json.loads``.

        See `core.Socket.recv_json`.
        """
        return serialize.decode_json(await self.recv(flags), kwargs)

    def send_pyobj(
        self, obj: object, flags: int = 0, protocol: int | None = None, **kwargs: Any
    ) -> Future[MessageTracker | None]:
        """Send a Python object, pickled. See `core.Socket.send_pyobj`."""
        return self.send(serialize.encode_object(obj, protocol), flags=flags, **kwargs)

    async def recv_pyobj(self, flags: int = 0) -> Any:
        """Receive a pickled Python object. The sender can run any code by it: trust it first.

        See `core.Socket.recv_pyobj`.
        """
        return serialize.decode_object(await self.recv(flags))

    def send_serialized(
        self,
        msg: T,
        serialize: Callable[[T], Iterable[object]],
        flags: int = 0,
        copy: bool = True,
        **kwargs: Any,
    ) -> Future[MessageTracker | None]:
        """Send the frames that ``serialize`` makes of ``msg``, as `send_multipart` does.

        See `core.Socket.send_serialized`.
        """
        return self.send_multipart(serialize(msg), flags=flags, copy=copy, **kwargs)

    async def recv_serialized(
        self, deserialize: Callable[[list[Any]], T], flags: int = 0, copy: bool = True
    ) -> T:
        """Receive a message, and return what ``deserialize`` makes of the list of its frames.

        See `core.Socket.recv_serialized`.
        """
        return deserialize(await self.recv_multipart(flags=flags, copy=copy))

    send_unicode = send_string
    recv_unicode = recv_string
