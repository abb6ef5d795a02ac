"""CURVE with pyzmq's authenticator and certificates on disk: who has no key gets no message."""

import tempfile
from pathlib import Path

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator

if not zmq.has("curve"):
    print("done without CURVE")
    raise SystemExit

context = zmq.Context()
context.linger = 0
directory = tempfile.TemporaryDirectory()
keys = Path(directory.name)
for name in ("server", "friend", "stranger"):
    zmq.auth.create_certificates(keys, name)
allowed = keys / "allowed"
allowed.mkdir()
(allowed / "friend.key").write_bytes((keys / "friend.key").read_bytes())

authenticator = ThreadAuthenticator(context)
authenticator.start()
authenticator.configure_curve(domain="*", location=allowed)

server_public, server_secret = zmq.auth.load_certificate(keys / "server.key_secret")
assert zmq.curve_public(server_secret) == server_public
pull = context.socket(zmq.PULL)
pull.curve_secretkey, pull.curve_publickey, pull.curve_server = server_secret, server_public, True
port = pull.bind_to_random_port("tcp://127.0.0.1")


def sender(name):
    """A PUSH that connects with the keys of somebody."""
    push = context.socket(zmq.PUSH)
    push.curve_publickey, push.curve_secretkey = zmq.auth.load_certificate(
        keys / f"{name}.key_secret"
    )
    push.curve_serverkey = server_public
    push.connect(f"tcp://127.0.0.1:{port}")
    return push


stranger, friend = sender("stranger"), sender("friend")
refusals = stranger.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH)
stranger.send(b"let me in")
assert refusals.poll(10_000)
friend.send(b"it is me")
assert pull.recv() == b"it is me"
assert not pull.poll(50)

stranger.disable_monitor()
for socket in (stranger, friend, pull, refusals):
    socket.close()
authenticator.stop()
context.term()
directory.cleanup()
print("done")
