"""Runs `async def` tests of this folder, all in one event loop: grpc.aio knows one per process."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator

import grpc.aio
import pytest

from tests.gateway.client import running_gateway


@pytest.fixture(scope="session", autouse=True)
def runner() -> Iterator[asyncio.Runner]:
    """The loop, with gRPC warmed up: what it keeps for the whole process is nobody's leak."""
    with asyncio.Runner() as made:
        channel = made.run(_warm_up())
        yield made
        made.run(channel.close(None))


async def _warm_up() -> grpc.aio.Channel:
    """Use gRPC once, and return a channel: with the last one its poller thread would go too."""
    await asyncio.to_thread(int)  # the executor keeps its thread
    channel = grpc.aio.insecure_channel("127.0.0.1:1")
    for _ in range(5):
        async with running_gateway() as world:
            await asyncio.gather(*(world.open("PUSH") for _ in range(5)))
    return channel


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    runner = pyfuncitem._request.getfixturevalue("runner")
    names = inspect.signature(pyfuncitem.obj).parameters
    runner.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
