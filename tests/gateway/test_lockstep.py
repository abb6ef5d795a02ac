"""REQ and REP through the gateway: turns, EFSM, credit that comes with the turn."""

from __future__ import annotations

import pytest

import core as zmq
from tests.gateway.client import option, running_gateway

QUIET = 0.1  # seconds in which something wrong would have come


async def test_requests_and_replies_between_two_streams() -> None:
    async with running_gateway() as world:
        reply, request = await world.open("REP", window=100), await world.open("REQ", window=100)
        endpoint = (await reply.command(bind="tcp://127.0.0.1:*")).endpoint
        await request.command(connect=endpoint)
        for number in range(1, 6):
            await request.until_limit(number)
            await request.send(b"question %d" % number)
            await reply.until_delivered(number)
            assert reply.window.limit_seq == number, "the credit comes with the request"
            await reply.send([b"answer", b"%d" % number])
            await request.until_delivered(number)
            assert request.window.limit_seq == number + 1, "the credit comes with the reply"
        assert reply.delivered[4] == [b"question 5"]
        assert request.delivered[4] == [b"answer", b"5"]


async def test_a_rep_gets_one_request_at_a_time() -> None:
    async with running_gateway() as world:
        reply = await world.open("REP", window=100)
        endpoint = (await reply.command(bind="tcp://127.0.0.1:*")).endpoint
        dealer = world.socket(zmq.DEALER)
        dealer.connect(endpoint)
        await dealer.send_many([[b"", b"1"], [b"", b"2"]])
        await reply.until(lambda: reply.delivered == [[b"1"]])
        assert await reply.silent_for(QUIET)
        await reply.send(b"one")
        await reply.until(lambda: reply.delivered == [[b"1"], [b"2"]])
        assert await dealer.recv_multipart() == [b"", b"one"]


async def test_a_rep_has_no_credit_before_a_request() -> None:
    async with running_gateway() as world:
        reply = await world.open("REP", window=100)
        await reply.command(bind="tcp://127.0.0.1:*")
        assert reply.window.limit_seq == 0


@pytest.mark.parametrize("kind", ["REQ", "REP"])
async def test_out_of_turn_is_efsm_and_the_socket_goes_on(kind: str) -> None:
    async with running_gateway() as world:
        reply, request = await world.open("REP", window=9), await world.open("REQ", window=9)
        await reply.command(bind="inproc://turns")
        await request.command(connect="inproc://turns")
        stream = request if kind == "REQ" else reply
        if kind == "REQ":
            await request.send(b"first")
        else:
            await reply.send(b"nobody asked")
            await reply.until(lambda: reply.failures == {1: "EFSM"})
            await request.send(b"first")
        await reply.until(lambda: reply.delivered == [[b"first"]])
        if kind == "REQ":
            await request.send(b"second")
            await request.until(lambda: request.failures == {2: "EFSM"})
        await reply.send(b"answer")
        await request.until(lambda: request.delivered == [[b"answer"]])
        assert stream.closed is None


async def test_a_batch_of_requests_is_one_request_and_efsm() -> None:
    async with running_gateway() as world:
        request = await world.open("REQ", window=9)
        reply, endpoint = world.bound(zmq.REP)
        await request.command(connect=endpoint)
        await request.send(b"1", b"2", b"3")
        await request.until(lambda: request.window.accepted_through == 3)
        assert request.failures == {2: "EFSM", 3: "EFSM"}
        assert await reply.recv() == b"1"


async def test_a_relaxed_req_may_ask_again_and_gets_the_later_answer() -> None:
    async with running_gateway() as world:
        request = await world.open("REQ", window=9, REQ_RELAXED=1, REQ_CORRELATE=1)
        router, endpoint = world.bound(zmq.ROUTER)
        await request.command(connect=endpoint)
        for text in (b"1", b"2", b"3"):
            await request.until_limit(int(text))
            await request.send(text)
        questions = [await router.recv_multipart() for _ in range(3)]
        for question in questions:
            await router.send_multipart([*question[:-1], b"re " + question[-1]])
        await request.until(lambda: request.delivered)
        assert request.delivered == [[b"re 3"]]
        await request.until(lambda: request.window.limit_seq == 4)
        await request.send(b"4")
        question = await router.recv_multipart()
        await router.send_multipart([*question[:-1], b"re 4"])
        await request.until(lambda: request.delivered == [[b"re 3"], [b"re 4"]])


async def test_relaxing_later_counts_too() -> None:
    async with running_gateway() as world:
        request = await world.open("REQ", window=9)
        router, endpoint = world.bound(zmq.ROUTER)
        await request.command(connect=endpoint)
        await request.send(b"1")
        await request.command(set_option=option("REQ_RELAXED", 1))
        await request.until(lambda: request.window.limit_seq == 2)
        await request.send(b"2")
        assert (await router.recv_multipart())[-1] == b"1"
        assert (await router.recv_multipart())[-1] == b"2"
