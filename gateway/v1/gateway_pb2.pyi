# Made by gateway.generate from gateway.proto e4a1121a736ddf4d9be0da1d1bdd70631d7863dca73144548e7ce3f9e0beee1e.
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SocketType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SOCKET_TYPE_UNSPECIFIED: _ClassVar[SocketType]
    SOCKET_TYPE_PAIR: _ClassVar[SocketType]
    SOCKET_TYPE_PUB: _ClassVar[SocketType]
    SOCKET_TYPE_SUB: _ClassVar[SocketType]
    SOCKET_TYPE_REQ: _ClassVar[SocketType]
    SOCKET_TYPE_REP: _ClassVar[SocketType]
    SOCKET_TYPE_DEALER: _ClassVar[SocketType]
    SOCKET_TYPE_ROUTER: _ClassVar[SocketType]
    SOCKET_TYPE_PULL: _ClassVar[SocketType]
    SOCKET_TYPE_PUSH: _ClassVar[SocketType]
    SOCKET_TYPE_XPUB: _ClassVar[SocketType]
    SOCKET_TYPE_XSUB: _ClassVar[SocketType]
SOCKET_TYPE_UNSPECIFIED: SocketType
SOCKET_TYPE_PAIR: SocketType
SOCKET_TYPE_PUB: SocketType
SOCKET_TYPE_SUB: SocketType
SOCKET_TYPE_REQ: SocketType
SOCKET_TYPE_REP: SocketType
SOCKET_TYPE_DEALER: SocketType
SOCKET_TYPE_ROUTER: SocketType
SOCKET_TYPE_PULL: SocketType
SOCKET_TYPE_PUSH: SocketType
SOCKET_TYPE_XPUB: SocketType
SOCKET_TYPE_XSUB: SocketType

class Error(_message.Message):
    __slots__ = ("name", "message", "metadata")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    name: str
    message: str
    metadata: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., message: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ...) -> None: ...

class SocketOption(_message.Message):
    __slots__ = ("id", "int_value", "bytes_value", "text_value", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    INT_VALUE_FIELD_NUMBER: _ClassVar[int]
    BYTES_VALUE_FIELD_NUMBER: _ClassVar[int]
    TEXT_VALUE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: int
    int_value: int
    bytes_value: bytes
    text_value: str
    name: str
    def __init__(self, id: _Optional[int] = ..., int_value: _Optional[int] = ..., bytes_value: _Optional[bytes] = ..., text_value: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class Command(_message.Message):
    __slots__ = ("command_id", "bind", "unbind", "connect", "disconnect", "subscribe", "unsubscribe", "set_option", "get_option", "subscribe_text", "unsubscribe_text")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    BIND_FIELD_NUMBER: _ClassVar[int]
    UNBIND_FIELD_NUMBER: _ClassVar[int]
    CONNECT_FIELD_NUMBER: _ClassVar[int]
    DISCONNECT_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBE_FIELD_NUMBER: _ClassVar[int]
    UNSUBSCRIBE_FIELD_NUMBER: _ClassVar[int]
    SET_OPTION_FIELD_NUMBER: _ClassVar[int]
    GET_OPTION_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBE_TEXT_FIELD_NUMBER: _ClassVar[int]
    UNSUBSCRIBE_TEXT_FIELD_NUMBER: _ClassVar[int]
    command_id: int
    bind: str
    unbind: str
    connect: str
    disconnect: str
    subscribe: bytes
    unsubscribe: bytes
    set_option: SocketOption
    get_option: SocketOption
    subscribe_text: str
    unsubscribe_text: str
    def __init__(self, command_id: _Optional[int] = ..., bind: _Optional[str] = ..., unbind: _Optional[str] = ..., connect: _Optional[str] = ..., disconnect: _Optional[str] = ..., subscribe: _Optional[bytes] = ..., unsubscribe: _Optional[bytes] = ..., set_option: _Optional[_Union[SocketOption, _Mapping]] = ..., get_option: _Optional[_Union[SocketOption, _Mapping]] = ..., subscribe_text: _Optional[str] = ..., unsubscribe_text: _Optional[str] = ...) -> None: ...

class CommandResult(_message.Message):
    __slots__ = ("command_id", "error", "endpoint", "option")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    command_id: int
    error: Error
    endpoint: str
    option: SocketOption
    def __init__(self, command_id: _Optional[int] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., endpoint: _Optional[str] = ..., option: _Optional[_Union[SocketOption, _Mapping]] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("frames", "text_frames")
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    TEXT_FRAMES_FIELD_NUMBER: _ClassVar[int]
    frames: _containers.RepeatedScalarFieldContainer[bytes]
    text_frames: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, frames: _Optional[_Iterable[bytes]] = ..., text_frames: _Optional[_Iterable[str]] = ...) -> None: ...

class Batch(_message.Message):
    __slots__ = ("first_seq", "frames", "frame_counts")
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    FRAME_COUNTS_FIELD_NUMBER: _ClassVar[int]
    first_seq: int
    frames: _containers.RepeatedScalarFieldContainer[bytes]
    frame_counts: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, first_seq: _Optional[int] = ..., frames: _Optional[_Iterable[bytes]] = ..., frame_counts: _Optional[_Iterable[int]] = ...) -> None: ...

class ReceiveWindow(_message.Message):
    __slots__ = ("ack_through", "limit_seq", "limit_bytes")
    ACK_THROUGH_FIELD_NUMBER: _ClassVar[int]
    LIMIT_SEQ_FIELD_NUMBER: _ClassVar[int]
    LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    ack_through: int
    limit_seq: int
    limit_bytes: int
    def __init__(self, ack_through: _Optional[int] = ..., limit_seq: _Optional[int] = ..., limit_bytes: _Optional[int] = ...) -> None: ...

class SendWindow(_message.Message):
    __slots__ = ("accepted_through", "limit_seq", "limit_bytes", "failures")
    ACCEPTED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    LIMIT_SEQ_FIELD_NUMBER: _ClassVar[int]
    LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    accepted_through: int
    limit_seq: int
    limit_bytes: int
    failures: _containers.RepeatedCompositeFieldContainer[SendFailure]
    def __init__(self, accepted_through: _Optional[int] = ..., limit_seq: _Optional[int] = ..., limit_bytes: _Optional[int] = ..., failures: _Optional[_Iterable[_Union[SendFailure, _Mapping]]] = ...) -> None: ...

class SendFailure(_message.Message):
    __slots__ = ("seq", "error")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    seq: int
    error: Error
    def __init__(self, seq: _Optional[int] = ..., error: _Optional[_Union[Error, _Mapping]] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("max_message_bytes", "max_batch_messages", "max_batch_bytes")
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_BYTES_FIELD_NUMBER: _ClassVar[int]
    max_message_bytes: int
    max_batch_messages: int
    max_batch_bytes: int
    def __init__(self, max_message_bytes: _Optional[int] = ..., max_batch_messages: _Optional[int] = ..., max_batch_bytes: _Optional[int] = ...) -> None: ...

class AttachRequest(_message.Message):
    __slots__ = ("open", "commands", "send", "window", "heartbeat", "close")
    OPEN_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    SEND_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    open: Open
    commands: _containers.RepeatedCompositeFieldContainer[Command]
    send: Batch
    window: ReceiveWindow
    heartbeat: Heartbeat
    close: Close
    def __init__(self, open: _Optional[_Union[Open, _Mapping]] = ..., commands: _Optional[_Iterable[_Union[Command, _Mapping]]] = ..., send: _Optional[_Union[Batch, _Mapping]] = ..., window: _Optional[_Union[ReceiveWindow, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., close: _Optional[_Union[Close, _Mapping]] = ...) -> None: ...

class Open(_message.Message):
    __slots__ = ("type", "options", "client_name")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NAME_FIELD_NUMBER: _ClassVar[int]
    type: SocketType
    options: _containers.RepeatedCompositeFieldContainer[SocketOption]
    client_name: str
    def __init__(self, type: _Optional[_Union[SocketType, str]] = ..., options: _Optional[_Iterable[_Union[SocketOption, _Mapping]]] = ..., client_name: _Optional[str] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("nonce",)
    NONCE_FIELD_NUMBER: _ClassVar[int]
    nonce: int
    def __init__(self, nonce: _Optional[int] = ...) -> None: ...

class Close(_message.Message):
    __slots__ = ("linger_ms",)
    LINGER_MS_FIELD_NUMBER: _ClassVar[int]
    linger_ms: int
    def __init__(self, linger_ms: _Optional[int] = ...) -> None: ...

class AttachResponse(_message.Message):
    __slots__ = ("opened", "results", "deliver", "window", "heartbeat", "go_away", "closed")
    OPENED_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    DELIVER_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    GO_AWAY_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    opened: Opened
    results: _containers.RepeatedCompositeFieldContainer[CommandResult]
    deliver: Batch
    window: SendWindow
    heartbeat: Heartbeat
    go_away: GoAway
    closed: Closed
    def __init__(self, opened: _Optional[_Union[Opened, _Mapping]] = ..., results: _Optional[_Iterable[_Union[CommandResult, _Mapping]]] = ..., deliver: _Optional[_Union[Batch, _Mapping]] = ..., window: _Optional[_Union[SendWindow, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., go_away: _Optional[_Union[GoAway, _Mapping]] = ..., closed: _Optional[_Union[Closed, _Mapping]] = ...) -> None: ...

class Opened(_message.Message):
    __slots__ = ("limits", "instance_id")
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    limits: Limits
    instance_id: str
    def __init__(self, limits: _Optional[_Union[Limits, _Mapping]] = ..., instance_id: _Optional[str] = ...) -> None: ...

class GoAway(_message.Message):
    __slots__ = ("reason", "grace_ms")
    REASON_FIELD_NUMBER: _ClassVar[int]
    GRACE_MS_FIELD_NUMBER: _ClassVar[int]
    reason: Error
    grace_ms: int
    def __init__(self, reason: _Optional[_Union[Error, _Mapping]] = ..., grace_ms: _Optional[int] = ...) -> None: ...

class Closed(_message.Message):
    __slots__ = ("error", "unsent")
    ERROR_FIELD_NUMBER: _ClassVar[int]
    UNSENT_FIELD_NUMBER: _ClassVar[int]
    error: Error
    unsent: int
    def __init__(self, error: _Optional[_Union[Error, _Mapping]] = ..., unsent: _Optional[int] = ...) -> None: ...

class CreateSocketRequest(_message.Message):
    __slots__ = ("socket_id", "type", "options", "commands")
    SOCKET_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    socket_id: str
    type: SocketType
    options: _containers.RepeatedCompositeFieldContainer[SocketOption]
    commands: _containers.RepeatedCompositeFieldContainer[Command]
    def __init__(self, socket_id: _Optional[str] = ..., type: _Optional[_Union[SocketType, str]] = ..., options: _Optional[_Iterable[_Union[SocketOption, _Mapping]]] = ..., commands: _Optional[_Iterable[_Union[Command, _Mapping]]] = ...) -> None: ...

class CreateSocketResponse(_message.Message):
    __slots__ = ("socket_id", "results")
    SOCKET_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    socket_id: str
    results: _containers.RepeatedCompositeFieldContainer[CommandResult]
    def __init__(self, socket_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[CommandResult, _Mapping]]] = ...) -> None: ...

class ControlRequest(_message.Message):
    __slots__ = ("socket_id", "commands")
    SOCKET_ID_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    socket_id: str
    commands: _containers.RepeatedCompositeFieldContainer[Command]
    def __init__(self, socket_id: _Optional[str] = ..., commands: _Optional[_Iterable[_Union[Command, _Mapping]]] = ...) -> None: ...

class ControlResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[CommandResult]
    def __init__(self, results: _Optional[_Iterable[_Union[CommandResult, _Mapping]]] = ...) -> None: ...

class SendRequest(_message.Message):
    __slots__ = ("socket_id", "messages", "timeout_ms")
    SOCKET_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    socket_id: str
    messages: _containers.RepeatedCompositeFieldContainer[Message]
    timeout_ms: int
    def __init__(self, socket_id: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[Message, _Mapping]]] = ..., timeout_ms: _Optional[int] = ...) -> None: ...

class SendResponse(_message.Message):
    __slots__ = ("accepted",)
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    def __init__(self, accepted: _Optional[int] = ...) -> None: ...

class ReceiveRequest(_message.Message):
    __slots__ = ("socket_id", "max_messages", "max_wait_ms", "text", "keep", "ack_through")
    SOCKET_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    MAX_WAIT_MS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KEEP_FIELD_NUMBER: _ClassVar[int]
    ACK_THROUGH_FIELD_NUMBER: _ClassVar[int]
    socket_id: str
    max_messages: int
    max_wait_ms: int
    text: bool
    keep: bool
    ack_through: int
    def __init__(self, socket_id: _Optional[str] = ..., max_messages: _Optional[int] = ..., max_wait_ms: _Optional[int] = ..., text: _Optional[bool] = ..., keep: _Optional[bool] = ..., ack_through: _Optional[int] = ...) -> None: ...

class ReceiveResponse(_message.Message):
    __slots__ = ("first_seq", "messages")
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    first_seq: int
    messages: _containers.RepeatedCompositeFieldContainer[Message]
    def __init__(self, first_seq: _Optional[int] = ..., messages: _Optional[_Iterable[_Union[Message, _Mapping]]] = ...) -> None: ...

class RequestRequest(_message.Message):
    __slots__ = ("endpoint", "message", "timeout_ms", "text")
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    endpoint: str
    message: Message
    timeout_ms: int
    text: bool
    def __init__(self, endpoint: _Optional[str] = ..., message: _Optional[_Union[Message, _Mapping]] = ..., timeout_ms: _Optional[int] = ..., text: _Optional[bool] = ...) -> None: ...

class RequestResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: Message
    def __init__(self, message: _Optional[_Union[Message, _Mapping]] = ...) -> None: ...

class CloseSocketRequest(_message.Message):
    __slots__ = ("socket_id", "linger_ms")
    SOCKET_ID_FIELD_NUMBER: _ClassVar[int]
    LINGER_MS_FIELD_NUMBER: _ClassVar[int]
    socket_id: str
    linger_ms: int
    def __init__(self, socket_id: _Optional[str] = ..., linger_ms: _Optional[int] = ...) -> None: ...

class CloseSocketResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
