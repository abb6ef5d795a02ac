"""`babelmq cat` as a shell runs it, with itself and with libzmq at the other end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq as libzmq

from tests.support.commands import Command, run
from tests.support.endpoints import Endpoints
from tests.support.sockets import SAFETY_TIMEOUT, terminate

Judge = Callable[..., Any]


@pytest.fixture
def judge() -> Iterator[Judge]:
    """Makes libzmq's sockets: `judge(zmq.PULL, bind=..., **options)`."""
    context = libzmq.Context()
    made: list[Any] = []

    def socket(kind: int, bind: str = "", connect: str = "", **options: Any) -> Any:
        opened = context.socket(kind)
        made.append(opened)
        for name, value in {
            "linger": 0,
            "rcvtimeo": SAFETY_TIMEOUT,
            "sndtimeo": SAFETY_TIMEOUT,
            **options,
        }.items():
            setattr(opened, name, value)
        if bind:
            opened.bind(bind)
        if connect:
            opened.connect(connect)
        return opened

    yield socket
    for opened in made:
        opened.close()
    terminate(context)


def test_lines_travel_from_shell_to_shell(endpoint: Endpoints, tmp_path: Path) -> None:
    where = endpoint("ipc")
    lines = tmp_path / "lines"
    lines.write_bytes(b"".join(b"line %d\n" % number for number in range(20_000)))
    with (
        lines.open("rb") as opened,
        Command("cat", "push", "--connect", where, stdin=opened) as sender,
        Command("cat", "pull", "--bind", where, "--count", "20000") as receiver,
    ):
        received, sent = receiver.finish(), sender.finish()
    assert (sent.code, sent.out, sent.errors) == (0, b"", "")
    assert (received.code, received.errors) == (0, "")
    assert received.out == lines.read_bytes()


def test_the_port_that_was_found_is_told(judge: Judge) -> None:
    with Command("cat", "pull", "--bind", "tcp://127.0.0.1:*", "--count", "1") as receiver:
        judge(libzmq.PUSH, connect=receiver.bound()).send(b"Hello")
        assert receiver.finish().out == b"Hello\n"


@pytest.mark.parametrize("name", ["text", "raw", "quoted", "hex", "json"])
def test_a_format_reads_what_it_prints(name: str, endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    text = {
        "text": b"one\ntwo\tframes\n",
        "raw": b"all\nof\0it",
        "quoted": b'"one"\n"two" "fra\\nmes"\n"\\xff"\n',
        "hex": b"00ff\n01 02\n",
        "json": b'{"frames": ["one"]}\n{"frames": ["two", {"base64": "/w=="}]}\n',
    }[name]
    count = {"text": 2, "raw": 1, "quoted": 3, "hex": 2, "json": 2}[name]
    arguments = ("--bind", where, "--format", name, "--count", str(count))
    with Command("cat", "pull", *arguments) as receiver:
        sent = run(
            "cat", "push", "--connect", where, "--input", name, "--separator", "\\t", text=text
        )
        assert (sent.code, sent.errors) == (0, "")
        received = receiver.finish()
    assert (received.code, received.out) == (0, text)


def test_data_files_and_frames_reach_libzmq(
    judge: Judge, endpoint: Endpoints, tmp_path: Path
) -> None:
    where = endpoint("ipc")
    sink = judge(libzmq.PULL, bind=where)
    (tmp_path / "picture").write_bytes(b"\x89PNG\n")
    arguments = ("--data", "topic", "text", "--data", "single", "--file", str(tmp_path / "picture"))
    done = run("cat", "push", "--connect", where, *arguments)
    assert (done.code, done.errors) == (0, "")
    received = [sink.recv_multipart() for _ in range(3)]
    assert received == [[b"topic", b"text"], [b"single"], [b"\x89PNG\n"]]


def test_data_goes_round_until_count(judge: Judge, endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    # With a full queue libzmq forgets what the system still holds of a sender that has gone.
    sink = judge(libzmq.PULL, bind=where, rcvhwm=0)
    done = run("cat", "push", "-c", where, "-d", "a", "-d", "b", "-n", "2001", "--interval", "0")
    assert done.code == 0
    assert [sink.recv() for _ in range(2001)] == [b"a", b"b"] * 1000 + [b"a"]


def test_a_delimiter_of_ones_own(judge: Judge, endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    sink = judge(libzmq.PULL, bind=where)
    assert run("cat", "push", "-c", where, "--delimiter", "\\0", text=b"a\nb\0c").code == 0
    assert [sink.recv(), sink.recv()] == [b"a\nb", b"c"]


def test_a_subscriber_prints_its_topics(judge: Judge, endpoint: Endpoints) -> None:
    feed = judge(libzmq.XPUB, bind=(where := endpoint("ipc")))
    arguments = ("-s", "gold", "-s", "tin", "--format", "json", "-n", "2")
    with Command("cat", "sub", "--connect", where, *arguments) as reader:
        assert {feed.recv(), feed.recv()} == {b"\x01gold", b"\x01tin"}
        for topic in (b"silver", b"gold", b"tin"):
            feed.send_multipart([topic, b"1"])
        printed = [json.loads(line) for line in reader.finish().out.splitlines()]
    assert printed == [{"frames": ["gold", "1"]}, {"frames": ["tin", "1"]}]


def test_without_topics_a_subscriber_prints_everything(judge: Judge, endpoint: Endpoints) -> None:
    feed = judge(libzmq.XPUB, bind=(where := endpoint("ipc")))
    for kind in ("sub", "xsub"):
        with Command("cat", kind, "--connect", where, "-n", "1") as reader:
            assert feed.recv() == b"\x01"
            feed.send(b"news")
            assert reader.finish().out == b"news\n"
        assert feed.recv() == b"\x00"


def test_a_publisher_repeats_at_intervals(judge: Judge, endpoint: Endpoints) -> None:
    reader = judge(libzmq.SUB, connect=(where := endpoint("ipc")), subscribe=b"weather")
    with Command("cat", "pub", "-b", where, "-d", "weather", "sunny", "--interval", "0.01"):
        assert [reader.recv_multipart() for _ in range(3)] == [[b"weather", b"sunny"]] * 3


def test_a_publisher_waits_for_its_subscribers(judge: Judge, endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    with Command("cat", "pub", "-b", where, "-d", "weather", "rain", "--wait", "2") as feed:
        readers = [judge(libzmq.SUB, connect=where, subscribe=b"weather") for _ in range(2)]
        assert [reader.recv_multipart() for reader in readers] == [[b"weather", b"rain"]] * 2
        assert feed.finish().code == 0


def test_requests_and_replies(judge: Judge, endpoint: Endpoints) -> None:
    server = judge(libzmq.REP, bind=(where := endpoint("ipc")))
    with Command("cat", "req", "--connect", where) as client:
        for word in (b"one", b"two"):
            client.say(word + b"\n")
            assert server.recv() == word
            server.send(word.upper())
            assert client.stdout.readline() == word.upper() + b"\n"
        ended = client.finish()
    assert (ended.code, ended.out) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "replies"),
    [
        (("--echo",), [[b"a", b"b"], [b"c"]]),
        (("--data", "yes", "--data", "no"), [[b"yes"], [b"no"]]),
        (("--exec", "tr a-z A-Z"), [[b"a", b"B"], [b"C"]]),
        (("--exec", "echo; cat >&2"), [[b"a", b""], [b""]]),
    ],
)
def test_a_server_replies(
    arguments: tuple[str, ...], replies: list[list[bytes]], judge: Judge, endpoint: Endpoints
) -> None:
    client = judge(libzmq.REQ, connect=(where := endpoint("ipc")))
    with Command("cat", "rep", "--bind", where, "--count", "2", *arguments) as server:
        for request, reply in zip([[b"a", b"b"], [b"c"]], replies, strict=True):
            client.send_multipart(request)
            assert client.recv_multipart() == reply
        done = server.finish()
    assert (done.code, done.out) == (0, b"a\tb\nc\n")


def test_a_command_that_fails_is_told(judge: Judge, endpoint: Endpoints) -> None:
    client = judge(libzmq.REQ, connect=(where := endpoint("ipc")))
    with Command("cat", "rep", "-b", where, "-n", "1", "--exec", "exit 3") as server:
        client.send(b"request")
        assert client.recv() == b""
        assert server.finish().errors == "babelmq cat: 'exit 3' ended with 3\n"


def test_replies_from_standard_input_until_it_ends(judge: Judge, endpoint: Endpoints) -> None:
    client = judge(libzmq.REQ, connect=(where := endpoint("ipc")))
    with Command("cat", "rep", "--bind", where) as server:
        client.send(b"who?")
        assert server.stdout.readline() == b"who?\n"
        server.say(b"me\n")
        assert client.recv() == b"me"
        client.send(b"and?")
        done = server.finish()
    assert (done.code, done.out) == (0, b"and?\n")


def test_both_ways_at_once(judge: Judge, endpoint: Endpoints) -> None:
    other = judge(libzmq.PAIR, bind=(where := endpoint("ipc")))
    with Command("cat", "pair", "--connect", where, "--count", "3") as pair:
        pair.say(b"to you\n")
        assert other.recv() == b"to you"
        other.send(b"to me")
        assert pair.stdout.readline() == b"to me\n"
        pair.stdin.close()  # what comes is printed all the same
        other.send(b"still")
        other.send(b"last")
        assert pair.process.wait(10) == 0
        assert pair.stdout.read() == b"still\nlast\n"


def test_a_flood_both_ways_does_not_wedge(endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    lines = b"".join(b"%d\n" % number for number in range(30_000))
    with (
        Command("cat", "router", "--bind", where, "--echo", "--format", "none"),
        Command("cat", "dealer", "--connect", where, "--count", "30000") as client,
    ):
        done = client.finish(lines)
    assert (done.code, done.out == lines, done.errors) == (0, True, "")


def test_one_way_of_two(judge: Judge, endpoint: Endpoints) -> None:
    router = judge(libzmq.ROUTER, bind=(where := endpoint("ipc")))
    options = ("--option", "routing_id=desk-7")
    done = run("cat", "dealer", "--connect", where, "--send", *options, text=b"job 1\n")
    assert (done.code, done.out) == (0, b"")
    assert router.recv_multipart() == [b"desk-7", b"job 1"]


def test_an_xpub_prints_subscriptions(judge: Judge, endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    judge(libzmq.SUB, connect=where, subscribe=b"gold")
    with Command("cat", "xpub", "-b", where, "-F", "quoted", "-n", "1") as feed:
        assert feed.finish().out == b'"\\x01gold"\n'


def test_a_router_says_whom_it_did_not_reach(endpoint: Endpoints) -> None:
    arguments = ("-b", endpoint("ipc"), "-d", "nobody", "hello", "--send")
    done = run("cat", "router", *arguments)
    assert (done.code, done.out) == (0, b"")
    assert done.errors.startswith("babelmq cat: not sent: ")


def test_a_server_answers_by_routing_id(endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    with (
        Command("cat", "server", "-b", where, "--exec", "tr a-z A-Z", "-n", "1") as server,
        Command("cat", "client", "-c", where, "-d", "hello", "-n", "1") as client,
    ):
        assert client.finish().out == b"HELLO\n"
        number, _, text = server.finish().out.partition(b"\t")
    assert int(number) > 0
    assert text == b"hello\n"


def test_a_radio_sends_to_groups(endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    lines = ("-d", "gold", "1", "-d", "tin", "2", "--interval", "0.01")
    with (
        Command("cat", "dish", "-c", where, "-s", "tin", "-F", "quoted", "-n", "2") as dish,
        Command("cat", "radio", "-b", where, *lines),
    ):
        assert dish.finish().out == b'"tin" "2"\n' * 2


def test_a_peer_is_told_whom_it_connects_to(endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    with (
        Command("cat", "peer", "-b", where, "--echo", "-F", "none"),
        Command("cat", "peer", "-c", where, "--separator", ":", "-n", "1") as caller,
    ):
        number = caller.stderr.readline().split()[4]
        assert caller.finish(number + b":hello\n").out == number + b":hello\n"


def test_messages_without_the_frame_that_says_where_to(endpoint: Endpoints) -> None:
    done = run("cat", "radio", "-b", endpoint("ipc"), text=b"news\n")
    assert done.code == 1
    assert "a message has two frames here, its group and its text" in done.errors
    done = run("cat", "server", "-b", endpoint("ipc"), "-d", "you", "news")
    assert done.code == 1
    assert "b'you' is no routing_id" in done.errors


def test_it_tells_what_happens(judge: Judge) -> None:
    with Command("cat", "pull", "-b", "tcp://127.0.0.1:*", "-v", "-n", "1") as receiver:
        lines = [receiver.stderr.readline().decode() for _ in range(2)]
        (where,) = {line.split()[-1] for line in lines}  # LISTENING, and "bound to"
        judge(libzmq.PUSH, connect=where).send(b"Hello")
        told = receiver.finish()
    assert told.out == b"Hello\n"
    kinds = [line.split()[1] for line in told.errors.splitlines()]
    assert kinds[:2] == ["ACCEPTED", "HANDSHAKE_SUCCEEDED"]
    assert kinds[-1] == "CLOSED"


def test_rate_tells_on_standard_error(endpoint: Endpoints) -> None:
    where = endpoint("ipc")
    arguments = ("--format", "none", "--rate", "--count", "5000")
    with Command("cat", "pull", "--bind", where, *arguments) as receiver:
        sent = run("cat", "push", "-c", where, "-d", "0123456789", "-n", "5000", "--rate")
        received = receiver.finish()
    assert (received.code, received.out) == (0, b"")
    for verb, errors in (("sent", sent.errors), ("received", received.errors)):
        line = errors.splitlines()[-1]
        assert line.startswith(f"{verb} 5,000 messages, 50.0 kB in "), errors
        assert " msg/s, " in line
