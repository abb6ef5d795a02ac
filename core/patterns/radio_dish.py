"""RADIO and DISH: to everybody who has joined a group (RFC 48)."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from ..errors import ZMQError, error_from_errno
from ..options import OptionValues
from .base import Pattern, SendOnly
from .drops import DropReason
from .groups import LONGEST_GROUP, group_name, group_text
from .origins import Attributed, labelled
from .pipe import Message, Pipe
from .single_part import parts_refused

# What a DISH tells a RADIO, before the group: a JOIN or LEAVE command on the wire.
_JOIN, _LEAVE = b"\1", b"\0"


class RadioPattern(SendOnly):
    """RFC 48: fan-out to those who joined the group; never blocks, unless ZMQ_XPUB_NODROP.

    A message is a list of the group and the body.
    """

    name = "RADIO"
    single_part = has_address = True
    eager = True

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._members: dict[bytes, dict[Pipe, None]] = {}

    # Who is in which group

    def arrived(self, pipe: Pipe) -> None:
        for message in pipe.take_incoming():
            if isinstance(message, list) or len(message) > 1 + LONGEST_GROUP:
                pipe.drop(DropReason.MALFORMED)
            elif message[:1] == _JOIN:
                self._members.setdefault(message[1:], {})[pipe] = None
            elif message[:1] == _LEAVE:
                self._forget(message[1:], pipe)
            else:
                pipe.drop(DropReason.MALFORMED)
        pipe.taken = 0

    def _forget(self, group: bytes, pipe: Pipe) -> None:
        members = self._members.get(group, {})
        members.pop(pipe, None)
        if not members:
            self._members.pop(group, None)

    def peer_lost(self, pipe: Pipe) -> None:
        # The peer joins all its groups again when it comes back.
        for group in list(self._members):
            self._forget(group, pipe)

    def detach(self, pipe: Pipe) -> None:
        super().detach(pipe)
        self.peer_lost(pipe)

    def subscriptions(self) -> Mapping[Pipe, int]:
        return Counter(pipe for members in self._members.values() for pipe in members)

    # Sending

    def addressed(self, body: bytes, routing_id: int | None, group: str | bytes | None) -> Message:
        return [group_name(group or b""), body]

    def ready_for(self, first_frame: bytes) -> bool:
        raise parts_refused(self.name)

    def writable(self) -> bool:
        return not self.options.xpub_nodrop or all(pipe.room() > 0 for pipe in self.pipes)

    def send(self, message: Message) -> bool:
        if not isinstance(message, list):
            message = [b"", message]
        if len(message) != 2:
            raise parts_refused(self.name)
        members = self._members.get(message[0], {})
        if self.options.xpub_nodrop and any(pipe.room() <= 0 for pipe in members):
            return False
        self._offer([message], members)
        return True

    def burst_room(self) -> int:
        # As for PUB: not more than one high-water mark at a time.
        return 0 if self.options.xpub_nodrop else self.options.sndhwm or 1 << 30

    def distribute(self) -> None:
        count = len(self.outbox)
        batch = self.outbox[:count]
        del self.outbox[:count]
        groups = [message[0] for message in batch if isinstance(message, list)]
        if batch and groups.count(groups[0]) == len(batch):
            self._offer(batch, self._members.get(groups[0], {}))
            return
        shares: dict[Pipe, list[Message]] = {}
        for message, group in zip(batch, groups, strict=True):
            for pipe in self._members.get(group, {}):
                shares.setdefault(pipe, []).append(message)
        for pipe, share in shares.items():
            self._offer(share, {pipe: None})

    def _offer(self, batch: list[Message], members: dict[Pipe, None]) -> None:
        for pipe in members:
            pipe.offer(batch)
            self.touch(pipe)


class DishPattern(Pattern):
    """RFC 48: fair queueing from all radios, of the groups that were joined."""

    name = "DISH"
    single_part = has_address = True
    label = "group"
    can_send = False
    sends_subscriptions = True

    def __init__(self, options: OptionValues) -> None:
        super().__init__(options)
        self._groups: dict[bytes, None] = {}

    # Groups

    def peer_ready(self, pipe: Pipe) -> bool:
        """A radio is there, perhaps again: tell it all groups before anything else."""
        batch: list[Message] = [_JOIN + group for group in self._groups]
        if batch:
            pipe.requeue(batch)
            self.touch(pipe)
        return True

    def join(self, group: bytes) -> None:
        if group in self._groups:
            raise self._refused(f"the group {group!r} was joined already")
        self._groups[group] = None
        self._tell_all(_JOIN + group)

    def leave(self, group: bytes) -> None:
        if group not in self._groups:
            raise self._refused(f"the group {group!r} was not joined")
        del self._groups[group]
        self._tell_all(_LEAVE + group)
        self._drop_what_waits(group)

    def _refused(self, why: str) -> ZMQError:
        return error_from_errno(errno.EINVAL, why)

    def _tell_all(self, command: Message) -> None:
        """To those who are there; who comes later is told by `peer_ready`."""
        batch = [command]
        for pipe in self.pipes:
            if pipe.ready:
                self.push(pipe, batch)

    def _drop_what_waits(self, group: bytes) -> None:
        """libzmq (dish.cpp): who has left a group receives nothing more of it."""
        for pipe in self.pipes:
            kept: list[Message] = [message for message in pipe.incoming if message[0] != group]
            pipe.drop(DropReason.NOT_JOINED, len(pipe.incoming) - len(kept))
            pipe.incoming = kept
        waiting = []
        with suppress(IndexError):
            while True:  # other threads may pop meanwhile
                waiting.append(self.inbox.popleft())
        text = group_text(group)
        self.inbox.extend(
            message
            for message in waiting
            if not isinstance(message, Attributed) or (message.facts or {}).get("group") != text
        )

    def writable(self) -> bool:
        return True  # libzmq (dish.cpp): groups can be joined and left at any time

    # Receiving

    def arrived(self, pipe: Pipe) -> None:
        arrived = pipe.incoming
        groups = self._groups
        # RFC 48: a message is a group and a body. libzmq (dish.cpp): skip what was not joined.
        sound = [message for message in arrived if isinstance(message, list) and len(message) == 2]
        pipe.incoming = [message for message in sound if message[0] in groups]
        pipe.drop(DropReason.MALFORMED, len(arrived) - len(sound))
        pipe.drop(DropReason.NOT_JOINED, len(sound) - len(pipe.incoming))
        if pipe.incoming:
            super().arrived(pipe)

    def collect(self) -> None:
        self.queue.collect(self.inbox, self.quantum(), self._labelled)

    def _labelled(self, pipe: Pipe, batch: list[Message]) -> list[Message]:
        groups, bodies = zip(*batch, strict=True)  # `arrived` has seen to it that they are pairs
        known = {group: {**pipe.facts, "group": group_text(group)} for group in set(groups)}
        return labelled(bodies, map(known.__getitem__, groups))
