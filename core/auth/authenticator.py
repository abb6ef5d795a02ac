"""A ZAP handler (RFC 27) with rules: addresses, names and passwords, keys.

Until rules are set, everybody who comes with NULL is let in, and nobody with PLAIN or CURVE.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Mapping, Sequence
from hmac import compare_digest
from inspect import isawaitable
from typing import Any, Final, Protocol

from core.auth.certs import load_certificates
from core.context import BaseContext, Context
from core.enums import SocketType
from core.runtime.zap_client import ENDPOINT
from core.socket import Socket
from core.utils import z85

__all__ = ["CURVE_ALLOW_ANY", "Authenticator", "CredentialsProvider"]

#: In place of a directory of certificates: whoever has a key may come in.
CURVE_ALLOW_ANY: Final = "*"

VERSION: Final = b"1.0"
_ANYWHERE = "*"
_REQUEST_FRAMES = 6
_LAST_WORDS = 1000  # milliseconds for the last reply to leave


class CredentialsProvider(Protocol):
    """Decides about CURVE keys."""

    def callback(self, domain: str, key: bytes) -> bool | Awaitable[bool]:
        """Whether the owner of a key may come in.

        :param domain: ZAP_DOMAIN of the server, ``"*"`` when it has none
        :param key: the client's public key, 40 characters of Z85
        """
        ...


class _Refused(Exception):
    """The reason goes to the server, as the status text."""


class Authenticator:
    """The rules, and a REP socket on which the servers of a context ask for them.

    Somebody has to receive on `zap_socket` and to await `handle_zap_message`; the subclasses in
    ``core.auth.thread`` and ``core.auth.asyncio`` do that themselves.

    :param context: of the servers; default: `Context.instance`
    :param encoding: of domains, addresses, names and passwords
    :param log: a logger, which gets every decision at level DEBUG; default: ``zmq.auth``
    """

    _socket_class: type[Any] = Socket

    def __init__(
        self,
        context: BaseContext[Any] | None = None,
        encoding: str = "utf-8",
        log: logging.Logger | None = None,
    ) -> None:
        self.context: BaseContext[Any] = context or Context.instance()
        self.encoding = encoding
        self.allow_any = False
        self.credentials_providers: dict[str, CredentialsProvider] = {}
        self.passwords: dict[str, Mapping[str, str]] = {}
        self.certs: dict[str, dict[bytes, bool]] = {}
        self.zap_socket: Any = None
        self.log: logging.Logger = log or logging.getLogger("zmq.auth")
        self._allowed: set[str] = set()
        self._denied: set[str] = set()

    def start(self) -> None:
        """Be the context's ZAP handler from now on.

        :raises ZMQError: EADDRINUSE: the context has one already
        """
        self.zap_socket = self.context.socket(SocketType.REP, socket_class=self._socket_class)
        try:
            self.zap_socket.linger = _LAST_WORDS
            self.zap_socket.bind(ENDPOINT)
        except BaseException:
            self.stop()
            raise
        self.log.debug("started")

    def stop(self) -> None:
        """Be it no more. Idempotent."""
        socket, self.zap_socket = self.zap_socket, None
        if socket is not None:
            socket.close()

    # The rules

    def allow(self, *addresses: str) -> None:
        """Let in peers from these addresses only; with PLAIN and CURVE they have to pass as well.

        :param addresses: IP addresses
        :raises ValueError: `deny` was used
        """
        if self._denied:
            raise ValueError("Only use allow or deny, not both")
        self._allowed.update(addresses)

    def deny(self, *addresses: str) -> None:
        """Keep out peers from these addresses.

        :param addresses: IP addresses
        :raises ValueError: `allow` was used
        """
        if self._allowed:
            raise ValueError("Only use allow or deny, not both")
        self._denied.update(addresses)

    def configure_plain(
        self, domain: str = _ANYWHERE, passwords: Mapping[str, str] | None = None
    ) -> None:
        """Say who may come in with PLAIN.

        :param domain: ZAP_DOMAIN of the servers it counts for; ``"*"``: those without one
        :param passwords: by user name; looked at at each connection, so it may be changed
        """
        if passwords:
            self.passwords[domain] = passwords

    def configure_curve(
        self, domain: str = _ANYWHERE, location: str | os.PathLike[str] = "."
    ) -> None:
        """Say who may come in with CURVE.

        :param domain: ZAP_DOMAIN of the servers it counts for; ``"*"``: those without one
        :param location: a directory of public certificates (``*.key``), which is read now: call
            again when it has changed. `CURVE_ALLOW_ANY` lets in whoever has a key. If it cannot be
            read, that is logged as an error, and nobody is let in.
        """
        self.allow_any = location == CURVE_ALLOW_ANY
        if self.allow_any:
            return
        try:
            self.certs[domain] = load_certificates(location)
        except (OSError, ValueError) as error:
            self.log.error("no certificates from %s: %s", location, error)

    def configure_curve_callback(
        self, domain: str = _ANYWHERE, credentials_provider: CredentialsProvider | None = None
    ) -> None:
        """Let a program of yours say who may come in with CURVE.

        :param domain: ZAP_DOMAIN of the servers it counts for; ``"*"``: those without one
        :param credentials_provider: its method ``callback(domain, key)`` returns True or False, or
            is a coroutine that does. An exception in it keeps the peer out.
        """
        self.allow_any = False
        if credentials_provider is None:
            self.log.error("no credentials_provider for domain %r", domain)
        else:
            self.credentials_providers[domain] = credentials_provider

    def configure_gssapi(self, domain: str = _ANYWHERE, location: str | None = None) -> None:
        """Do nothing: GSSAPI has no rules here, and this engine does not offer it."""

    def curve_user_id(self, client_public_key: bytes) -> str:
        """Return the User-Id of an accepted client; override it to have another than its key.

        :param client_public_key: 32 bytes
        :returns: the key as 40 characters of Z85
        """
        return z85.encode(client_public_key).decode("ascii")

    # Requests

    async def handle_zap_message(self, msg: Sequence[bytes]) -> None:
        """Decide about one request, and answer it.

        :param msg: as received from `zap_socket`
        """
        if len(msg) < 2:
            self.log.error("a ZAP request that cannot be answered: %r", msg)
            return
        request_id, socket = msg[1], self.zap_socket
        if socket is None:
            return  # stopped meanwhile: who asked is told that the handler has left
        try:
            user = await self._judge(msg)
        except _Refused as refusal:
            self.log.debug("refused: %s", refusal)
            reply = [VERSION, request_id, b"400", str(refusal).encode(), b"", b""]
        except Exception:
            self.log.exception("a ZAP request could not be judged")
            reply = [VERSION, request_id, b"500", b"Internal error", b"", b""]
        else:
            self.log.debug("let in: %s", user)
            user_id = user.encode(self.encoding, "replace")
            reply = [VERSION, request_id, b"200", b"OK", user_id, b""]
        sent = socket.send_multipart(reply)
        if isawaitable(sent):
            await sent

    async def _judge(self, msg: Sequence[bytes]) -> str:
        """Return the user's name; raises _Refused."""
        if len(msg) < _REQUEST_FRAMES:
            raise _Refused("Not enough frames")
        version, _, domain, address, _, mechanism, *credentials = msg
        if version != VERSION:
            raise _Refused("Invalid version")
        self._check_address(self._text(address))
        where = self._text(domain) or _ANYWHERE
        if mechanism == b"NULL":
            return "anonymous"
        if mechanism == b"PLAIN" and len(credentials) == 2:
            return self._check_password(where, *map(self._text, credentials))
        if mechanism == b"CURVE" and len(credentials) == 1:
            return await self._check_key(where, credentials[0])
        raise _Refused("Invalid credentials")

    def _check_address(self, address: str) -> None:
        if self._allowed and address not in self._allowed:
            raise _Refused("Address not allowed")
        if address in self._denied:
            raise _Refused("Address denied")

    def _check_password(self, domain: str, username: str, password: str) -> str:
        if not self.passwords:
            raise _Refused("No passwords defined")
        if domain not in self.passwords:
            raise _Refused("Invalid domain")
        expected = self.passwords[domain].get(username)
        if expected is None:
            raise _Refused("Invalid username")
        if not compare_digest(expected.encode(), password.encode()):
            raise _Refused("Invalid password")
        return username

    async def _check_key(self, domain: str, key: bytes) -> str:
        if not self.allow_any and not await self._is_known(domain, z85.encode(key)):
            raise _Refused("Unknown key")
        return self.curve_user_id(key)

    async def _is_known(self, domain: str, key: bytes) -> bool:
        if self.credentials_providers:
            if domain not in self.credentials_providers:
                raise _Refused("Unknown domain")
            answer = self.credentials_providers[domain].callback(domain, key)
            return bool(await answer if isawaitable(answer) else answer)
        if domain not in self.certs:
            raise _Refused("Unknown domain")
        return self.certs[domain].get(key, False)

    def _text(self, data: bytes) -> str:
        return data.decode(self.encoding, "replace")
