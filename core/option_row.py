"""What one option is: a row of the option tables, and the check of a value against its row."""

from enum import Enum
from errno import EINVAL, ENOTSUP
from typing import NamedTuple

from core.enums import ContextOption, LimitOption, SocketOption, SocketType
from core.errors import ZMQError

INT_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1
UINT32_MAX = 2**32 - 1
UINT64_MAX = 2**64 - 1

OptionValue = int | bytes


class Kind(Enum):
    """The C type behind a value. Booleans travel as int, as in libzmq: 0 or 1."""

    BOOL = "boolean"
    INT = "int"
    INT64 = "int64"
    BYTES = "bytes"


class Access(Enum):
    """Whether an option can be read, written, or both."""

    READ_WRITE = "read and write"
    READ_ONLY = "read-only"
    WRITE_ONLY = "write-only"


class Effect(Enum):
    """When a changed value begins to count."""

    AT_ONCE = "at once"
    NEXT_ENDPOINT = "at the next bind or connect"
    NEXT_SOCKET = "for sockets made afterwards"


class Option(NamedTuple):
    """One option: its facts, and where `OptionValues` keeps its value."""

    number: SocketOption | ContextOption | LimitOption
    #: libzmq name without the ZMQ_ prefix
    name: str
    kind: Kind
    #: the libzmq default, unless `default_reason` says why not; None: there is nothing to tell
    default: OptionValue | None
    doc: str
    #: smallest and largest value; for BYTES the shortest and longest length
    minimum: int = 0
    maximum: int = INT_MAX
    unit: str = ""
    access: Access = Access.READ_WRITE
    #: who makes use of it; empty: every type
    socket_types: frozenset[SocketType] = frozenset()
    #: whether libzmq refuses the option on all other types (it ignores some silently)
    only_these_types: bool = False
    effect: Effect = Effect.NEXT_ENDPOINT
    #: values are rounded down to a multiple of this
    step: int = 1
    #: attribute of the values object; "": not stored, the socket itself knows the answer
    attribute: str = ""
    #: why this release cannot do it; "": it can
    unsupported: str = ""
    #: why the default differs from libzmq's
    default_reason: str = ""

    def allowed(self) -> str:
        """Describe the allowed values, for error messages: ``"-1 to 1000 (ms)"``."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.minimum} to {self.maximum}" + (
            " bytes long" if self.kind is Kind.BYTES else unit
        )


def supported(
    number: SocketOption,
    kind: Kind,
    default: int | bytes | None,
    doc: str,
    *,
    minimum: int = 0,
    maximum: int | None = None,
    unit: str = "",
    access: Access = Access.READ_WRITE,
    socket_types: frozenset[SocketType] = frozenset(),
    only_these_types: bool = False,
    effect: Effect = Effect.NEXT_ENDPOINT,
    step: int = 1,
    attribute: str | None = None,
    default_reason: str = "",
) -> Option:
    """Make the row of a supported option, filling in what most of them share.

    A boolean is 0 or 1, and the attribute is the option's name in lower case.
    """
    return Option(
        number=number,
        name=number.name,
        kind=kind,
        default=default,
        minimum=minimum,
        maximum=(1 if kind is Kind.BOOL else INT_MAX) if maximum is None else maximum,
        unit=unit,
        access=access,
        socket_types=socket_types,
        only_these_types=only_these_types,
        effect=effect,
        step=step,
        attribute=number.name.lower() if attribute is None else attribute,
        doc=doc,
        default_reason=default_reason,
    )


def refuse(option: Option, why: str, errno: int = EINVAL) -> ZMQError:
    """Make the error of a refused option: its name comes first, then why."""
    return ZMQError(errno, f"option {option.name} {why}")


def check_write(option: Option, value: object, socket_type: SocketType | None) -> OptionValue:
    """Return ``value`` as it is to be stored.

    :raises TypeError: the value has the wrong type (str included: encode it, or use set_string)
    :raises ZMQError: EINVAL for a value out of range, a read-only option or a wrong socket type;
        ENOTSUP for an option that this release does not have
    """
    typed = _typed_value(option, value)
    if option.access is Access.READ_ONLY:
        raise refuse(option, "is read-only")
    _check_type_of_socket(option, socket_type)
    checked = _checked_size(option, typed)
    if option.unsupported and checked != option.default:
        raise _unsupported(option)
    return checked


def check_read(option: Option) -> None:
    """Raise unless ``option`` can be read; on any socket, as in libzmq.

    :raises ZMQError: EINVAL for a write-only option, ENOTSUP for an option that this release does
        not have and whose default would mean nothing
    """
    if option.access is Access.WRITE_ONLY:
        raise refuse(option, "is write-only")
    if option.unsupported and option.default is None:
        raise _unsupported(option)


def _check_type_of_socket(option: Option, socket_type: SocketType | None) -> None:
    if option.only_these_types and socket_type not in option.socket_types:
        owners = ", ".join(sorted(kind.name for kind in option.socket_types))
        mine = "this object" if socket_type is None else f"a {socket_type.name} socket"
        raise refuse(option, f"belongs to {owners} sockets, not to {mine}")


def _unsupported(option: Option) -> ZMQError:
    return refuse(option, f"is not supported: {option.unsupported}", ENOTSUP)


def _typed_value(option: Option, value: object) -> OptionValue:
    if isinstance(value, str):
        raise TypeError(f"option {option.name}: unicode not allowed, encode it or use set_string")
    if option.kind is Kind.BYTES and isinstance(value, bytes):
        return value
    if option.kind is not Kind.BYTES and isinstance(value, int):
        return value
    wanted = "bytes" if option.kind is Kind.BYTES else "int"
    raise TypeError(f"option {option.name}: expected {wanted}, got: {value!r}")


def _checked_size(option: Option, value: OptionValue) -> OptionValue:
    size = len(value) if isinstance(value, bytes) else value
    if not option.minimum <= size <= option.maximum:
        raise refuse(option, f"must be {option.allowed()}, not {size}")
    if isinstance(value, bytes):
        return value
    return value != 0 if option.kind is Kind.BOOL else value - value % option.step
