"""Who is at the other end of a Unix-domain socket, and whether the ipc filters let them in."""

from __future__ import annotations

import socket
import struct
import sys
from errno import ECONNABORTED, ENOTSUP
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core.transport import TransportOptions

_LINUX_UCRED = struct.Struct("3i")  # pid, uid, gid
# macOS: struct xucred holds a version, the uid, a count and as many groups, the own one first.
_MAC_XUCRED = struct.Struct("IIh2x16I")
_MAC_SOL_LOCAL, _MAC_LOCAL_PEERCRED, _MAC_LOCAL_PEERPID = 0, 1, 2


class Credentials(NamedTuple):
    """A process as the kernel knows it."""

    pid: int
    uid: int
    gid: int


def credentials_of(sock: socket.socket) -> Credentials | None:
    """Ask the kernel who connected; None where no kernel tells.

    :raises OSError: the peer is gone already
    """
    if hasattr(socket, "SO_PEERCRED"):
        size = _LINUX_UCRED.size
        facts = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        pid, uid, gid = _LINUX_UCRED.unpack(facts)
        return Credentials(pid, uid, gid)
    if sys.platform == "darwin":
        pid = sock.getsockopt(_MAC_SOL_LOCAL, _MAC_LOCAL_PEERPID)
        facts = sock.getsockopt(_MAC_SOL_LOCAL, _MAC_LOCAL_PEERCRED, _MAC_XUCRED.size)
        _, uid, _, gid, *_ = _MAC_XUCRED.unpack(facts)
        return Credentials(pid, uid, gid)
    return None


def filters(options: TransportOptions) -> bool:
    """Whether any of ZMQ_IPC_FILTER_PID, _UID and _GID is set."""
    return bool(options.ipc_filter_pid or options.ipc_filter_uid or options.ipc_filter_gid)


def check_allowed(sock: socket.socket, options: TransportOptions) -> None:
    """Refuse a peer that none of the filters names: as in libzmq, one of them is enough.

    :raises ConnectionAbortedError: it is not let in
    """
    peer = credentials_of(sock)
    if peer is None:
        raise OSError(ENOTSUP, "this system does not tell who connects: no ZMQ_IPC_FILTER_* here")
    if (
        peer.pid not in options.ipc_filter_pid
        and peer.uid not in options.ipc_filter_uid
        and not _belongs(peer, options.ipc_filter_gid)
    ):
        raise ConnectionAbortedError(
            ECONNABORTED, f"no ZMQ_IPC_FILTER_* names process {peer.pid} of user {peer.uid}"
        )


def _belongs(peer: Credentials, groups: frozenset[int]) -> bool:
    """Whether the peer is in one of the groups, by its process or by the system's list."""
    import grp
    import pwd

    if peer.gid in groups:
        return True
    for group in groups:
        try:
            if pwd.getpwuid(peer.uid).pw_name in grp.getgrgid(group).gr_mem:
                return True
        except KeyError:  # no such user or group
            continue
    return False


__all__ = ["Credentials", "check_allowed", "credentials_of", "filters"]
