"""Remote sockets with PLAIN and CURVE: their options travel like any others."""

from __future__ import annotations

import core as zmq
from gateway.v1 import gateway_pb2 as pb
from tests.gateway.client import running_gateway
from tests.support.security import (
    CLIENT_PUBLIC,
    CLIENT_SECRET,
    SERVER_PUBLIC,
    SERVER_SECRET,
)


async def test_a_remote_client_of_curve() -> None:
    async with running_gateway() as world:
        server = world.socket(zmq.PULL)
        server.curve_secretkey, server.curve_server = SERVER_SECRET, 1
        server.bind("tcp://127.0.0.1:*")
        client = await world.open(
            "PUSH",
            CURVE_SERVERKEY=SERVER_PUBLIC,
            CURVE_PUBLICKEY=CLIENT_PUBLIC,
            CURVE_SECRETKEY=CLIENT_SECRET,
        )
        await client.command(connect=server.last_endpoint.decode())
        await client.send(b"a secret")
        assert await server.recv() == b"a secret"
        key = await client.command(get_option=pb.SocketOption(name="CURVE_SERVERKEY"))
        assert key.option.bytes_value == SERVER_PUBLIC


async def test_a_remote_server_of_curve_with_keys_as_text() -> None:
    async with running_gateway() as world:
        server = await world.open("PULL", window=5, CURVE_SERVER=1)
        text = pb.SocketOption(name="CURVE_SECRETKEY", text_value=SERVER_SECRET.decode())
        assert not (await server.command(set_option=text)).HasField("error")
        bound = await server.command(bind="tcp://127.0.0.1:*")
        client = world.socket(zmq.PUSH)
        client.curve_serverkey, client.curve_secretkey = SERVER_PUBLIC, CLIENT_SECRET
        client.connect(bound.endpoint)
        await client.send(b"a secret")
        await server.until_delivered(1)
        assert server.delivered == [[b"a secret"]]


async def test_missing_keys_are_told_to_the_client() -> None:
    async with running_gateway() as world:
        server = await world.open("PULL", CURVE_SERVER=1)
        refused = await server.command(bind="tcp://127.0.0.1:*")
        assert refused.error.name == "EINVAL"
        assert "CURVE_SECRETKEY" in refused.error.message
