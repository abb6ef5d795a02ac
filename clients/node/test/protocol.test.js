"use strict"
/* The client's half of the protocol, against a gateway that does what each test says. */

const assert = require("node:assert/strict")
const { afterEach, beforeEach, describe, it } = require("node:test")
const zmq = require("babelmq")
const { startFakeGateway } = require("./support/fake-gateway.js")
const { open, until, within } = require("./support/sockets.js")

let gateway
let context

beforeEach(async () => {
  gateway = await startFakeGateway()
  context = new zmq.Context({ gateway: gateway.address })
})

afterEach(() => gateway.stop())

function create(SocketClass, options) {
  return open(SocketClass, { context, ...options })
}

/** A socket whose stream has been answered: [socket, stream]. */
async function attached(SocketClass, options, welcome) {
  const socket = create(SocketClass, options)
  socket.connect("tcp://127.0.0.1:5555")
  const stream = await gateway.stream()
  stream.welcome(welcome)
  stream.say({ results: [{ command_id: 1, endpoint: "tcp://127.0.0.1:5555" }] })
  await until(() => socket.lastEndpoint !== null && (socket.writable || welcome?.limitSeq === 0), "open")
  return [socket, stream]
}

function deliver(firstSeq, ...messages) {
  const parts = messages.map(message => [message].flat())
  const frames = parts.flat().map(part => Buffer.from(part))
  return { deliver: { first_seq: firstSeq, frames, frame_counts: parts.map(({ length }) => length) } }
}

/**
 * Whether the promise does not settle. There is no event that says so, hence the short wait; a
 * client that is too slow can make this pass wrongly, but never fail.
 */
async function isPending(promise) {
  const pending = Symbol("pending")
  const later = new Promise(resolve => setTimeout(resolve, 20, pending))
  return (await Promise.race([promise.catch(() => {}), later])) === pending
}

describe("opening", () => {
  it("sends options, commands and the window in one request, without waiting", async () => {
    const socket = create(zmq.Subscriber, { receiveHighWaterMark: 10 })
    socket.connect("tcp://127.0.0.1:5555")
    socket.subscribe("a", "b")
    const [request] = (await gateway.stream()).requests
    assert.equal(request.open.type, "SOCKET_TYPE_SUB")
    assert.match(request.open.client_name, /^babelmq-node\/\d/)
    assert.deepEqual(request.open.options, [
      { id: 17, int_value: 0 },
      { id: 24, int_value: 10 },
    ])
    assert.deepEqual(request.commands, [
      { command_id: 1, connect: "tcp://127.0.0.1:5555" },
      { command_id: 2, subscribe: Buffer.from("a") },
      { command_id: 3, subscribe: Buffer.from("b") },
    ])
    assert.equal(request.window.limit_seq, 10)
    assert.equal(request.window.limit_bytes, 8 * 1024 * 1024)
  })

  it("does not open a stream for a socket that is not used", async () => {
    create(zmq.Push).linger = 5
    const used = create(zmq.Push)
    used.connect("tcp://127.0.0.1:5555")
    await gateway.stream()
    assert.equal(gateway.streams.length, 1)
  })

  it("keeps timeouts to itself", async () => {
    create(zmq.Dealer, { sendTimeout: 5, receiveTimeout: 6 }).connect("tcp://127.0.0.1:5555")
    const [request] = (await gateway.stream()).requests
    assert.deepEqual(request.open.options, [{ id: 17, int_value: 0 }])
  })

  it("sets an option that comes later by a command", async () => {
    const [socket, stream] = await attached(zmq.Push)
    socket.linger = 100
    await until(() => stream.commands.length === 2, "the command")
    assert.deepEqual(stream.commands[1].set_option, { id: 17, int_value: 100 })
  })

  it("names the peer of a router's connect just before it", async () => {
    create(zmq.Router).connect("tcp://127.0.0.1:5555", { routingId: "peer" })
    const { commands } = await gateway.stream()
    assert.deepEqual(commands, [
      { command_id: 1, set_option: { id: 61, bytes_value: Buffer.from("peer") } },
      { command_id: 2, connect: "tcp://127.0.0.1:5555" },
    ])
  })

  it("spreads many sockets over several connections", async () => {
    const peers = new Set()
    for (let i = 0; i < 120; i++) create(zmq.Push).connect("tcp://127.0.0.1:5555")
    await until(() => gateway.streams.length === 120, "120 streams")
    for (const stream of gateway.streams) peers.add(stream.peer)
    assert.equal(peers.size, 3)
  })
})

describe("sending", () => {
  it("waits for credit", async () => {
    const [socket, stream] = await attached(zmq.Push, {}, { limitSeq: 0 })
    const sent = socket.send("a")
    assert.ok(await isPending(sent))
    assert.equal(socket.writable, false)
    assert.deepEqual(stream.frames, [])
    stream.say({ window: { limit_seq: 1, limit_bytes: 100 } })
    await within(sent)
    await until(() => stream.frames.length === 1, "the message")
  })

  it("uses all credit and no more", async () => {
    const [socket, stream] = await attached(zmq.Push, {}, { limitSeq: 3 })
    const sent = ["a", "b", "c", "d", "e"].map(text => socket.send(text))
    await within(Promise.all(sent.slice(0, 3)))
    assert.ok(await isPending(sent[3]))
    assert.deepEqual(stream.frames, ["a", "b", "c"])
    stream.say({ window: { accepted_through: 3, limit_seq: 5, limit_bytes: 1 << 30 } })
    await within(Promise.all(sent))
    await until(() => stream.frames.length === 5, "the rest")
    assert.deepEqual(stream.frames, ["a", "b", "c", "d", "e"])
  })

  it("starts a message only below the limit in bytes", async () => {
    const [socket, stream] = await attached(zmq.Push, {}, { limitSeq: 10, limitBytes: 8 })
    await within(socket.send("12345"))
    await within(socket.send(["1234", "5678"]))
    assert.ok(await isPending(socket.send("x")))
    assert.deepEqual(stream.frames, ["12345", "1234", "5678"])
  })

  it("a limit that falls changes nothing", async () => {
    const [socket, stream] = await attached(zmq.Push, {}, { limitSeq: 2 })
    stream.say({ window: { limit_seq: 1, limit_bytes: 1 } })
    await within(socket.send("a"))
    await within(socket.send("b"))
  })

  it("numbers messages without gaps", async () => {
    const [socket, stream] = await attached(zmq.Push)
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 10; j++) socket.send(`${i}${j}`)
      await until(() => stream.frames.length === (i + 1) * 10, "the messages")
    }
    let expected = 1
    for (const { first_seq, frames } of stream.batches) {
      assert.equal(first_seq, expected)
      expected += frames.length
    }
  })

  it("takes together what is sent in one tick", async () => {
    const [socket, stream] = await attached(zmq.Push)
    for (let i = 0; i < 100; i++) socket.send(["a", "b"])
    await until(() => stream.frames.length === 200, "the messages")
    assert.equal(stream.batches.length, 1)
  })

  it("respects the caps of a batch", async () => {
    const limits = { max_batch_messages: 10, max_batch_bytes: 100 }
    const [socket, stream] = await attached(zmq.Push, {}, { limits })
    for (let i = 0; i < 35; i++) socket.send("x")
    for (const size of [60, 60, 10, 500, 10, 90, 1]) socket.send(Buffer.alloc(size))
    await until(() => stream.frames.length === 42, "the messages")
    for (const { frames } of stream.batches) {
      const bytes = frames.reduce((sum, { length }) => sum + length, 0)
      assert.ok(frames.length <= 10)
      assert.ok(bytes <= 100 || frames.length === 1, `${bytes} bytes in ${frames.length} frames`)
    }
  })

  it("refuses what is too long, by itself, and goes on", async () => {
    const limits = { max_message_bytes: 10 }
    const [socket, stream] = await attached(zmq.Push, {}, { limits })
    await assert.rejects(socket.send(["123456", Buffer.alloc(5)]), { code: "EMSGSIZE" })
    await assert.rejects(socket.send("12345678901"), { code: "EMSGSIZE" })
    await within(socket.send("1234567890"))
    await until(() => stream.frames.length === 1, "the message")
    assert.equal(stream.batches[0].first_seq, 1)
  })

  it("keeps commands behind the messages before them", async () => {
    const [socket, stream] = await attached(zmq.Push)
    socket.send("a")
    socket.send("b")
    socket.disconnect("tcp://127.0.0.1:5555")
    socket.connect("tcp://127.0.0.1:6666")
    socket.send("c")
    await until(() => stream.frames.length === 3, "the messages")
    const shape = stream.requests.slice(1).map(({ commands = [], send }) => [
      commands.map(({ connect }) => (connect ? "connect" : "disconnect")),
      (send?.frames || []).map(String),
    ])
    assert.deepEqual(shape, [
      [[], ["a", "b"]],
      [["disconnect", "connect"], ["c"]],
    ])
  })

  it("copies buffers before the promise resolves", async () => {
    const [socket, stream] = await attached(zmq.Push)
    const buffer = Buffer.alloc(100_000, "a")
    await socket.send(buffer)
    buffer.fill("b")
    await until(() => stream.frames.length === 1, "the message")
    assert.equal(stream.frames[0], "a".repeat(100_000))
  })

  it("with sendTimeout 0 waits for answers that are due, and for nothing else", async () => {
    const socket = create(zmq.Push, { sendTimeout: 0 })
    socket.connect("tcp://127.0.0.1:5555")
    const early = socket.send("a")
    const second = socket.send("b")
    const stream = await gateway.stream()
    stream.welcome({ limitSeq: 0 })
    assert.ok(await isPending(early))
    stream.say({ results: [{ command_id: 1 }], window: { limit_seq: 1, limit_bytes: 100 } })
    await within(early)
    await assert.rejects(within(second), { code: "EAGAIN" })
    await assert.rejects(within(socket.send("c")), { code: "EAGAIN" })
  })

  it("with a sendTimeout fails in time, and sends nothing then", async () => {
    const [socket, stream] = await attached(zmq.Push, { sendTimeout: 30 }, { limitSeq: 0 })
    await assert.rejects(within(socket.send("late")), { code: "EAGAIN" })
    stream.say({ window: { limit_seq: 9, limit_bytes: 100 } })
    await within(socket.send("next"))
    await until(() => stream.frames.length === 1, "the message")
    assert.deepEqual(stream.frames, ["next"])
  })

  it("a mandatory router waits for acceptance and reports the refusal", async () => {
    const [socket, stream] = await attached(zmq.Router, { mandatory: true })
    const [good, bad, last] = ["a", "b", "c"].map(id => socket.send([id, "x"]))
    assert.ok(await isPending(good))
    const error = { name: "EHOSTUNREACH", message: "no such peer" }
    const limits = { limit_seq: 1000, limit_bytes: 1 << 30 }
    stream.say({ window: { accepted_through: 2, ...limits, failures: [{ seq: 2, error }] } })
    await within(good)
    await assert.rejects(within(bad), { code: "EHOSTUNREACH" })
    assert.ok(await isPending(last))
    stream.say({ window: { accepted_through: 3, ...limits } })
    await within(last)
  })

  it("reports a refusal that nobody waits for with the next call, once", async () => {
    const [socket, stream] = await attached(zmq.Dealer)
    await socket.send("a")
    await until(() => stream.frames.length === 1, "the message")
    const failures = [{ seq: 1, error: { name: "EHOSTUNREACH", message: "gone" } }]
    stream.say({ window: { accepted_through: 1, limit_seq: 9, limit_bytes: 99, failures } })
    const receiving = socket.receive()
    await assert.rejects(within(receiving), { code: "EHOSTUNREACH", message: "gone" })
    await within(socket.send("b"))
  })
})

describe("receiving", () => {
  it("acknowledges what was taken, and announces again at half the window", async () => {
    const [socket, stream] = await attached(zmq.Dealer, { receiveHighWaterMark: 4 })
    assert.deepEqual(stream.window, { ack_through: 0, limit_seq: 4, limit_bytes: 8 << 20 })
    stream.say(deliver(1, "a", "b", "c"))
    await within(socket.receive())
    await until(() => socket.readable, "the next message")
    assert.equal(stream.window.limit_seq, 4)
    await within(socket.receive())
    await until(() => stream.window.limit_seq === 6, "the announcement")
    assert.deepEqual(stream.window, { ack_through: 2, limit_seq: 6, limit_bytes: (8 << 20) + 2 })
  })

  it("announces again when half of the bytes were taken", async () => {
    const [socket, stream] = await attached(zmq.Dealer)
    const megabyte = Buffer.alloc(1 << 20)
    stream.say(deliver(1, megabyte, megabyte, megabyte, megabyte))
    for (let i = 0; i < 4; i++) await within(socket.receive())
    await until(() => stream.window.ack_through === 4, "the announcement")
    assert.equal(stream.window.limit_bytes, 12 << 20)
  })

  it("reads nothing ahead on a conflating socket", async () => {
    const [socket, stream] = await attached(zmq.Pull, { conflate: true }, { limitSeq: 0 })
    assert.equal(stream.window, undefined)
    const received = socket.receive()
    await until(() => stream.window?.limit_seq === 1, "credit for one")
    stream.say(deliver(1, "latest"))
    assert.equal(String(await within(received)), "latest")
  })

  it("serves waiting calls in their order", async () => {
    const [socket, stream] = await attached(zmq.Dealer)
    const calls = [1, 2, 3].map(() => socket.receive())
    stream.say(deliver(1, "a", ["b", "B"]))
    stream.say(deliver(3, "c", "d"))
    const messages = await within(Promise.all(calls))
    assert.deepEqual(messages.map(String), ["a", "b,B", "c"])
    assert.equal(String(await socket.receive()), "d")
  })

  it("with receiveTimeout 0 waits for answers that are due, and for nothing else", async () => {
    const socket = create(zmq.Pull, { receiveTimeout: 0 })
    socket.connect("tcp://127.0.0.1:5555")
    const early = socket.receive()
    const stream = await gateway.stream()
    stream.welcome({ limitSeq: 0 })
    assert.ok(await isPending(early))
    stream.say({ results: [{ command_id: 1 }], ...deliver(1, "a") })
    assert.equal(String(await within(early)), "a")
    await assert.rejects(within(socket.receive()), { code: "EAGAIN" })
  })

  it("a message that arrives after a timeout is not lost", async () => {
    const [socket, stream] = await attached(zmq.Dealer, { receiveTimeout: 20 })
    await assert.rejects(within(socket.receive()), { code: "EAGAIN" })
    stream.say(deliver(1, "a"))
    await until(() => socket.readable, "the message")
    assert.equal(String(await socket.receive()), "a")
  })
})

describe("request and reply", () => {
  it("a request that goes unanswered may be asked again when relaxed", async () => {
    const [socket, stream] = await attached(zmq.Request, { relaxed: true })
    await socket.send("1")
    stream.say(deliver(1, "answer to 1"))
    await until(() => socket.readable, "the first answer")
    await socket.send("2")
    stream.say(deliver(2, "answer to 2"))
    assert.equal(String(await within(socket.receive())), "answer to 2")
  })

  it("a send that timed out does not use up the turn", async () => {
    const [socket, stream] = await attached(zmq.Request, { sendTimeout: 20 }, { limitSeq: 0 })
    await assert.rejects(within(socket.send("a")), { code: "EAGAIN" })
    stream.say({ window: { limit_seq: 1, limit_bytes: 100 } })
    await within(socket.send("b"))
    await assert.rejects(socket.send("c"), { code: "EFSM" })
  })
})

describe("commands that fail", () => {
  const error = { name: "EADDRINUSE", message: "Address already in use" }

  it("bind rejects with code, errno, address and message", async () => {
    const socket = create(zmq.Pull)
    const bound = socket.bind("tcp://127.0.0.1:5555")
    const stream = await gateway.stream()
    stream.welcome()
    stream.say({ results: [{ command_id: 1, error }] })
    await assert.rejects(within(bound), {
      code: "EADDRINUSE",
      errno: 98,
      address: "tcp://127.0.0.1:5555",
      message: "Address already in use",
    })
  })

  it("connect fails the receive that waits", async () => {
    const socket = create(zmq.Pull)
    socket.connect("foo://bar")
    const received = socket.receive()
    const stream = await gateway.stream()
    stream.welcome()
    stream.say({ results: [{ command_id: 1, error: { name: "EPROTONOSUPPORT" } }] })
    await assert.rejects(within(received), { code: "EPROTONOSUPPORT", address: "foo://bar" })
    stream.say(deliver(1, "still works"))
    assert.equal(String(await within(socket.receive())), "still works")
  })

  it("connect fails the next call when none waits, once", async () => {
    const socket = create(zmq.Push)
    socket.connect("foo://bar")
    const stream = await gateway.stream()
    stream.welcome()
    stream.say({ results: [{ command_id: 1, error: { name: "EPROTONOSUPPORT" } }] })
    await until(() => socket.writable, "the answer")
    await assert.rejects(socket.send("a"), { code: "EPROTONOSUPPORT" })
    await within(socket.send("b"))
  })

  it("an error that no call has reported is a warning at close", async () => {
    const socket = create(zmq.Push)
    socket.connect("foo://bar")
    const stream = await gateway.stream()
    stream.welcome()
    stream.say({ results: [{ command_id: 1, error: { name: "EPROTONOSUPPORT" } }] })
    await until(() => socket.writable, "the answer")
    const warned = new Promise(resolve => process.once("warning", resolve))
    socket.close()
    assert.equal((await within(warned)).code, "EPROTONOSUPPORT")
  })
})

describe("the end", () => {
  it("close() sends what is left, asks to close, and ends the stream", async () => {
    const [socket, stream] = await attached(zmq.Push)
    socket.send("a")
    socket.send("b")
    socket.close()
    await until(() => stream.isEnded, "the end of the stream")
    assert.deepEqual(stream.frames, ["a", "b"])
    assert.deepEqual(stream.requests.at(-1).close, {})
    stream.say({ closed: {} })
    stream.end()
  })

  it("says how many messages no peer took over", async () => {
    const [socket, stream] = await attached(zmq.Push)
    socket.close()
    await until(() => stream.isEnded, "the end of the stream")
    const warned = new Promise(resolve => process.once("warning", resolve))
    stream.say({ closed: { unsent: 3 } })
    stream.end()
    assert.match((await within(warned)).message, /^3 messages/)
  })

  it("of the gateway after close() changes nothing", async () => {
    const [socket, stream] = await attached(zmq.Push)
    socket.close()
    await until(() => stream.isEnded, "the end of the stream")
    stream.say({ go_away: { reason: { name: "ETERM" } } })
    stream.say({ closed: {} })
    stream.end()
    await assert.rejects(socket.send("a"), { code: "EBADF" })
    assert.equal(stream.requests.filter(({ close }) => close).length, 1)
  })

  it("names that this system does not know stay the code", async () => {
    const socket = create(zmq.Push)
    const sent = socket.send("a")
    const stream = await gateway.stream()
    stream.say({ closed: { error: { name: "EFUTURE" } } })
    stream.end()
    await assert.rejects(within(sent), { code: "EFUTURE", errno: 0, message: "EFUTURE" })
  })

  it("a refused opening fails every call with the gateway's reason", async () => {
    const socket = create(zmq.Push)
    socket.connect("tcp://127.0.0.1:5555")
    const sent = socket.send("a")
    const stream = await gateway.stream()
    stream.say({ closed: { error: { name: "EMFILE", message: "too many sockets" } } })
    stream.end()
    const expected = { code: "EMFILE", message: "too many sockets" }
    await assert.rejects(within(sent), expected)
    await assert.rejects(socket.send("b"), expected)
    assert.throws(() => socket.connect("tcp://127.0.0.1:5555"), expected)
  })

  it("a gateway that goes away fails waiting and later calls with ECONNRESET", async () => {
    const [socket] = await attached(zmq.Dealer)
    const lost = new Promise(resolve => socket.events.on("gateway:lost", resolve))
    const received = socket.receive()
    gateway.stop()
    const expected = { code: "ECONNRESET", address: gateway.address }
    await assert.rejects(within(received), expected)
    await assert.rejects(socket.send("a"), expected)
    await assert.rejects(socket.bind("tcp://127.0.0.1:*"), expected)
    assert.equal((await within(lost)).error.code, "ECONNRESET")
    socket.close()
    assert.equal(socket.closed, true)
  })

  it("go_away: what is queued leaves, then calls fail with ETERM", async () => {
    const [socket, stream] = await attached(zmq.Dealer)
    const received = socket.receive()
    socket.send("last")
    stream.say({ go_away: { reason: { name: "ETERM" }, grace_ms: 1000 } })
    await assert.rejects(within(received), { code: "ETERM" })
    await until(() => stream.isEnded, "the end of the stream")
    assert.deepEqual(stream.frames, ["last"])
    assert.ok(stream.requests.at(-1).close)
    await assert.rejects(socket.send("x"), { code: "ETERM" })
  })

  it("nonsense from the gateway ends the socket, not the process", async () => {
    const [socket, stream] = await attached(zmq.Dealer)
    const received = socket.receive()
    stream.say(deliver(7, "out of sequence"))
    await assert.rejects(within(received), { code: "EPROTO", message: /numbered 7/ })
  })

  it("a server that is no gateway is called that", async () => {
    const other = await startFakeGateway({ hasService: false })
    const socket = open(zmq.Push, { context: new zmq.Context({ gateway: other.address }) })
    await assert.rejects(within(socket.send("a")), { code: "EPROTO", message: /no BabelMQ gateway/ })
    other.stop()
  })
})
