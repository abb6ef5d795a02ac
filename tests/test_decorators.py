"""Decorators that open contexts and sockets for a function: core.decorators, and pyzmq's."""

# mypy: disable-error-code="untyped-decorator"
# The decorators are those of either library.
from __future__ import annotations

import asyncio
import importlib
from typing import Any

import pytest


@pytest.fixture
def decorators(zmq: Any) -> Any:
    return importlib.import_module(f"{zmq.__name__}.decorators")


def test_they_come_last_and_are_closed_at_the_end(zmq: Any, decorators: Any) -> None:
    @decorators.context()
    @decorators.socket(zmq.PUSH)
    @decorators.socket(zmq.PULL)
    def work(first: str, context: Any, push: Any, pull: Any) -> tuple[Any, ...]:
        assert first == "first"
        assert push.context is context
        pull.bind("inproc://work")
        push.connect("inproc://work")
        push.send(b"done")
        assert pull.recv() == b"done"
        return context, push, pull

    assert work.__name__ == "work"
    assert all(item.closed for item in work("first"))


def test_by_keyword(zmq: Any, decorators: Any) -> None:
    @decorators.context(name="ctx", io_threads=3)
    @decorators.socket("push", zmq.PUSH, context_name="ctx")
    @decorators.socket(zmq.PULL, name="pull", context_name="ctx")
    def work(*, ctx: Any, push: Any, pull: Any) -> tuple[Any, ...]:
        assert ctx.get(zmq.IO_THREADS) == 3
        assert push.context is pull.context is ctx
        return push.type, pull.type

    assert work() == (zmq.PUSH, zmq.PULL)


def test_a_keyword_that_is_taken(zmq: Any, decorators: Any) -> None:
    @decorators.context("ctx")
    def work(ctx: Any) -> None:
        raise AssertionError("not to be called")

    with pytest.raises(TypeError, match="multiple values"):
        work(ctx=1)


def test_closed_after_an_error_too(zmq: Any, decorators: Any) -> None:
    seen = []

    @decorators.context()
    def work(context: Any) -> None:
        seen.append(context)
        raise LookupError

    with pytest.raises(LookupError):
        work()
    assert seen[0].closed


def test_without_a_context_it_is_the_process_s_own(zmq: Any, decorators: Any) -> None:
    @decorators.socket(zmq.PUB)
    def work(pub: Any) -> Any:
        assert pub.context is zmq.Context.instance()

    work()
    zmq.Context.instance().term()


@pytest.mark.core_only
def test_coroutine_functions(zmq: Any, decorators: Any) -> None:
    face = importlib.import_module("core.asyncio")

    @decorators.socket(zmq.PUSH)
    @decorators.socket(zmq.PULL)
    async def work(context: Any, push: Any, pull: Any) -> Any:
        pull.bind("inproc://work")
        push.connect("inproc://work")
        await push.send(b"done")
        return await pull.recv(), push

    async def main() -> None:
        with face.Context() as context:
            answer, push = await work(context)
            assert answer == b"done"
            assert push.closed

    asyncio.run(main())
