from __future__ import annotations

import contextlib
import errno
import itertools
import os
import select
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.endpoint import EndpointError
from core.testing import check_stream_transport
from core.transport import Listener, Stream, TransportOptions
from plugins.ipc import IpcTransport

IPC = IpcTransport()
DEFAULTS = TransportOptions()

needs_abstract_names = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory with a short name: the path of a socket has room for 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="bmq") as name:
        yield Path(name)


@pytest.fixture
def opened() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


def listen(
    opened: contextlib.ExitStack, path: Path | str, options: TransportOptions = DEFAULTS
) -> Listener:
    target = IPC.resolve(IPC.parse(str(path), bind=True), bind=True, options=options)[0]
    listener = IPC.listen(target, options)
    opened.callback(listener.close)
    return listener


def connect(opened: contextlib.ExitStack, path: Path | str) -> Stream:
    target = IPC.resolve(IPC.parse(str(path), bind=False), bind=False, options=DEFAULTS)[0]
    stream = IPC.connect(target, DEFAULTS)
    opened.callback(stream.close)
    return stream


def test_conformance_of_paths(directory: Path) -> None:
    numbers = itertools.count()
    invalid = ["a\0b", "x" * 200, "@"]
    check_stream_transport(IPC, lambda: f"{directory}/{next(numbers)}", invalid=invalid)
    assert not list(directory.iterdir())


@needs_abstract_names
def test_conformance_of_abstract_names(directory: Path) -> None:
    numbers = itertools.count()
    check_stream_transport(IPC, lambda: f"@{directory}/{next(numbers)}")


def test_conformance_with_every_option_set(directory: Path) -> None:
    numbers = itertools.count()
    options = TransportOptions(backlog=5, sndbuf=65536, rcvbuf=65536)
    check_stream_transport(IPC, lambda: f"{directory}/{next(numbers)}", options=options)


@pytest.mark.parametrize(
    ("address", "bind", "problem", "number"),
    [
        ("", True, "the path after '://' is missing", errno.EINVAL),
        ("*", False, "the path '*'", errno.EINVAL),
        ("@", True, "the abstract name", errno.EINVAL),
        ("a\0b", True, "a zero byte", errno.EINVAL),
        ("é" * 60, True, "the path has 120 bytes", errno.ENAMETOOLONG),
    ],
)
def test_errors_name_the_wrong_part(address: str, bind: bool, problem: str, number: int) -> None:
    with pytest.raises(EndpointError) as caught:
        IPC.parse(address, bind=bind)
    assert problem in caught.value.problem
    assert caught.value.errno == number


def test_the_longest_path_that_the_system_takes(
    directory: Path, opened: contextlib.ExitStack
) -> None:
    room = (107 if sys.platform == "linux" else 103) - len(str(directory)) - 1
    listen(opened, directory / ("x" * room))
    with pytest.raises(EndpointError):
        listen(opened, directory / ("x" * (room + 1)))


def test_abstract_names_are_refused_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.ipc._LINUX", False)
    with pytest.raises(EndpointError, match="exist on Linux only"):
        IPC.parse("@name", bind=True)


def test_a_wildcard_is_a_new_path_that_goes_when_closed(opened: contextlib.ExitStack) -> None:
    first, second = listen(opened, "*"), listen(opened, "*")
    assert first.endpoint != second.endpoint
    path = Path(first.endpoint.removeprefix("ipc://"))
    assert path.is_socket()
    connect(opened, path)
    select.select([first], [], [], 10)
    opened.callback(first.accept().close)
    first.close()
    assert not path.parent.exists()


def test_the_file_of_a_dead_process_is_replaced(
    directory: Path, opened: contextlib.ExitStack
) -> None:
    path = directory / "socket"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
        dead.listen()
    assert path.is_socket()
    listener = listen(opened, path)
    connect(opened, path)
    select.select([listener], [], [], 10)
    opened.callback(listener.accept().close)


def test_a_path_that_somebody_listens_on_is_refused(
    directory: Path, opened: contextlib.ExitStack
) -> None:
    listen(opened, directory / "socket")
    with pytest.raises(OSError, match=str(directory)) as caught:
        listen(opened, directory / "socket")
    assert caught.value.errno == errno.EADDRINUSE


def test_a_socket_of_another_kind_is_left_alone(
    directory: Path, opened: contextlib.ExitStack
) -> None:
    path = directory / "datagrams"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(path))
        with pytest.raises(OSError, match="ipc://") as caught:
            listen(opened, path)
    assert caught.value.errno == errno.EADDRINUSE
    assert path.is_socket()


def test_a_file_that_is_no_socket_is_left_alone(
    directory: Path, opened: contextlib.ExitStack
) -> None:
    path = directory / "precious"
    path.write_text("data")
    with pytest.raises(OSError, match="not a socket") as caught:
        listen(opened, path)
    assert caught.value.errno == errno.EADDRINUSE
    assert path.read_text() == "data"


def test_closing_spares_a_successor(directory: Path, opened: contextlib.ExitStack) -> None:
    path = directory / "socket"
    first = listen(opened, path)
    path.unlink()
    listen(opened, path)
    first.close()
    assert path.is_socket()


def test_closing_finds_a_relative_path_from_elsewhere(
    directory: Path, opened: contextlib.ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory)
    listener = listen(opened, "socket")
    assert listener.endpoint == "ipc://socket"
    monkeypatch.chdir("/")
    listener.close()
    assert not (directory / "socket").exists()


def test_a_missing_directory_is_named(directory: Path, opened: contextlib.ExitStack) -> None:
    with pytest.raises(FileNotFoundError, match=f"'{directory}/missing'.*does not exist"):
        listen(opened, directory / "missing" / "socket")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written(directory: Path, opened: contextlib.ExitStack) -> None:
    directory.chmod(0o500)
    with pytest.raises(PermissionError, match="ipc://"):
        listen(opened, directory / "socket")


@pytest.mark.skipif(sys.platform != "linux", reason="how Linux says that a backlog is full")
def test_a_full_backlog_refuses(directory: Path, opened: contextlib.ExitStack) -> None:
    path = directory / "socket"
    listen(opened, path, TransportOptions(backlog=1))
    for _ in range(2):  # Linux: one more than the backlog
        connect(opened, path)
    with pytest.raises(ConnectionRefusedError, match="backlog is full"):
        connect(opened, path)


@pytest.mark.parametrize(
    ("sndbuf", "smallest", "largest"), [(-1, 300_000, 2 << 20), (9000, 1, 20_000)]
)
def test_send_buffers_are_large_unless_told_otherwise(
    directory: Path, sndbuf: int, smallest: int, largest: int
) -> None:
    options = TransportOptions(sndbuf=sndbuf)
    listener = IPC.listen(IPC.resolve(f"{directory}/a", bind=True, options=options)[0], options)
    target = IPC.resolve(f"{directory}/a", bind=False, options=options)[0]
    stream = IPC.connect(target, options)
    accepted = listener.accept()
    for end in (stream, accepted):
        with socket.socket(fileno=os.dup(end.fileno())) as sock:
            size = sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        assert smallest <= size <= largest
        end.close()
    listener.close()
