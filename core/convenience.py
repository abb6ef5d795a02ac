"""Sending and receiving text, JSON, Python objects and whole messages: the blocking face.

`core.convenience_async` is the same for asyncio; `core.serialize` holds what both share.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar, overload

from core import serialize
from core.addressing import with_label
from core.frame import Frame, MessageTracker, tracker_after_parts
from core.serialize import Message

T = TypeVar("T")


class SendReceiveMixin(ABC):
    """What a socket offers on top of its own ``send``, ``recv`` and their whole-message forms.

    Every method that sends may raise what ``send`` raises, every one that receives what ``recv``
    raises: `Again`, `ContextTerminated`, `ZMQError`.
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
    ) -> MessageTracker | None:
        """Send one frame."""

    @abstractmethod
    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """Receive one frame."""

    @abstractmethod
    def _send_message(self, message: Message, flags: int) -> None:
        """Send a whole message, or with SNDMORE the beginning of one."""

    @abstractmethod
    def _recv_message(self, flags: int) -> Message:
        """Receive a whole message, or what is left of one."""

    @abstractmethod
    def _received_properties(self, message: Message) -> Mapping[str, str | int]:
        """Return the facts about the peer that this message came from, just received."""

    @abstractmethod
    def _check_label(self, label: str) -> None:
        """Raise unless messages of this socket have a ``routing_id`` or a ``group``."""

    def send_multipart(
        self,
        msg_parts: Iterable[object],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send a message of several frames, all of them or none.

        :param msg_parts: the frames: bytes or anything else with the buffer protocol
        :param flags: DONTWAIT; SNDMORE if further frames of the message will follow
        :param copy: False: return a `MessageTracker`
        :param track: a `Frame` among the parts must have been made with ``track=True``
        :raises TypeError: a frame is str, or has no buffer; nothing is sent
        :raises BufferError: the buffer of a frame has gaps; nothing is sent
        :raises IndexError: ``msg_parts`` is empty
        """
        parts = list(msg_parts)
        message = serialize.to_message(parts)
        tracker = tracker_after_parts(parts, copy, track)
        self._send_message(message, flags)
        return tracker

    @overload
    def recv_multipart(
        self, flags: int = 0, copy: Literal[True] = True, track: bool = False
    ) -> list[bytes]: ...
    @overload
    def recv_multipart(
        self, flags: int = 0, *, copy: Literal[False], track: bool = False
    ) -> list[Frame]: ...
    @overload
    def recv_multipart(
        self, flags: int, copy: Literal[False], track: bool = False
    ) -> list[Frame]: ...
    @overload
    def recv_multipart(
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> list[bytes] | list[Frame]: ...
    def recv_multipart(
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> list[bytes] | list[Frame]:
        """Receive a whole message as the list of its frames.

        :param flags: DONTWAIT
        :param copy: True: the frames are bytes; False: `Frame` objects
        :param track: give `Frame` objects a tracker
        """
        message = self._recv_message(flags)
        if copy:
            return serialize.to_frames(message)
        return serialize.to_frame_objects(message, self._received_properties(message), track)

    def recv_into(self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """Receive one frame into memory of your own.

        :param buffer: anything writable with the buffer protocol
        :param nbytes: the most bytes to write, 0: as many as the buffer has
        :param flags: DONTWAIT
        :returns: the size of the frame in bytes; if it is more than there was room for, the rest
            of the frame is lost
        :raises TypeError: ``buffer`` has no buffer
        :raises BufferError: the buffer is read-only, or has gaps
        :raises ValueError: ``nbytes`` is negative, or more than the buffer has
        """
        view = serialize.writable_bytes(buffer, nbytes)
        return serialize.copy_into(view, self.recv(flags))

    def recv_with_routing_id(self, flags: int = 0) -> tuple[bytes, int]:
        """Receive a message and the routing id of its sender, on a SERVER or PEER socket.

        :param flags: DONTWAIT
        :raises ZMQError: ENOTSUP on another type
        """
        self._check_label("routing_id")
        return with_label(self._recv_message(flags), "routing_id")

    def recv_with_group(self, flags: int = 0) -> tuple[bytes, str]:
        """Receive a message and the group that it was sent to, on a DISH socket.

        :param flags: DONTWAIT
        :raises ZMQError: ENOTSUP on another type
        """
        self._check_label("group")
        return with_label(self._recv_message(flags), "group")

    def send_string(
        self, u: str, flags: int = 0, copy: bool = True, encoding: str = "utf-8", **kwargs: Any
    ) -> MessageTracker | None:
        """Send text as one frame.

        :param u: the text
        :param flags: DONTWAIT, SNDMORE
        :param copy: False returns a `MessageTracker`
        :param encoding: how to make bytes of it
        :raises TypeError: ``u`` is not str
        """
        return self.send(serialize.encode_string(u, encoding), flags=flags, copy=copy, **kwargs)

    def recv_string(self, flags: int = 0, encoding: str = "utf-8") -> str:
        """Receive one frame as text.

        :param flags: DONTWAIT
        :param encoding: of its bytes
        :raises UnicodeDecodeError: the frame is not text in this encoding; it is consumed
        """
        frame: bytes = self.recv(flags)
        return frame.decode(encoding)

    def send_json(self, obj: object, flags: int = 0, **kwargs: Any) -> MessageTracker | None:
        """Send an object as JSON in UTF-8; further arguments go to ``json.dumps``.

        :param obj: anything that JSON can express
        :param flags: DONTWAIT, SNDMORE
        :raises TypeError: ``obj`` cannot be expressed in JSON
        """
        options = serialize.split_send_options(kwargs)
        return self.send(serialize.encode_json(obj, kwargs), flags=flags, **options)

    def recv_json(self, flags: int = 0, **kwargs: Any) -> Any:
        """Receive an object from JSON in UTF-8; further arguments go to ``json.loads``.

        :param flags: DONTWAIT
        :raises ValueError: the frame is not JSON in UTF-8; it is consumed
        """
        return serialize.decode_json(self.recv(flags), kwargs)

    def send_pyobj(
        self, obj: object, flags: int = 0, protocol: int | None = None, **kwargs: Any
    ) -> MessageTracker | None:
        """Send a Python object, pickled.

        :param obj: anything that can be pickled
        :param flags: DONTWAIT, SNDMORE
        :param protocol: pickle protocol number; None is pickle's default
        :raises pickle.PicklingError: ``obj`` cannot be pickled
        """
        return self.send(serialize.encode_object(obj, protocol), flags=flags, **kwargs)

    def recv_pyobj(self, flags: int = 0) -> Any:
        """Receive a pickled Python object. The sender can run any code by it: trust it first.

        :param flags: DONTWAIT
        :raises pickle.UnpicklingError: the frame is not a pickle; it is consumed
        """
        return serialize.decode_object(self.recv(flags))

    def send_serialized(
        self,
        msg: T,
        serialize: Callable[[T], Iterable[object]],
        flags: int = 0,
        copy: bool = True,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send the frames that ``serialize`` makes of ``msg``, as `send_multipart` does.

        :param msg: what to send
        :param serialize: makes the frames of it
        :param flags: DONTWAIT, SNDMORE
        :param copy: False returns a `MessageTracker`
        """
        return self.send_multipart(serialize(msg), flags=flags, copy=copy, **kwargs)

    def recv_serialized(
        self, deserialize: Callable[[list[Any]], T], flags: int = 0, copy: bool = True
    ) -> T:
        """Receive a message, and return what ``deserialize`` makes of the list of its frames.

        :param deserialize: gets the frames, as `recv_multipart` returns them
        :param flags: DONTWAIT
        :param copy: True gives it bytes, False `Frame` objects
        """
        return deserialize(self.recv_multipart(flags=flags, copy=copy))

    send_unicode = send_string
    recv_unicode = recv_string
