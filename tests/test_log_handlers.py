"""Logging to a PUB socket: core.log.handlers."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

import core as zmq
from core.log.handlers import PUBHandler, TopicLogger
from tests.support.sockets import SocketFactory

pytestmark = pytest.mark.core_only


class Wire:
    """A handler, a logger that uses it, and what its readers get."""

    def __init__(self, new_socket: SocketFactory) -> None:
        self.reader = new_socket(zmq.SUB, subscribe=b"")
        self.handler = PUBHandler("inproc://log", new_socket.context)
        self.reader.connect("inproc://log")
        self.logger = logging.Logger("of the test")
        self.topics = TopicLogger("with topics")
        for logger in (self.logger, self.topics):
            logger.addHandler(self.handler)

    def read(self) -> tuple[str, str]:
        topic, line = self.reader.recv_multipart()
        return topic.decode(), line.decode()


@pytest.fixture
def wire(new_socket: SocketFactory) -> Iterator[Wire]:
    made = Wire(new_socket)
    yield made
    made.handler.close()


def test_levels_are_topics_and_have_formats(wire: Wire) -> None:
    wire.logger.info("plain %d", 1)
    assert wire.read() == ("INFO", "plain 1\n")
    wire.logger.warning("where")
    topic, line = wire.read()
    assert topic == "WARNING"
    assert line.startswith("WARNING test_log_handlers.py:")
    assert line.endswith("- where\n")


def test_topics_of_root_level_and_call(wire: Wire) -> None:
    wire.handler.root_topic = "app"
    wire.logger.info("db.slow::took %s", "ages")
    assert wire.read() == ("app.INFO.db.slow", "took ages\n")
    wire.handler.setRootTopic(b"other")
    assert wire.handler.root_topic == "other"
    wire.logger.info("tøpic::héllo")
    assert wire.read() == ("other.INFO.tøpic", "héllo\n")


def test_a_record_is_not_changed_for_other_handlers(wire: Wire) -> None:
    seen: list[str] = []
    other = logging.Handler()
    other.emit = lambda record: seen.append(record.getMessage())  # type: ignore[method-assign]
    wire.logger.addHandler(other)
    wire.logger.info("topic::text")
    assert seen == ["topic::text"]


def test_a_logger_with_topics(wire: Wire) -> None:
    wire.topics.error("disk", "%s left", "0 bytes")
    topic, line = wire.read()
    assert topic == "ERROR.disk"
    assert line.startswith("ERROR test_log_handlers.py:")
    assert "0 bytes left" in line


def test_formatters(wire: Wire) -> None:
    wire.handler.setFormatter(logging.Formatter("[%(message)s]"), logging.INFO)
    wire.logger.info("one level")
    assert wire.read() == ("INFO", "[one level]")
    wire.handler.setFormatter(logging.Formatter("<%(message)s>"))
    wire.logger.info("every level")
    wire.logger.critical("all")
    wire.logger.log(35, "between levels")
    assert [wire.read()[1] for _ in range(3)] == ["<every level>", "<all>", "<between levels>"]


def test_what_cannot_be_formatted_is_reported_as_logging_does(
    wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    wire.logger.info("%d", "no number")
    assert "Logging error" in capsys.readouterr().err
    wire.logger.info("fine")
    assert wire.read() == ("INFO", "fine\n")


def test_a_closed_socket_is_reported_as_logging_does(
    new_socket: SocketFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    socket = new_socket(zmq.PUB)
    handler = PUBHandler(socket)
    assert handler.ctx is socket.context
    logger = logging.Logger("of the test")
    logger.addHandler(handler)
    handler.close()
    assert not socket.closed  # it is the program's
    socket.close()
    logger.info("too late")
    assert "this socket is closed" in capsys.readouterr().err


def test_it_closes_what_it_has_made() -> None:
    handler = PUBHandler("tcp://127.0.0.1:*")
    context: Any = handler.ctx
    handler.close()
    assert handler.socket.closed
    assert context.closed
    with pytest.raises(zmq.ZMQError):
        PUBHandler("nonsense")
