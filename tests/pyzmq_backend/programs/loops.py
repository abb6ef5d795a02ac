"""asyncio sockets, pollers and contexts; tornado streams where tornado is installed."""

import asyncio

import zmq
import zmq.asyncio


async def echo(reply: zmq.asyncio.Socket, count: int) -> None:
    for _ in range(count):
        await reply.send_multipart(await reply.recv_multipart())


async def main() -> None:
    with zmq.asyncio.Context() as context:
        reply, request = context.socket(zmq.REP), context.socket(zmq.REQ)
        with reply, request:
            request.connect(f"tcp://127.0.0.1:{reply.bind_to_random_port('tcp://127.0.0.1')}")
            server = asyncio.create_task(echo(reply, 20))
            for number in range(20):
                await request.send_json({"number": number})
                assert await request.recv_json() == {"number": number}
            await server
            request.rcvtimeo = 10
            try:
                await request.poll(5)
                await asyncio.wait_for(reply.recv(), 0.01)
            except TimeoutError:
                pass
            poller = zmq.asyncio.Poller()
            poller.register(reply, zmq.POLLIN)
            await request.send(b"x")
            assert dict(await poller.poll(5000)) == {reply: zmq.POLLIN}


asyncio.run(main())

try:
    from zmq.eventloop.zmqstream import ZMQStream
except ImportError:
    print("done without tornado")
    raise SystemExit from None


async def streams() -> None:
    with zmq.Context() as context:
        push, pull = context.socket(zmq.PUSH), context.socket(zmq.PULL)
        push.connect(f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}")
        got: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()
        incoming, outgoing = ZMQStream(pull), ZMQStream(push)
        incoming.on_recv(got.set_result)
        outgoing.send_multipart([b"through", b"tornado"])
        assert await asyncio.wait_for(got, 5) == [b"through", b"tornado"]
        incoming.close()
        outgoing.close()


asyncio.run(streams())
print("done")
