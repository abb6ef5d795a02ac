"""The server's half of the CURVE handshake (RFC 26 §grammar, RFC 25), as libzmq plays it.

See `curve_client.py` for the four commands. Unlike the RFC's server, and like libzmq's, this one
keeps its state between WELCOME and INITIATE, so that the cookie is only checked to come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.zmtp.curve_keys import CurveKeys, Entropy, long_nonce, short_nonce
from core.zmtp.curve_traffic import CurveTraffic
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.mechanism import own_metadata
from core.zmtp.sodium import close_box, open_box, public_key, shared_key
from core.zmtp.steps import ServerSteps, Step
from core.zmtp.zap import Credentials, ZapPolicy

if TYPE_CHECKING:
    from core.zmtp.config import ConnectionConfig

__all__ = ["CurveServer"]

_VERSION = b"\x01\x00"
# Sizes of what follows a command's name.
_HELLO_SIZE = 194
_SMALLEST_INITIATE = 248
_COOKIE_SIZE = 96


class CurveServer(ServerSteps):
    """One connection's handshake; keys: ours; entropy: random bytes."""

    name = "CURVE"
    _let_in = Step.SENDING_READY

    def __init__(
        self, config: ConnectionConfig, policy: ZapPolicy, keys: CurveKeys, entropy: Entropy
    ) -> None:
        super().__init__(config, policy)
        self._keys = keys
        self._entropy = entropy
        self._short_client = b""  # C'
        self._to_client = b""  # what C' and s have in common
        self._short_secret = b""  # s'
        self._cookie_key = b""
        self._session = b""  # what C' and s' have in common
        self._peer_nonce = 0

    def make(self, step: Step) -> bytes:
        """Make WELCOME or READY."""
        return self._welcome() if step is Step.SENDING_WELCOME else self._ready()

    def take(self, step: Step, data: bytes) -> None:
        """Take HELLO or INITIATE."""
        if step is Step.WAITING_FOR_HELLO:
            self._take_hello(data)
        else:
            self._take_initiate(data)

    def begin_traffic(self) -> None:
        """READY had the nonce 1."""
        self.traffic = CurveTraffic(self._session, as_server=True, sent=1, got=self._peer_nonce)

    def _take_hello(self, data: bytes) -> None:
        if len(data) != _HELLO_SIZE:
            detail = f"{len(data)} bytes instead of {_HELLO_SIZE}"
            raise ProtocolError(FailureReason.MALFORMED_HELLO, detail)
        if data[:2] != _VERSION:
            detail = f"CurveZMQ {data[0]}.{data[1]}, we speak 1.0"
            raise ProtocolError(FailureReason.MALFORMED_HELLO, detail)
        self._short_client = data[74:106]
        what = "the box in HELLO: is its ZMQ_CURVE_SERVERKEY our public key?"
        self._to_client = shared_key(self._short_client, self._keys.secret, what)
        open_box(data[114:], b"CurveZMQHELLO---" + data[106:114], self._to_client, what)

    def _welcome(self) -> bytes:
        self._short_secret = self._entropy(32)
        content = public_key(self._short_secret) + self._cookie()
        nonce = long_nonce(b"WELCOME-", self._entropy(16))
        return nonce[8:] + close_box(content, nonce, self._to_client)

    def _cookie(self) -> bytes:
        self._cookie_key = self._entropy(32)
        nonce = long_nonce(b"COOKIE--", self._entropy(16))
        content = self._short_client + self._short_secret
        return nonce[8:] + close_box(content, nonce, self._cookie_key)

    def _take_initiate(self, data: bytes) -> None:
        if len(data) < _SMALLEST_INITIATE:
            raise ProtocolError(FailureReason.MALFORMED_INITIATE, f"only {len(data)} bytes")
        self._check_cookie(data[:_COOKIE_SIZE])
        self._session = shared_key(self._short_client, self._short_secret, "the key in HELLO")
        self._peer_nonce = int.from_bytes(data[96:104], "big")
        nonce = short_nonce(b"CurveZMQINITIATE", self._peer_nonce)
        content = open_box(data[104:], nonce, self._session, "the box in INITIATE")
        client = content[:32]
        self._check_vouch(client, content[32:128])
        self.take_metadata(content[128:])
        self._ask_about(client)

    def _check_cookie(self, cookie: bytes) -> None:
        what = "the cookie in INITIATE"
        content = open_box(cookie[16:], b"COOKIE--" + cookie[:16], self._cookie_key, what)
        if content != self._short_client + self._short_secret:
            raise ProtocolError(FailureReason.CRYPTOGRAPHIC, what)

    def _check_vouch(self, client: bytes, vouch: bytes) -> None:
        what = "the vouch in INITIATE: do its public and secret key belong together?"
        key = shared_key(client, self._short_secret, what)
        content = open_box(vouch[16:], b"VOUCH---" + vouch[:16], key, what)
        if content[:32] != self._short_client:
            raise ProtocolError(FailureReason.KEY_EXCHANGE)
        # The second half, our public key, is not looked at: libzmq's server need not know it.

    def _ask_about(self, client: bytes) -> None:
        """Let the ZAP handler judge the client's key.

        libzmq: with ZMQ_ZAP_ENFORCE_DOMAIN and no domain everybody is let in (stonehouse).
        """
        if self.policy.domain or not self.policy.enforce:
            self.credentials = Credentials(self.name, (client,))
            self.step = Step.WAITING_FOR_VERDICT

    def _ready(self) -> bytes:
        nonce = short_nonce(b"CurveZMQREADY---", 1)
        return nonce[16:] + close_box(own_metadata(self.config), nonce, self._session)
