"""CURVE with certificates: a server lets in whose public key it has, and nobody else.

The keys are made anew at each run. In earnest each side keeps its secret certificate, and the
public ones travel once, in a way that nobody can change them on.
"""

import tempfile
from pathlib import Path

import core as zmq
from core.auth import create_certificates, load_certificate
from core.auth.thread import ThreadAuthenticator

ENDPOINT = "tcp://127.0.0.1:5555"


def main() -> None:
    """Let the friend in and keep the stranger out."""
    with tempfile.TemporaryDirectory() as folder, zmq.Context() as context:
        known, unknown = Path(folder) / "known", Path(folder) / "unknown"
        for place, name in ((known, "server"), (known, "friend"), (unknown, "stranger")):
            place.mkdir(exist_ok=True)
            create_certificates(place, name)

        auth = ThreadAuthenticator(context)
        auth.start()
        auth.configure_curve(location=known)

        with context.socket(zmq.PULL) as server:
            server.curve_publickey, server.curve_secretkey = keys(known / "server")
            server.curve_server = True
            server.rcvtimeo = 500
            server.bind(ENDPOINT)
            for name, place in (("friend", known), ("stranger", unknown)):
                with context.socket(zmq.PUSH) as client:
                    client.linger = 500
                    client.curve_publickey, client.curve_secretkey = keys(place / name)
                    client.curve_serverkey = server.curve_publickey
                    client.connect(ENDPOINT)
                    client.send(b"it is me")
                    print(f"{name}: {receive(server)}")
        auth.stop()


def keys(certificate: Path) -> tuple[bytes, bytes]:
    """Read both keys of a secret certificate."""
    public, secret = load_certificate(f"{certificate}.key_secret")
    assert secret is not None
    return public, secret


def receive(server: zmq.Socket) -> str:
    """Say what the server hears."""
    try:
        return repr(server.recv())
    except zmq.Again:
        return "was not let in"


if __name__ == "__main__":
    main()
