"""The context: a process's sockets, their I/O thread, and their common end."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
import weakref
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from core.enums import ContextOption, Errno, LimitOption, SocketOption, SocketType
from core.errors import StillInUse, ZMQError, error_from_errno
from core.handles import Handles
from core.options import OptionValues
from core.runtime import log
from core.runtime.engine import Engine
from core.shared_context import SharedContext
from core.socket import Socket, SocketBase
from core.socket_kinds import class_for

if TYPE_CHECKING:
    from core.auth.handler import Judge

S = TypeVar("S", bound=SocketBase)
C = TypeVar("C", bound=SocketBase)
# How often `term` says which sockets it waits for, in seconds.
PATIENCE = 10.0
# When it says so first.
FIRST_PATIENCE = 3.0


class BaseContext(Generic[S]):
    """What the blocking and the asyncio context have in common: all but the class of sockets."""

    _instance: ClassVar[Any] = None
    _instance_lock: ClassVar[threading.Lock] = threading.Lock()
    _socket_class: ClassVar[type[Any]]

    def __init__(
        self, io_threads: int | BaseContext[Any] = 1, shadow: int | BaseContext[Any] = 0
    ) -> None:
        """Make a context, or with a context or its `underlying` a shadow of it.

        :param io_threads: kept for reading back: see `Context`; or a context, to shadow it
        :param shadow: the context to shadow, or its `underlying`
        :raises ZMQError: EINVAL: ``io_threads`` is negative; EFAULT: there is no such context
        """
        self._sockets: weakref.WeakSet[S] = weakref.WeakSet()
        self._socket_defaults: dict[int, Any] = {}
        self._shadow_obj: BaseContext[Any] | None = None
        self._shared: SharedContext
        if shadow or isinstance(io_threads, BaseContext):
            self._shadow_obj = contexts.find(_number(shadow or io_threads))
            self._shared = self._shadow_obj._shared
        else:
            self._shared = SharedContext(io_threads)

    @classmethod
    def shadow(cls, address: int | BaseContext[Any]) -> Self:
        """Return another object for a context, which may be of the other face.

        Both have the same options, ZAP handler and end: whoever terminates one terminates both.
        Defaults for new sockets are each one's own. A shadow that is forgotten ends nothing.

        :param address: the context, or its `underlying`
        :raises ZMQError: EFAULT: there is no such context, or it was terminated
        """
        return cls(shadow=contexts.find(_number(address)))

    @property
    def underlying(self) -> int:
        """A number for `shadow` in this process; 0 once the context was terminated."""
        if self._shadow_obj is not None:
            return self._shadow_obj.underlying
        if self.closed:
            return 0
        with self._shared.lock:
            if not self._shared.number:
                self._shared.number = contexts.add(self)
        return self._shared.number

    @property
    def _shadow(self) -> bool:
        return self._shadow_obj is not None

    def __copy__(self, memo: Any = None) -> Self:
        """Copying a context makes a shadow."""
        return self.shadow(self)

    __deepcopy__ = __copy__

    @classmethod
    def instance(cls, io_threads: int = 1) -> Self:
        """Return the process's context; a new one after the old was terminated, or in a fork.

        :param io_threads: for a new one: see `Context`
        """
        with cls._instance_lock:
            known = cls.__dict__.get("_instance")
            if known is None or known.closed or known._shared.pid != os.getpid():
                cls._instance = cls(io_threads)
            found: Self = cls._instance
            return found

    @overload
    def socket(self, socket_type: int, socket_class: None = None, **kwargs: Any) -> S: ...
    @overload
    def socket(self, socket_type: int, socket_class: type[C], **kwargs: Any) -> C: ...
    def socket(self, socket_type: int, socket_class: type[Any] | None = None, **kwargs: Any) -> Any:
        """Make a socket.

        :param socket_type: ``zmq.PUSH``, ``zmq.SUB``, ...
        :param socket_class: a subclass of `Socket` to make instead, such as the asyncio one
        :param kwargs: passed on to the class
        :raises ContextTerminated: the context was terminated
        :raises ZMQError: EINVAL for a type that does not exist, EMFILE above MAX_SOCKETS,
            ENOTSUP in a process forked from the context's own, EPERM, EINVAL or ENOTSUP for
            THREAD_* settings that the system refuses
        """
        kind = _socket_type(socket_type)
        make = class_for(kind, socket_class or self._socket_class)
        with self._shared.lock:
            socket: Any = make(self, self._engine_of(kind), **kwargs)
            self._sockets.add(socket)
        for option, value in self._socket_defaults.items():
            _apply_default(socket, option, value)
        return socket

    def _new_engine(self, socket_type: int, socket: Any) -> Engine:
        """For a socket that is made without `socket`."""
        kind = _socket_type(socket_type)
        with self._shared.lock:
            engine = self._engine_of(kind)
            self._sockets.add(socket)
        return engine

    def _engine_of(self, kind: SocketType) -> Engine:
        self._check_usable()
        self._schedule_thread()
        shared = self._shared
        linger = -1 if shared.options.blocky else 0
        engine = Engine(
            shared.reactor, kind, OptionValues(kind, ipv6=shared.options.ipv6, linger=linger)
        )
        engine.made_at = _line_of_program()
        return engine

    def _schedule_thread(self) -> None:
        settings = self._shared.options.thread_settings()
        if settings != self._shared.thread_settings:
            self._shared.reactor.schedule_thread(settings)
            self._shared.thread_settings = settings

    def _check_usable(self) -> None:
        if self._shared.terminated:
            raise error_from_errno(Errno.ETERM)
        if self._shared.pid != os.getpid():
            raise error_from_errno(
                errno.ENOTSUP,
                "this process was forked after the Context was made, and a context does not "
                "survive a fork: make a new one here",
            )
        limit = self._shared.options.max_sockets
        if len(self._shared.reactor.engines()) >= limit:
            raise error_from_errno(
                errno.EMFILE,
                f"{limit} sockets are open: close some, or raise MAX_SOCKETS",
            )

    # Options

    def set(self, option: int, optval: int) -> None:
        """Set a context option, such as ``zmq.MAX_SOCKETS`` (``zmq_ctx_set``).

        :param option: its number
        :param optval: its value, in the unit that the option has
        :raises ZMQError: EINVAL for an unknown or read-only option or a value out of range
        """
        self._shared.options.set(option, optval)

    def get(self, option: int) -> int:
        """Return a context option (``zmq_ctx_get``).

        :param option: its number, such as ``zmq.SOCKET_LIMIT``
        :raises ZMQError: EINVAL for an unknown option
        """
        return self._shared.options.get(option)

    def setsockopt(self, option: int, value: Any) -> None:
        """Set a default socket option for the sockets made from now on.

        :param option: number of a socket option, such as ``zmq.LINGER``
        :param value: as ``Socket.set`` takes it; sockets whose type lacks the option go without
        """
        self._socket_defaults[option] = value

    def getsockopt(self, option: int) -> Any:
        """Return a default socket option.

        :param option: number of a socket option
        :raises ZMQError: EINVAL if none was set
        """
        if option not in self._socket_defaults:
            raise error_from_errno(errno.EINVAL, f"no default was set for option {option}")
        return self._socket_defaults[option]

    # Security

    @property
    def zap_handler(self) -> Judge | None:
        """The function that decides who may connect to this context's servers (RFC 27).

        It gets a `core.auth.ZapRequest` and returns True or False, a user id (str or bytes: come
        in) or a `core.auth.ZapReply`; it may be a coroutine function. An exception refuses the
        peer with status 500 and is logged. It counts like a handler bound to
        ``inproc://zeromq.zap.01``, and takes up one socket of the context and a thread, in which
        it runs; a coroutine runs in the event loop in which the handler was set. None ends it;
        so does the end of the context.

        :raises ZMQError: setting it: EADDRINUSE: an authenticator or another handler is there
        """
        return None if self._shared.zap_handler is None else self._shared.zap_handler.judge

    @zap_handler.setter
    def zap_handler(self, judge: Judge | None) -> None:
        if judge is None:
            self._end_zap_handler()
            return
        if not callable(judge):
            raise TypeError(f"a ZAP handler is a function or None, not {judge!r}")
        if self._shared.zap_handler is not None:
            self._shared.zap_handler.replace(judge)
            return
        from core.auth.handler import FunctionHandler  # heavy, and few contexts need it

        self._shared.zap_handler = FunctionHandler(self, judge)

    def _end_zap_handler(self) -> None:
        handler, self._shared.zap_handler = self._shared.zap_handler, None
        if handler is not None:
            handler.stop()

    def __setattr__(self, name: str, value: Any) -> None:
        """``context.max_sockets`` is its own; ``linger`` is a default for new sockets: as pyzmq."""
        if name.startswith("_"):
            super().__setattr__(name, value)
        elif (own := ContextOption.__members__.get(name.upper())) is not None:
            self.set(own, value)
        elif (option := _option_named(name)) is not None:
            self.setsockopt(option, value)
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if (own := ContextOption.__members__.get(name.upper())) is not None:
            try:
                return self.get(own)
            except ZMQError as error:  # write-only
                raise AttributeError(str(error)) from None
        option = _option_named(name)
        if option is None or option not in self.__dict__.get("_socket_defaults", {}):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return self.getsockopt(option)

    def __dir__(self) -> list[str]:
        names = ContextOption.__members__
        return [*super().__dir__(), *names, *(name.lower() for name in names)]

    # The end

    @property
    def closed(self) -> bool:
        """Whether the context was terminated."""
        return self._shared.terminated

    def shutdown(self) -> None:
        """Make every blocking call on this context's sockets raise ContextTerminated."""
        with self._shared.lock:
            self._shared.terminated = True
        for engine in self._shared.reactor.engines():
            engine.terminate()

    def term(self, timeout: float | None = None) -> None:
        """End the context: wait until all sockets are closed and their messages have left.

        Blocking calls in other threads raise ContextTerminated. Sockets that are still open, or
        that linger (ZMQ_LINGER) for a peer which does not come, hold `term` up: it names them on
        the log after three seconds, and every ten.

        :param timeout: milliseconds; None waits for ever
        :raises StillInUse: time is over; names each socket, where it was made, its endpoints and
            its unsent messages. Close them, and call `term` again
        """
        if self._shared.pid != os.getpid():
            return  # the parent's sockets are the parent's to end
        self.shutdown()
        self._end_zap_handler()
        deadline = None if timeout is None else time.monotonic() + timeout / 1000
        patience = FIRST_PATIENCE
        while not self._shared.reactor.wait_until_empty(_at_most(patience, deadline)):
            held = StillInUse(self._holders() or ["one that is closing just now"])
            if deadline is not None and time.monotonic() >= deadline:
                raise held
            log.warning("Context.term waits: %s", held)
            patience = PATIENCE
        self._shared.reactor.stop()

    def _holders(self) -> list[str]:
        return [engine.describe() for engine in self._shared.reactor.engines() if engine.made_at]

    def destroy(self, linger: int | None = None, timeout: float | None = None) -> None:
        """Close all sockets, then terminate.

        :param linger: ZMQ_LINGER in milliseconds for all of them; None leaves each its own
        :param timeout: as for `term`
        :raises StillInUse: as `term` does
        """
        for socket in list(self._sockets):
            socket.close(linger)
        self.term(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.destroy()

    def __del__(self) -> None:
        # Nobody can reach the sockets any more: let what they queued leave, but wait for nobody.
        shared = getattr(self, "_shared", None)
        if sys.is_finalizing() or shared is None or shared.terminated or self._shadow:
            return
        shared.terminated = True
        shared.reactor.stop_when_empty()

    def __repr__(self) -> str:
        state = "terminated" if self.closed else f"{len(self._shared.reactor.engines())} sockets"
        return f"<Context: {state}>"


class Context(BaseContext[Socket]):
    """Makes sockets. One per process is enough; `Context.instance` is that one.

    :param io_threads: kept for reading back; one thread serves any number of sockets, because
        callers do their own I/O (ZMQ_IO_THREADS)

    Thread-safe. As a context manager it destroys itself and its sockets at the end.
    """

    _socket_class: ClassVar[type[Any]] = Socket

    @classmethod
    def __class_getitem__(cls, _: Any) -> type[Self]:
        """pyzmq's annotations ``zmq.Context[zmq.Socket[bytes]]`` keep working."""
        return cls


contexts: Handles[BaseContext[Any]] = Handles("context")


def _number(address: Any) -> Any:
    """What a context is shadowed by: its number."""
    return address.underlying if isinstance(address, BaseContext) else address


def _socket_type(number: int) -> SocketType:
    from core.patterns import PATTERNS

    try:
        kind = SocketType(number)
    except ValueError:
        kind = None
    if kind is None or kind.name not in PATTERNS:
        known = ", zmq.".join(PATTERNS)
        raise error_from_errno(errno.EINVAL, f"no socket type {number!r}; there are zmq.{known}")
    return kind


def _apply_default(socket: Any, option: int, value: Any) -> None:
    try:
        socket.set(option, value)
    except ZMQError as error:
        if error.errno != errno.EINVAL:  # an option of other socket types
            raise


def _option_named(name: str) -> SocketOption | LimitOption | None:
    known = SocketOption.__members__.get(name.upper())
    return LimitOption.__members__.get(name.upper()) if known is None else known


def _at_most(patience: float, deadline: float | None) -> float:
    return patience if deadline is None else min(patience, max(0.0, deadline - time.monotonic()))


def _line_of_program() -> str:
    """The line outside of this package that makes a socket: who finds it open looks there."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "core":
        frame = frame.f_back
    if frame is None:
        return "the program's beginning"
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


__all__ = ["BaseContext", "Context", "contexts"]
