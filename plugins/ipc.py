"""`ipc://`: Unix-domain sockets, by path or, on Linux, by abstract name (`ipc://@name`).

As in libzmq's zmq_ipc(7), a socket file that a crashed process left behind does not stand in the
way of `bind`. Unlike libzmq, a path that somebody listens on is not taken away from its owner, a
file that is not a socket is left alone, and closing removes our own file.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import sys
from errno import EADDRINUSE, ECONNREFUSED, ENAMETOOLONG
from typing import TYPE_CHECKING, Literal

from core.endpoint import EndpointError
from core.hookspecs import hookimpl
from core.transport import Target, TransportOptions
from plugins.peer_credentials import check_allowed, credentials_of, filters
from plugins.stream_sockets import (
    SocketListener,
    SocketStream,
    adopt,
    prioritise,
    start_connect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LINUX = sys.platform == "linux"
# sizeof(sockaddr_un.sun_path), less the terminating zero.
_LONGEST = 107 if _LINUX else 103
_EXAMPLE = "ipc:///tmp/feeds/0"


# Unlike those of TCP, the buffers of Unix-domain sockets do not grow with the traffic, and a writer
# that found one full is woken only when three quarters are empty (Linux): with the usual 208 KiB,
# both sides wait for each other at every few messages of 64 KiB. What the system does not allow
# it cuts by itself.
SEND_BUFFER = 1 << 20


class IpcStream(SocketStream):
    """A stream whose other end is a process of this machine."""

    __slots__ = ()

    connected = True  # the system connects Unix sockets at once, or not at all

    @property
    def peer_address(self) -> str:
        """``localhost:uid:gid:pid`` of the process, as in libzmq; empty where nobody tells."""
        peer = credentials_of(self._socket)
        return "" if peer is None else f"localhost:{peer.uid}:{peer.gid}:{peer.pid}"


class IpcTransport:
    """The stream transport behind `ipc://`."""

    scheme = "ipc"
    kind: Literal["stream"] = "stream"

    def parse(self, address: str, *, bind: bool) -> str:
        """Check the path, the ``@name`` or, to bind, the wildcard ``*``."""
        problem = _problem(address, bind=bind)
        if problem:
            raise EndpointError(f"ipc://{address}", problem, _EXAMPLE)
        length = len(os.fsencode(address))
        if length > _LONGEST:
            what = f"the path has {length} bytes, the system allows {_LONGEST}: use a shorter one"
            raise EndpointError(f"ipc://{address}", what, _EXAMPLE, ENAMETOOLONG)
        return address

    def waits_to_resolve(self, address: str, *, bind: bool) -> bool:
        """A path is no business of the network."""
        return False

    def resolve(self, address: str, *, bind: bool, options: TransportOptions) -> Sequence[Target]:
        """The path is the one target."""
        return [Target(f"ipc://{address}", address)]

    def listen(self, target: Target, options: TransportOptions) -> SocketListener:
        """Take the path, unless somebody listens on it, and listen."""
        path: str = target.data
        if options.use_fd != -1:
            sock = adopt(options.use_fd, socket.AF_UNIX)
            return _listener(sock, _own_endpoint(sock), options, None)
        if path == "*":
            return _listen_in_new_directory(options)
        if path.startswith("@"):
            return _listener(_bound(path), target.endpoint, options, None)
        _remove_stale(path)
        sock = _bound(path)
        return _listener(sock, target.endpoint, options, _remover(path))

    def connect(self, target: Target, options: TransportOptions) -> IpcStream:
        """Start to connect to the path."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _tune(sock, options)
            start_connect(sock, _system_name(target.data), target.endpoint)
            return IpcStream(sock, target.endpoint, target.endpoint)
        except BaseException:
            sock.close()
            raise


def _problem(address: str, *, bind: bool) -> str:
    if not address:
        return "the path after '://' is missing"
    if "\0" in address:
        return "the path contains a zero byte"
    if address == "*" and not bind:
        return "the path '*' means a new temporary one: it can only be bound"
    if address == "@":
        return "the abstract name after '@' is missing"
    if address.startswith("@") and not _LINUX:
        return "abstract names (the path begins with '@') exist on Linux only"
    return ""


def _system_name(path: str) -> str:
    return "\0" + path[1:] if path.startswith("@") else path


def _bound(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(_system_name(path))
    except OSError as error:
        sock.close()
        raise OSError(error.errno, _explain(error, path)) from error
    return sock


def _own_endpoint(sock: socket.socket) -> str:
    name = sock.getsockname()
    return f"ipc://@{name[1:].decode()}" if isinstance(name, bytes) else f"ipc://{name}"


def _explain(error: OSError, path: str) -> str:
    if isinstance(error, FileNotFoundError):
        parent = os.path.dirname(path) or "."
        return f"the directory {parent!r} of ipc://{path} does not exist: create it first"
    return f"{error.strerror}: ipc://{path}"


def _remove_stale(path: str) -> None:
    """Unlink a dead socket that stands where we want to bind; refuse to unlink anything else."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:  # nothing there; bind will name any other reason
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(EADDRINUSE, f"ipc://{path} is a file that is not a socket: remove it first")
    if not _is_dead(path):
        raise OSError(EADDRINUSE, f"{os.strerror(EADDRINUSE)}: ipc://{path}")
    with contextlib.suppress(FileNotFoundError):  # a rival was faster
        os.unlink(path)


def _is_dead(path: str) -> bool:
    """Only a socket that nobody listens on any more refuses a connection."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        return probe.connect_ex(path) == ECONNREFUSED


def _remover(path: str) -> Callable[[], None]:
    """Unlink the path at close, unless somebody has replaced it in the meantime."""
    path = os.path.abspath(path)  # the process may change its directory
    own = _identity_of(path)

    def remove() -> None:
        if _identity_of(path) == own:
            with contextlib.suppress(OSError):
                os.unlink(path)

    return remove


def _identity_of(path: str) -> tuple[int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _listen_in_new_directory(options: TransportOptions) -> SocketListener:
    import tempfile

    directory = tempfile.mkdtemp(prefix="babelmq-")
    path = os.path.join(directory, "socket")

    def remove() -> None:
        with contextlib.suppress(OSError):
            os.unlink(path)
        with contextlib.suppress(OSError):
            os.rmdir(directory)

    try:
        return _listener(_bound(path), f"ipc://{path}", options, remove)
    except BaseException:
        remove()
        raise


def _listener(
    sock: socket.socket,
    endpoint: str,
    options: TransportOptions,
    on_close: Callable[[], None] | None,
) -> SocketListener:
    def wrap(accepted: socket.socket, address: object) -> IpcStream:
        if filtered:
            check_allowed(accepted, options)
        _tune(accepted, options)
        return IpcStream(accepted, endpoint, endpoint)

    filtered = filters(options)
    try:
        if options.use_fd == -1:
            sock.listen(options.backlog)
    except BaseException:
        sock.close()
        if on_close is not None:
            on_close()
        raise
    return SocketListener(sock, endpoint, wrap, on_close)


def _tune(sock: socket.socket, options: TransportOptions) -> None:
    sndbuf = options.sndbuf if options.sndbuf >= 0 else SEND_BUFFER
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, sndbuf)
    if options.rcvbuf >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options.rcvbuf)
    prioritise(sock, options)


@hookimpl
def babelmq_transport() -> IpcTransport:
    """Offer `ipc://`."""
    return IpcTransport()


__all__ = ["IpcTransport", "babelmq_transport"]
