"""The client's half of the CURVE handshake (RFC 26 §grammar, RFC 25), as libzmq plays it.

    →  HELLO     version, C', a box for S that shows that we have c'
    ←  WELCOME   box for C': S' and a cookie
    →  INITIATE  the cookie, box for S': C, the vouch that C' is ours, our metadata
    ←  READY     box for C': the server's metadata

C and S are long-term keys, C' and S' those of this connection; small letters are the secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.zmtp.curve_keys import CurveKeys, Entropy, long_nonce, short_nonce
from core.zmtp.curve_traffic import CurveTraffic
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.mechanism import own_metadata
from core.zmtp.sodium import close_box, open_box, public_key, shared_key
from core.zmtp.steps import ClientSteps, Step

if TYPE_CHECKING:
    from core.zmtp.config import ConnectionConfig

__all__ = ["CurveClient"]

_VERSION = b"\x01\x00"
#: RFC 26 §HELLO: HELLO is longer than WELCOME, so that nobody is flooded through us.
_PADDING = bytes(72)
_SIGNED = bytes(64)
_WELCOME_SIZE = 160
_SMALLEST_READY = 24


class CurveClient(ClientSteps):
    """One connection's handshake; keys: ours and the server's; entropy: random bytes."""

    name = "CURVE"

    def __init__(self, config: ConnectionConfig, keys: CurveKeys, entropy: Entropy) -> None:
        super().__init__(config)
        self._keys = keys
        self._entropy = entropy
        self._short_secret = b""  # c'
        self._short_public = b""  # C'
        self._to_server = b""  # what S and c' have in common
        self._short_server = b""  # S'
        self._cookie = b""
        self._session = b""  # what S' and c' have in common
        self._peer_nonce = 0

    def make(self, step: Step) -> bytes:
        """Make HELLO or INITIATE."""
        return self._hello() if step is Step.SENDING_HELLO else self._initiate()

    def take(self, step: Step, data: bytes) -> None:
        """Take WELCOME or READY."""
        if step is Step.WAITING_FOR_WELCOME:
            self._take_welcome(data)
        else:
            self._take_ready(data)

    def begin_traffic(self) -> None:
        """HELLO and INITIATE had the nonces 1 and 2."""
        self.traffic = CurveTraffic(self._session, as_server=False, sent=2, got=self._peer_nonce)

    def hint(self) -> str:
        """Say what a server that closes now, without a word, most likely did not like."""
        if self.step is Step.WAITING_FOR_WELCOME:
            return "after our HELLO: is ZMQ_CURVE_SERVERKEY the public key of this server?"
        if self.step is Step.WAITING_FOR_READY:
            return "after our INITIATE: do ZMQ_CURVE_PUBLICKEY and _SECRETKEY belong together?"
        return ""

    def _hello(self) -> bytes:
        self._short_secret = self._entropy(32)
        self._short_public = public_key(self._short_secret)
        self._to_server = shared_key(self._keys.server, self._short_secret, "ZMQ_CURVE_SERVERKEY")
        nonce = short_nonce(b"CurveZMQHELLO---", 1)
        signature = close_box(_SIGNED, nonce, self._to_server)
        return _VERSION + _PADDING + self._short_public + nonce[16:] + signature

    def _take_welcome(self, data: bytes) -> None:
        if len(data) != _WELCOME_SIZE:
            detail = f"{len(data)} bytes instead of {_WELCOME_SIZE}"
            raise ProtocolError(FailureReason.MALFORMED_WELCOME, detail)
        nonce = long_nonce(b"WELCOME-", data[:16])
        content = open_box(data[16:], nonce, self._to_server, "the box in WELCOME")
        self._short_server, self._cookie = content[:32], content[32:]
        self._session = shared_key(self._short_server, self._short_secret, "the key in WELCOME")

    def _initiate(self) -> bytes:
        content = self._keys.own_public() + self._vouch() + own_metadata(self.config)
        nonce = short_nonce(b"CurveZMQINITIATE", 2)
        return self._cookie + nonce[16:] + close_box(content, nonce, self._session)

    def _vouch(self) -> bytes:
        """Show, by means of our long-term key, that C' is ours and meant for this server."""
        nonce = long_nonce(b"VOUCH---", self._entropy(16))
        key = shared_key(self._short_server, self._keys.secret, "the key in WELCOME")
        return nonce[8:] + close_box(self._short_public + self._keys.server, nonce, key)

    def _take_ready(self, data: bytes) -> None:
        if len(data) < _SMALLEST_READY:
            raise ProtocolError(FailureReason.MALFORMED_READY, f"only {len(data)} bytes")
        self._peer_nonce = int.from_bytes(data[:8], "big")
        nonce = short_nonce(b"CurveZMQREADY---", self._peer_nonce)
        self.take_metadata(open_box(data[8:], nonce, self._session, "the box in READY"))
