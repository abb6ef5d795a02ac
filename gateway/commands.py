"""Runs the commands of a client on its socket and turns what happens into results."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.errors import GatewayError
from gateway.remote_socket import RemoteSocket
from gateway.v1 import gateway_pb2 as pb


async def run_all(socket: RemoteSocket, commands: Iterable[pb.Command]) -> list[pb.CommandResult]:
    """Run commands in order; one that fails does not keep the others back."""
    return [await run(socket, command) for command in commands]


async def run(socket: RemoteSocket, command: pb.Command) -> pb.CommandResult:
    """Run one command; never raises for what a client got wrong."""
    result = pb.CommandResult(command_id=command.command_id)
    try:
        await _obey(socket, command, result)
    except GatewayError as error:
        result.error.CopyFrom(error.to_proto())
    return result


async def _obey(socket: RemoteSocket, command: pb.Command, result: pb.CommandResult) -> None:
    match command.WhichOneof("op"):
        case "bind":
            result.endpoint = await socket.bind(command.bind)
        case "connect":
            result.endpoint = socket.connect(command.connect)
        case "unbind":
            socket.unbind(command.unbind)
        case "disconnect":
            socket.disconnect(command.disconnect)
        case "set_option":
            socket.set_option(command.set_option)
        case "get_option":
            result.option.CopyFrom(socket.get_option(command.get_option))
        case _:
            _subscribe(socket, command)


def _subscribe(socket: RemoteSocket, command: pb.Command) -> None:
    match command.WhichOneof("op"):
        case "subscribe":
            socket.subscribe(command.subscribe)
        case "unsubscribe":
            socket.unsubscribe(command.unsubscribe)
        case "subscribe_text":
            socket.subscribe(command.subscribe_text.encode())
        case "unsubscribe_text":
            socket.unsubscribe(command.unsubscribe_text.encode())
        case _:
            raise GatewayError("EINVAL", "a command without an operation, or with an unknown one")
