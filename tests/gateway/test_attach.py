"""The Attach stream: opening, commands, messages both ways, closing."""

from __future__ import annotations

from typing import Any

import grpc

import core as zmq
from gateway.v1 import gateway_pb2 as pb
from tests.gateway.client import option, running_gateway


async def test_the_first_answer_opens_and_names_the_limits() -> None:
    async with running_gateway(max_message_bytes=1234) as world:
        stream = await world.open("PUSH")
        assert stream.opened is not None
        assert stream.opened.limits.max_message_bytes == 1234
        assert stream.opened.limits.max_batch_messages == 1000
        assert stream.opened.limits.max_batch_bytes == 256 * 1024
        assert stream.opened.instance_id == world.gateway.instance_id


async def test_push_to_an_ordinary_pull() -> None:
    async with running_gateway() as world:
        pull, endpoint = world.bound(zmq.PULL)
        push = await world.open("PUSH")
        assert not (await push.command(connect=endpoint)).HasField("error")
        await push.send(b"one", [b"two", b"", b"parts"], b"")
        received = [await pull.recv_multipart() for _ in range(3)]
        assert received == [[b"one"], [b"two", b"", b"parts"], [b""]]
        await push.until(lambda: push.window.accepted_through == 3)


async def test_an_ordinary_push_to_pull() -> None:
    async with running_gateway() as world:
        stream = await world.open("PULL", window=10)
        bound = await stream.command(bind="tcp://127.0.0.1:*")
        push = world.socket(zmq.PUSH)
        push.connect(bound.endpoint)
        await push.send(b"one")
        await push.send_multipart([b"", b"two"])
        await stream.until(lambda: len(stream.delivered) == 2)
        assert stream.delivered == [[b"one"], [b"", b"two"]]


async def test_two_remote_sockets_meet_over_inproc() -> None:
    async with running_gateway() as world:
        left, right = await world.open("PAIR", window=5), await world.open("PAIR", window=5)
        await left.command(bind="inproc://room")
        await right.command(connect="inproc://room")
        await left.send(b"from left")
        await right.send(b"from right")
        await left.until(lambda: left.delivered == [[b"from right"]])
        await right.until(lambda: right.delivered == [[b"from left"]])


async def test_everything_in_the_first_frame() -> None:
    async with running_gateway() as world:
        stream = world.attach()
        await stream.write(
            open=pb.Open(type=pb.SOCKET_TYPE_SUB, options=[option("RCVHWM", 7)]),
            commands=[
                pb.Command(command_id=5, connect="tcp://127.0.0.1:1"),
                pb.Command(command_id=6, subscribe=b"a"),
                pb.Command(command_id=7, subscribe_text="b"),
                pb.Command(command_id=8, get_option=pb.SocketOption(id=int(zmq.RCVHWM))),
            ],
            window=pb.ReceiveWindow(limit_seq=10),
            heartbeat=pb.Heartbeat(nonce=42),
        )
        await stream.until(lambda: stream.heartbeats)
        assert stream.frames == 1, "everything was known at once, so one frame tells it"
        assert stream.opened is not None
        assert [result.command_id for result in stream.results] == [5, 6, 7, 8]
        assert not any(result.HasField("error") for result in stream.results)
        assert stream.results[3].option.int_value == 7
        assert stream.results[3].option.name == "RCVHWM"


async def test_subscriptions_filter_and_end() -> None:
    async with running_gateway() as world:
        sub = await world.open("SUB", window=10)
        await sub.command(subscribe=b"a")
        await sub.command(subscribe_text="b")
        endpoint = (await sub.command(bind="tcp://127.0.0.1:*")).endpoint
        publisher = world.socket(zmq.XPUB)
        publisher.connect(endpoint)
        assert {await publisher.recv(), await publisher.recv()} == {b"\x01a", b"\x01b"}
        await sub.command(unsubscribe_text="a")
        assert await publisher.recv() == b"\x00a"
        await publisher.send_many([b"a1", b"b1", b"c1", b"b2"])
        await sub.until(lambda: len(sub.delivered) == 2)
        assert sub.delivered == [[b"b1"], [b"b2"]]


async def test_a_failing_command_does_not_keep_the_next_ones_back() -> None:
    async with running_gateway() as world:
        _, taken = world.bound(zmq.PULL)
        stream = await world.open("PUSH")
        operations: list[dict[str, Any]] = [
            {"bind": taken},
            {"connect": "tcp://nonsense"},
            {"connect": "carrier-pigeon://x"},
            {"unbind": "tcp://127.0.0.1:1"},
            {"connect": taken},
            {"disconnect": taken},
            {},
        ]
        await stream.write(
            commands=[pb.Command(command_id=n, **op) for n, op in enumerate(operations)]
        )
        await stream.until(lambda: len(stream.results) == len(operations))
        names = [result.error.name for result in stream.results]
        assert names == ["EADDRINUSE", "EINVAL", "EPROTONOSUPPORT", "ENOENT", "", "", "EINVAL"]
        assert stream.results[1].error.metadata["endpoint"] == "tcp://nonsense"
        assert stream.results[0].error.message
        assert stream.results[4].endpoint == taken


async def test_options_by_number_and_name() -> None:
    async with running_gateway() as world:
        stream = await world.open("DEALER", LINGER=250, ROUTING_ID=b"me")
        linger = await stream.command(get_option=pb.SocketOption(name="ZMQ_LINGER"))
        assert linger.option == pb.SocketOption(id=int(zmq.LINGER), name="LINGER", int_value=250)
        identity = await stream.command(get_option=pb.SocketOption(id=int(zmq.ROUTING_ID)))
        assert identity.option.bytes_value == b"me"
        text = pb.SocketOption(name="routing_id", text_value="you")
        assert not (await stream.command(set_option=text)).HasField("error")
        identity = await stream.command(get_option=pb.SocketOption(name="ROUTING_ID"))
        assert identity.option.bytes_value == b"you"


async def test_options_that_cannot_be() -> None:
    async with running_gateway() as world:
        stream = await world.open("DEALER")
        for wrong in (
            pb.SocketOption(name="NO_SUCH_OPTION", int_value=1),
            pb.SocketOption(int_value=1),
            pb.SocketOption(name="LINGER"),
            pb.SocketOption(name="LINGER", bytes_value=b"long"),
            pb.SocketOption(name="SNDTIMEO", int_value=-2),
        ):
            result = await stream.command(set_option=wrong)
            assert result.error.name == "EINVAL", wrong
            assert result.error.message


async def test_timeouts_are_remembered_for_the_client_and_never_obeyed() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH", SNDTIMEO=1, RCVTIMEO=2)
        for name, value in (("SNDTIMEO", 1), ("RCVTIMEO", 2)):
            result = await stream.command(get_option=pb.SocketOption(name=name))
            assert result.option.int_value == value


async def test_no_option_lifts_the_limit_on_message_size() -> None:
    async with running_gateway(max_message_bytes=1000) as world:
        stream = await world.open("PULL")
        for wished, granted in ((-1, 1000), (5000, 1000), (10, 10)):
            await stream.command(set_option=option("MAXMSGSIZE", wished))
            result = await stream.command(get_option=pb.SocketOption(name="MAXMSGSIZE"))
            assert result.option.int_value == granted


async def test_an_empty_frame_and_an_empty_batch_do_nothing() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH")
        await stream.write()
        await stream.write(send=pb.Batch())
        await stream.write(heartbeat=pb.Heartbeat(nonce=1))
        await stream.until(lambda: stream.heartbeats == [1])


async def test_heartbeats_are_echoed_in_order() -> None:
    async with running_gateway() as world:
        stream = await world.open("PULL")
        for nonce in range(1, 4):
            await stream.write(heartbeat=pb.Heartbeat(nonce=nonce))
            await stream.until_heartbeat(nonce)
        assert stream.heartbeats == [1, 2, 3]


async def test_close_answers_closed_and_ends_ok() -> None:
    async with running_gateway() as world:
        stream = await world.open("PUSH")
        await stream.write(close=pb.Close())
        assert await stream.status() is grpc.StatusCode.OK
        assert stream.closed == pb.Closed()


async def test_a_stream_that_says_nothing_ends_quietly() -> None:
    async with running_gateway() as world:
        stream = world.attach()
        await stream.call.done_writing()
        assert await stream.status() is grpc.StatusCode.OK
        assert stream.frames == 0
