"""A streamer in a process of its own passes a message on, and ends when it is told to."""

from __future__ import annotations

import core as zmq
from core import devices

LOCAL = "tcp://127.0.0.1"


def main() -> None:
    with (
        zmq.Context() as context,
        context.socket(zmq.PUSH) as push,
        context.socket(zmq.PULL) as pull,
    ):
        device = devices.ProcessDevice(zmq.STREAMER, zmq.PULL, zmq.PUSH)
        device.connect_in(f"{LOCAL}:{push.bind_to_random_port(LOCAL)}")
        device.connect_out(f"{LOCAL}:{pull.bind_to_random_port(LOCAL)}")
        device.start()
        try:
            push.send_multipart([b"through", b"a process"])
            assert pull.recv_multipart() == [b"through", b"a process"]
            assert device.launcher.daemon
        finally:
            device.launcher.terminate()
            device.join(5)


if __name__ == "__main__":
    main()
