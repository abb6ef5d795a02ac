"""What every test gets: leak checks, the implementations to test, contexts that end, tools."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import implementations, sockets, tools
from tests.support.endpoints import Endpoints, endpoints_in_short_directory
from tests.support.leaks import Holdings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--implementation",
        choices=[*implementations.MODULES, implementations.ALL],
        default=implementations.ALL,
        help="which library the semantics tests run against (default: both)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    implementations.parametrize(metafunc)


def pytest_runtest_setup(item: pytest.Item) -> None:
    tools.check(item)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if tools.left_out:
        terminalreporter.section("left out on this machine")
        for line in tools.left_out:
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test gives back the descriptors and threads it took.

    Wider-scoped fixtures are set up before this one and so belong to the snapshot.
    """
    before = Holdings.now()
    yield
    if request.node.get_closest_marker("leaks") is None:
        before.assert_nothing_added()


@pytest.fixture
def zmq(request: pytest.FixtureRequest) -> Any:
    """The library under test; one run of the test for each."""
    return implementations.load(request.param)


@pytest.fixture
def context(zmq: Any) -> Iterator[Any]:
    """A context that must terminate when the test is over."""
    context = zmq.Context()
    yield context
    sockets.terminate(context)


@pytest.fixture
def new_socket(zmq: Any) -> Iterator[sockets.SocketFactory]:
    """Opens sockets: `new_socket(zmq.PUSH, sndhwm=1)`; closed, and the context ended, after."""
    factory = sockets.SocketFactory(zmq, zmq.Context())
    begin = time.monotonic()
    yield factory
    took = time.monotonic() - begin
    factory.close()
    sockets.terminate(factory.context, factory.still_open)
    # A call that missed its wake-up and found its message when it timed out would go unnoticed.
    assert took < sockets.SAFETY_TIMEOUT / 1000 * 0.9, f"some call waited in vain ({took:.1f} s)"


@pytest.fixture
def endpoint() -> Iterator[Endpoints]:
    """Makes endpoints to bind to: `endpoint("ipc")`."""
    with endpoints_in_short_directory() as endpoints:
        yield endpoints
