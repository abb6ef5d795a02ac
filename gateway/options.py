"""Socket options between the wire and the engine: numbers, names, types of values."""

from __future__ import annotations

import core as zmq
from gateway.errors import GatewayError
from gateway.v1 import gateway_pb2 as pb

OptionValue = int | bytes


def number_of(option: pb.SocketOption) -> int:
    """The libzmq number of an option given by number or by name."""
    if option.id:
        return option.id
    name = option.name.upper().removeprefix("ZMQ_")
    try:
        return zmq.SocketOption[name].value
    except KeyError:
        said = f"there is no socket option named {option.name!r}" if option.name else "no option"
        raise GatewayError("EINVAL", f"{said}: give a name such as LINGER, or an id") from None


def value_of(option: pb.SocketOption) -> OptionValue:
    """The value of an option; GatewayError (EINVAL) when there is none."""
    match option.WhichOneof("value"):
        case "int_value":
            return option.int_value
        case "bytes_value":
            return option.bytes_value
        case "text_value":
            return option.text_value.encode()
        case _:
            said = f"option {option.name or option.id} has no value"
            raise GatewayError("EINVAL", f"{said}: set int_value, bytes_value or text_value")


def to_proto(number: int, value: object) -> pb.SocketOption:
    """An option as an answer, with number and name."""
    answer = pb.SocketOption(id=number, name=_name(number))
    match value:
        case bool() | int():
            answer.int_value = int(value)
        case bytes():
            answer.bytes_value = value
        case str():
            answer.bytes_value = value.encode()
        case _:
            raise GatewayError("ENOTSUP", f"option {_name(number)} has no value that can travel")
    return answer


def _name(number: int) -> str:
    try:
        return zmq.SocketOption(number).name
    except ValueError:
        return str(number)
