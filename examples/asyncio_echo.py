"""asyncio: sockets are awaited, no thread is involved, and a receive can be cancelled safely."""

import asyncio

import core as zmq
import core.asyncio


async def server(socket: core.asyncio.Socket) -> None:
    """Answer every request; `async for` yields messages as lists of frames."""
    async for frames in socket:
        await socket.send_multipart([b"echo:", *frames])


async def main() -> None:
    """Run a server and a client on one loop."""
    with (
        core.asyncio.Context() as context,
        context.socket(zmq.REP) as replier,
        context.socket(zmq.REQ) as client,
    ):
        replier.bind("inproc://echo")
        client.connect("inproc://echo")
        serving = asyncio.create_task(server(replier))
        for word in (b"one", b"two"):
            await client.send(word)
            print(await client.recv_multipart())
        serving.cancel()


asyncio.run(main())
