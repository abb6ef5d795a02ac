"""The steps that PLAIN and CURVE have in common: HELLO, WELCOME, INITIATE, READY, one at a time.

Theory of operation: client and server each stand at one step, and every step is of one kind. At a
SENDING step there is one command to make; making it leads to the next step. At a WAITING step
there is one command to take; taking it leads on. At WAITING_FOR_VERDICT only the ZAP handler can
move things. Whatever else comes ends the connection.

    client   SENDING_HELLO → WAITING_FOR_WELCOME → SENDING_INITIATE → WAITING_FOR_READY → READY
    server   WAITING_FOR_HELLO → SENDING_WELCOME → WAITING_FOR_INITIATE → SENDING_READY → READY

A server asks its ZAP handler after HELLO (PLAIN: name and password) or INITIATE (CURVE: the key).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from core.zmtp.commands import build_command, parse_error
from core.zmtp.errors import FailureReason, ProtocolError
from core.zmtp.mechanism import Mechanism, MechanismStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.zmtp.zap import Verdict

__all__ = ["AFTER", "ClientSteps", "ServerSteps", "Step"]


class Step(Enum):
    """Where a handshake stands: what is done there, and with which command."""

    SENDING_HELLO = "send HELLO"
    SENDING_WELCOME = "send WELCOME"
    SENDING_INITIATE = "send INITIATE"
    SENDING_READY = "send READY"
    WAITING_FOR_HELLO = "take HELLO"
    WAITING_FOR_WELCOME = "take WELCOME"
    WAITING_FOR_INITIATE = "take INITIATE"
    WAITING_FOR_READY = "take READY"
    WAITING_FOR_VERDICT = "ask the ZAP handler"
    READY = "done"

    @property
    def command(self) -> bytes:
        """The name of the command that belongs to the step."""
        return self.value.rpartition(" ")[2].encode("ascii")

    @property
    def sends(self) -> bool:
        """Whether it is for us to send the command."""
        return self.value.startswith("send")

    @property
    def takes(self) -> bool:
        """Whether it is for the peer to send the command."""
        return self.value.startswith("take")


#: Where a command leads, sent or taken. WAITING_FOR_VERDICT has none: the mechanism decides.
AFTER: Mapping[Step, Step] = {
    Step.SENDING_HELLO: Step.WAITING_FOR_WELCOME,
    Step.WAITING_FOR_WELCOME: Step.SENDING_INITIATE,
    Step.SENDING_INITIATE: Step.WAITING_FOR_READY,
    Step.WAITING_FOR_READY: Step.READY,
    Step.WAITING_FOR_HELLO: Step.SENDING_WELCOME,
    Step.SENDING_WELCOME: Step.WAITING_FOR_INITIATE,
    Step.WAITING_FOR_INITIATE: Step.SENDING_READY,
    Step.SENDING_READY: Step.READY,
}


class _Steps(Mechanism):
    """What both roles do: one command out, one command in."""

    step: Step

    @property
    def status(self) -> MechanismStatus:
        """What the step means to the connection."""
        if self.step is Step.READY:
            return MechanismStatus.READY
        if self.step is Step.WAITING_FOR_VERDICT:
            return MechanismStatus.AUTHENTICATING
        return MechanismStatus.HANDSHAKING

    def next_handshake_command(self) -> bytes | None:
        """Make the command of a SENDING step."""
        step = self.step
        if not step.sends:
            return None
        data = self.make(step)
        self.step = AFTER[step]
        if self.step is Step.READY:
            self.begin_traffic()
        return build_command(step.command, data)

    def _take(self, name: bytes, data: bytes) -> None:
        """Take the command of a WAITING step, or refuse what came instead."""
        step = self.step
        if not step.takes or name != step.command:
            raise ProtocolError(FailureReason.UNEXPECTED_COMMAND, self._surprise(name))
        self.step = AFTER[step]
        self.take(step, data)
        if self.step is Step.READY:
            self.begin_traffic()

    def _surprise(self, name: bytes) -> str:
        got = name[:32].decode("latin-1")
        return f"{got!r} in step {self.step.value!r}"

    def make(self, step: Step) -> bytes:
        """Return the data of the command to send at `step`."""
        raise NotImplementedError

    def take(self, step: Step, data: bytes) -> None:
        """Take the data of the command awaited at `step`; `self.step` is the next one already."""
        raise NotImplementedError

    def begin_traffic(self) -> None:
        """The handshake is done: set `traffic` if it is to be encrypted."""


class ClientSteps(_Steps):
    """The client's half: it speaks first."""

    step = Step.SENDING_HELLO

    def process_handshake_command(self, body: bytes) -> None:
        """Take WELCOME and READY in their turn, or ERROR at any time."""
        name, data = _split(body)
        if name == b"ERROR":
            raise parse_error(data)
        if name == b"HELLO":
            detail = "it is a client of the mechanism too: one side has to be the server"
            raise ProtocolError(FailureReason.UNEXPECTED_COMMAND, detail)
        self._take(name, data)


class ServerSteps(_Steps):
    """The server's half, with the question to the ZAP handler in between."""

    as_server = True
    step = Step.WAITING_FOR_HELLO
    #: Where a good verdict leads.
    _let_in: Step

    def process_handshake_command(self, body: bytes) -> None:
        """Take HELLO and INITIATE in their turn."""
        if not self.step.takes:
            # libzmq: a client has nothing to say before it was answered.
            raise ProtocolError(FailureReason.COMMAND_OUT_OF_TURN, f"in step {self.step.value!r}")
        self._take(*_split(body))

    def authenticate(self, verdict: Verdict | None) -> None:
        """Go on after a good verdict; raise ProtocolError after a bad one."""
        super().authenticate(verdict)
        self.step = self._let_in


def _split(body: bytes) -> tuple[bytes, bytes]:
    # libzmq (check_basic_command_structure): a command has a name, and all of it.
    if len(body) <= 1 or len(body) <= body[0]:
        raise ProtocolError(FailureReason.MALFORMED_COMMAND, f"no name in {body[:16]!r}")
    end = 1 + body[0]
    return body[1:end], body[end:]
