"use strict"
/* High-water marks, timeouts, bounded memory, closing: through a real gateway. */

const assert = require("node:assert/strict")
const { describe, it } = require("node:test")
const zmq = require("babelmq")
const { endpoint, join, open, receiveText, until, within } = require("./support/sockets.js")
const { startPeer } = require("./support/peers.js")

describe("without a peer", () => {
  it("a Push waits, and goes on when one comes", async () => {
    const push = open(zmq.Push)
    await push.bind(endpoint("tcp"))
    let isSent = false
    const sending = push.send("a").then(() => (isSent = true))
    assert.equal(push.writable, false)
    assert.equal(isSent, false)
    const pull = open(zmq.Pull)
    pull.connect(push.lastEndpoint)
    assert.deepEqual(await receiveText(pull), ["a"])
    await within(sending)
  })

  it("sendTimeout says how long", async () => {
    const push = open(zmq.Push, { sendTimeout: 20 })
    await push.bind(endpoint("tcp"))
    const expected = { code: "EAGAIN", message: /not possible or timed out/ }
    await assert.rejects(within(push.send("a")), expected)
    push.sendTimeout = 0
    await assert.rejects(within(push.send("a")), expected)
  })

  it("a Publisher and a Router do not wait", async () => {
    const publisher = open(zmq.Publisher, { sendTimeout: 0 })
    await publisher.bind(endpoint("tcp"))
    await within(publisher.send("a"))
    const router = open(zmq.Router, { sendTimeout: 0 })
    await router.bind(endpoint("tcp"))
    await within(router.send(["x", "a"]))
  })

  it("a connecting Push queues up to its high-water mark", async () => {
    const push = open(zmq.Push, { sendHighWaterMark: 5, sendTimeout: 100 })
    push.connect("tcp://127.0.0.1:1")
    let accepted = 0
    const fill = async () => {
      for (;;) {
        await push.send("x")
        accepted++
      }
    }
    await assert.rejects(within(fill()), { code: "EAGAIN" })
    assert.ok(accepted >= 5 && accepted <= 10, `${accepted} messages were queued`)
  })

  it("receiveTimeout says how long", async () => {
    const pull = open(zmq.Pull, { receiveTimeout: 20 })
    await pull.bind(endpoint("tcp"))
    await assert.rejects(within(pull.receive()), { code: "EAGAIN" })
    pull.receiveTimeout = 0
    await assert.rejects(within(pull.receive()), { code: "EAGAIN" })
  })
})

describe("a slow receiver", () => {
  it("stops the sender, and neither side holds more than the marks allow", async () => {
    const pull = open(zmq.Pull, { receiveHighWaterMark: 10 })
    const push = open(zmq.Push, { sendHighWaterMark: 10, sendTimeout: 300 })
    await join(pull, [push])
    let sent = 0
    const flood = async () => {
      for (;;) {
        await push.send(Buffer.alloc(1 << 20, sent))
        sent++
      }
    }
    const before = process.memoryUsage().rss
    await assert.rejects(within(flood(), "a full queue", 30_000), { code: "EAGAIN" })
    // Marks of 10 in five places (two windows, two queues, one batch in hand), and the kernel.
    assert.ok(sent < 200, `${sent} messages of 1 MiB went somewhere`)
    assert.ok(process.memoryUsage().rss - before < 300 * (1 << 20))
    for (let i = 0; i < sent; i++) {
      const [frame] = await within(pull.receive(), `message ${i}`)
      assert.equal(frame[0], i % 256)
    }
    await within(push.send("again"))
  })

  it("does not slow its neighbour on the same connection", async () => {
    const [slow, fast] = [open(zmq.Pull), open(zmq.Pull)]
    const [toSlow, toFast] = [open(zmq.Push, { sendTimeout: 200 }), open(zmq.Push)]
    await join(slow, [toSlow])
    await join(fast, [toFast])
    const flood = async () => {
      for (;;) await toSlow.send(Buffer.alloc(100_000))
    }
    await assert.rejects(within(flood(), "a full queue", 30_000), { code: "EAGAIN" })
    for (let i = 0; i < 1000; i++) {
      await within(toFast.send(String(i)))
      assert.deepEqual(await receiveText(fast), [String(i)])
    }
  })
})

describe("bind and unbind", () => {
  it("say which port was taken, and reject with EADDRINUSE when it is", async () => {
    const [first, second] = [open(zmq.Pull), open(zmq.Pull)]
    await first.bind("tcp://127.0.0.1:*")
    const address = first.lastEndpoint
    assert.match(address, /^tcp:\/\/127\.0\.0\.1:\d+$/)
    const events = []
    second.events.on("bind:error", event => events.push(event))
    await assert.rejects(second.bind(address), { code: "EADDRINUSE", address })
    await until(() => events.length > 0, "the event")
    assert.equal(events[0].error.code, "EADDRINUSE")
    await first.unbind(address)
    await second.bind(address)
  })

  it("of what was not bound rejects with ENOENT", async () => {
    const socket = open(zmq.Pull)
    const address = "tcp://127.0.0.1:1"
    await assert.rejects(socket.unbind(address), { code: "ENOENT", address })
  })

  it("of an unknown transport rejects with EPROTONOSUPPORT", async () => {
    const address = "nosuchtransport://x"
    await assert.rejects(open(zmq.Pull).bind(address), { code: "EPROTONOSUPPORT", address })
  })

  it("block other calls with EBUSY, and close() waits for them", async () => {
    const socket = open(zmq.Dealer)
    const binding = socket.bind(endpoint("tcp"))
    const expected = { code: "EBUSY" }
    await assert.rejects(socket.bind(endpoint("tcp")), expected)
    await assert.rejects(socket.send("a"), expected)
    await assert.rejects(socket.receive(), expected)
    assert.throws(() => socket.connect("tcp://127.0.0.1:1"), expected)
    socket.close()
    assert.equal(socket.closed, false)
    await binding
    assert.equal(socket.closed, true)
  })

  it("bindSync and unbindSync are queued like connect", async () => {
    const [left, right] = [open(zmq.Pair), open(zmq.Pair)]
    const address = endpoint("ipc")
    left.bindSync(address)
    right.connect(address)
    await right.send("a")
    assert.deepEqual(await receiveText(left), ["a"])
    left.unbindSync(address)
    left.unbindSync("tcp://127.0.0.1:1")
    await assert.rejects(within(left.receive()), { code: "ENOENT" })
  })

  it("events tell of them", async () => {
    const socket = open(zmq.Pull)
    const events = []
    for (const type of ["gateway:connect", "bind", "close", "end"]) {
      socket.events.on(type, event => events.push(event))
    }
    await socket.bind("tcp://127.0.0.1:*")
    const address = socket.lastEndpoint
    await socket.unbind(address)
    socket.close()
    const gateway = process.env.BABELMQ_GATEWAY
    await until(() => events.length === 4, "four events")
    assert.deepEqual(events, [
      { type: "gateway:connect", address: gateway },
      { type: "bind", address },
      { type: "close", address },
      { type: "end" },
    ])
  })
})

describe("disconnect", () => {
  it("stops messages to that peer", async () => {
    const [first, second] = [open(zmq.Pull), open(zmq.Pull)]
    const push = open(zmq.Push)
    await join(first, [push])
    await push.send("1")
    assert.deepEqual(await receiveText(first), ["1"])
    push.disconnect(first.lastEndpoint)
    assert.throws(() => push.disconnect(first.lastEndpoint), { code: "ENOENT" })
    await join(second, [push])
    for (const text of ["2", "3"]) {
      await push.send(text)
      assert.deepEqual(await receiveText(second), [text])
    }
    assert.equal(first.readable, false)
  })
})

describe("closing", () => {
  it("cancels waiting calls with EAGAIN", async () => {
    const dealer = open(zmq.Dealer)
    await dealer.bind(endpoint("tcp"))
    const calls = [dealer.send("a"), dealer.receive()]
    dealer.close()
    for (const call of calls) await assert.rejects(within(call), { code: "EAGAIN" })
    assert.deepEqual([dealer.closed, dealer.readable, dealer.writable], [true, false, false])
  })

  it("right after sending loses nothing", async () => {
    const pull = open(zmq.Pull)
    await pull.bind(endpoint("tcp"))
    const push = new zmq.Push()
    push.connect(pull.lastEndpoint)
    for (let i = 0; i < 3000; i++) await push.send(String(i))
    push.close()
    for (let i = 0; i < 3000; i++) assert.deepEqual(await receiveText(pull), [String(i)])
  })

  it("frees the address for the next socket", async () => {
    const first = open(zmq.Pull)
    await first.bind("tcp://127.0.0.1:*")
    const address = first.lastEndpoint
    first.close()
    const second = open(zmq.Pull)
    await until(() => second.bind(address).then(() => true, () => false), "the address to be free")
  })
})

describe("libzmq on the other side", () => {
  it("is killed and comes back: the client goes on", async () => {
    const echo = "while True: socket.send_multipart(socket.recv_multipart())"
    const first = await startPeer("ROUTER", "tcp://127.0.0.1:*", echo)
    const dealer = open(zmq.Dealer, { reconnectInterval: 10 })
    dealer.connect(first.endpoint)
    await dealer.send("one")
    assert.deepEqual(await receiveText(dealer), ["one"])
    await first.kill()
    const second = await startPeer("ROUTER", first.endpoint, echo)
    // What was sent to the first one may be lost with it, as in ZeroMQ itself.
    let answer
    dealer.receive().then(message => (answer = String(message)))
    await until(async () => {
      await dealer.send("two")
      return answer === "two"
    }, "an answer of the second")
    await second.kill()
  })

  it("is not there yet: what is sent waits for it", async () => {
    const probe = open(zmq.Pull)
    await probe.bind("tcp://127.0.0.1:*")
    const address = probe.lastEndpoint
    await probe.unbind(address)
    const request = open(zmq.Request, { reconnectInterval: 10 })
    request.connect(address)
    await within(request.send("early"))
    const peer = await startPeer("REP", address, "while True: socket.send(socket.recv().upper())")
    assert.deepEqual(await receiveText(request), ["EARLY"])
    await peer.kill()
  })
})
