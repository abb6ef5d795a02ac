"""The server around the service: health, reflection, ports."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
import pytest
from grpc._cython import cygrpc  # type: ignore[attr-defined]
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from gateway.server import Gateway, _options
from gateway.service import SERVICE_NAME
from gateway.settings import Settings
from gateway.v1 import gateway_pb2 as pb
from tests.gateway.client import World, running_gateway


async def health(world: World, service: str) -> int:
    method = world.channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    answer = await method(health_pb2.HealthCheckRequest(service=service), timeout=10)
    return int(answer.status)


@pytest.mark.parametrize("service", ["", "babelmq.v1.SocketService"])
async def test_health(service: str) -> None:
    async with running_gateway() as world:
        assert await health(world, service) == health_pb2.HealthCheckResponse.SERVING


async def test_a_stopping_gateway_is_not_healthy() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH")
        stopping = asyncio.create_task(world.gateway.stop(5))
        await stream.until(lambda: stream.go_away)
        assert await health(world, "") == health_pb2.HealthCheckResponse.NOT_SERVING
        stream.call.cancel()
        await stopping


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection_lists_and_describes_the_service(version: str) -> None:
    async with running_gateway() as world:
        method = world.channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
        )
        questions = [
            reflection_pb2.ServerReflectionRequest(list_services=""),
            reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE_NAME),
        ]
        listed, described = [answer async for answer in method(iter(questions), timeout=10)]
        names = {service.name for service in listed.list_services_response.service}
        assert {SERVICE_NAME, "grpc.health.v1.Health"} <= names
        assert b"AttachRequest" in described.file_descriptor_response.file_descriptor_proto[0]


def test_grpc_knows_the_options_it_is_given() -> None:
    library = Path(cygrpc.__file__).read_bytes()
    for name, _ in _options(Settings()):
        assert name.encode() + b"\0" in library, name


async def test_a_port_that_is_taken_is_refused() -> None:
    async with running_gateway() as world:
        second = Gateway()
        with pytest.raises(OSError, match="cannot listen"):
            await second.start(world.address)
        await second.stop(0)


async def test_every_method_of_the_proto_is_served() -> None:
    async with running_gateway() as world:
        for method in pb.DESCRIPTOR.services_by_name["SocketService"].methods:
            status, details, _ = await world.raw(method.name, b"\xff")
            assert status is grpc.StatusCode.INVALID_ARGUMENT, method.name
            assert details == f"EPROTO: 1 bytes that are no {method.input_type.name}"
