"""The gRPC face: which call goes where, and how errors become statuses."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

from gateway.attach import Context
from gateway.errors import GatewayError, parse
from gateway.unary import UnaryCalls
from gateway.v1 import gateway_pb2 as pb

log = logging.getLogger(__name__)

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["SocketService"].full_name

Attach = Callable[[Context], Awaitable[None]]
Call = Callable[[Any, float | None], Any]


def handlers(attach: Attach, unary: UnaryCalls) -> grpc.GenericRpcHandler[Any, Any]:
    """The handlers of the service, to be added to a server."""
    calls: dict[str, Call] = {
        "CreateSocket": lambda request, _: unary.create(request),
        "Control": lambda request, _: unary.control(request),
        "CloseSocket": lambda request, _: unary.close(request),
        "Send": unary.send,
        "Receive": unary.receive,
        "Request": unary.request,
    }
    methods = {name: _unary(name, call) for name, call in calls.items()}
    methods["Attach"] = _streaming(attach)
    return grpc.method_handlers_generic_handler(SERVICE_NAME, methods)


def _types(name: str) -> tuple[Any, Any]:
    """The request and response classes of a method."""
    return getattr(pb, f"{name}Request"), getattr(pb, f"{name}Response")


def _unary(name: str, call: Call) -> grpc.RpcMethodHandler[Any, Any]:
    request_type, response_type = _types(name)

    async def handle(data: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        try:
            answer = call(parse(request_type, data), context.time_remaining())
            return await answer if inspect.isawaitable(answer) else answer
        except GatewayError as error:
            log.info("%s failed with %s", name, error)
            await context.abort(error.status, str(error), error.trailers)

    return grpc.unary_unary_rpc_method_handler(handle, None, response_type.SerializeToString)


def _streaming(attach: Attach) -> grpc.RpcMethodHandler[Any, Any]:
    async def handle(_: Any, context: Context) -> None:
        await attach(context)

    return grpc.stream_stream_rpc_method_handler(handle, None, pb.AttachResponse.SerializeToString)
