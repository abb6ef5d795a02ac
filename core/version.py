"""Which release this is, and which libzmq and pyzmq its behaviour follows."""

from __future__ import annotations

from core.errors import EMULATED_LIBZMQ_VERSION

__version__ = "0.1.0"
# The pyzmq release whose API `core` carries.
EMULATED_PYZMQ_VERSION = "27.3.0"
#: Whether libzmq's draft socket types and options are there: always.
DRAFT_API = True


def zmq_version() -> str:
    """The libzmq release whose behaviour and option numbers this engine follows."""
    return EMULATED_LIBZMQ_VERSION


def zmq_version_info() -> tuple[int, int, int]:
    """`zmq_version` as three numbers."""
    major, minor, patch = map(int, EMULATED_LIBZMQ_VERSION.split("."))
    return major, minor, patch


def pyzmq_version() -> str:
    """The pyzmq release whose API this package carries."""
    return EMULATED_PYZMQ_VERSION


def pyzmq_version_info() -> tuple[int, int, int]:
    """`pyzmq_version` as three numbers."""
    major, minor, patch = map(int, EMULATED_PYZMQ_VERSION.split("."))
    return major, minor, patch


def has(capability: str) -> bool:
    """Whether a capability is there, by its libzmq name.

    :param capability: ``"draft"``, which is always there: the socket types from SERVER to CHANNEL
        and the options that libzmq calls draft; the scheme of a transport, such as ``"ipc"``; or
        ``"curve"``, which needs PyNaCl (``pip install 'babelmq[curve]'``). ``"gssapi"`` is False.
    """
    from core.plugin import schemes

    if capability == "curve":
        return _has_curve()
    return capability == "draft" or capability in schemes()


def _has_curve() -> bool:
    from core.zmtp.sodium import SodiumMissing, check

    try:
        check()
    except SodiumMissing:
        return False
    return True


__all__ = [
    "DRAFT_API",
    "__version__",
    "has",
    "pyzmq_version",
    "pyzmq_version_info",
    "zmq_version",
    "zmq_version_info",
]
