"use strict"
/* What needs no gateway: classes, properties, options, addresses, errors thrown at once. */

const assert = require("node:assert/strict")
const { readFileSync } = require("node:fs")
const os = require("node:os")
const path = require("node:path")
const { describe, it } = require("node:test")
const zmq = require("babelmq")
const { OPTIONS } = require("../lib/options.js")

const TYPES = {
  Pair: 0, Publisher: 1, Subscriber: 2, Request: 3, Reply: 4, Dealer: 5, Router: 6, Pull: 7, Push: 8,
  XPublisher: 9, XSubscriber: 10,
}
const WRITE_ONLY = ["Publisher", "Push"]
const READ_ONLY = ["Subscriber", "Pull"]

const nextTurn = () => new Promise(setImmediate)

/** The warning that `action` emits. */
async function warningOf(action) {
  const warned = new Promise(resolve => process.once("warning", resolve))
  action()
  return (await warned).message
}

describe("the module", () => {
  it("exports what zeromq.js exports, and configure", () => {
    assert.deepEqual(Object.keys(zmq).sort(), [
      "Context", "Dealer", "Observer", "Pair", "Proxy", "Publisher", "Pull", "Push", "Reply", "Request",
      "Router", "Socket", "Subscriber", "XPublisher", "XSubscriber", "capability", "configure", "context",
      "curveKeyPair", "version",
    ])
  })

  it("can be imported by name from an ES module", async () => {
    const module = await import("babelmq")
    assert.equal(module.Request, zmq.Request)
    assert.equal(module.default, zmq)
  })

  it("says which libzmq it follows", () => {
    assert.match(zmq.version, /^4\.3\.\d+$/)
    assert.equal(zmq.capability.ipc, true)
    assert.equal(zmq.capability.draft, false)
  })

  it("makes CURVE keys of 40 characters, new ones each time", () => {
    const pairs = [zmq.curveKeyPair(), zmq.curveKeyPair()]
    for (const key of pairs.flatMap(Object.values)) assert.match(key, /^[!-~]{40}$/)
    assert.notEqual(pairs[0].secretKey, pairs[1].secretKey)
  })
})

describe("classes", () => {
  for (const [name, type] of Object.entries(TYPES)) {
    it(`${name} has its type and the methods that fit it`, () => {
      const socket = new zmq[name]()
      assert.ok(socket instanceof zmq.Socket)
      assert.equal(socket.type, type)
      assert.equal(socket.context, zmq.context)
      assert.equal(typeof socket.send, READ_ONLY.includes(name) ? "undefined" : "function")
      const receives = WRITE_ONLY.includes(name) ? "undefined" : "function"
      assert.equal(typeof socket.receive, receives)
      assert.equal(typeof socket[Symbol.asyncIterator], receives)
    })
  }

  it("a new socket", () => {
    const socket = new zmq.Dealer()
    const { closed, readable, writable, lastEndpoint, securityMechanism, threadSafe } = socket
    assert.deepEqual(
      { closed, readable, writable, lastEndpoint, securityMechanism, threadSafe },
      {
        closed: false, readable: false, writable: false, lastEndpoint: null, securityMechanism: null,
        threadSafe: false,
      },
    )
    assert.equal(socket.events, socket.events)
  })

  it("can be extended", () => {
    class Mine extends zmq.Socket {
      constructor() {
        super(5)
      }
    }
    assert.equal(new Mine().type, 5)
  })

  it("need new, a type that exists, options that are an object, a real context", () => {
    assert.throws(() => zmq.Dealer(), TypeError)
    assert.throws(() => new zmq.Socket(), TypeError)
    assert.throws(() => new zmq.Socket(37), { code: "EINVAL" })
    assert.throws(() => new zmq.Dealer(1), TypeError)
    assert.throws(() => new zmq.Dealer({ context: {} }), { code: "EINVAL" })
  })
})

describe("options", () => {
  it("have libzmq's defaults", () => {
    const { linger, sendHighWaterMark, receiveHighWaterMark, reconnectInterval } = new zmq.Dealer()
    const { backlog, maxMessageSize, immediate, routingId, sendTimeout } = new zmq.Dealer()
    assert.deepEqual([linger, sendHighWaterMark, receiveHighWaterMark], [-1, 1000, 1000])
    assert.deepEqual([reconnectInterval, backlog, maxMessageSize], [100, 100, -1])
    assert.deepEqual([immediate, routingId, sendTimeout], [false, null, -1])
  })

  it("are set by the constructor and by assignment", () => {
    const socket = new zmq.Dealer({ linger: 5, routingId: "åbç", immediate: true })
    socket.maxMessageSize = 2 ** 40
    assert.deepEqual([socket.linger, socket.routingId, socket.immediate], [5, "åbç", true])
    assert.equal(socket.maxMessageSize, 2 ** 40)
    socket.routingId = Buffer.from("x")
    assert.equal(socket.routingId, "x")
    socket.routingId = null
    assert.equal(socket.routingId, null)
  })

  it("of the wrong type, unknown or read-only ones throw a TypeError", () => {
    assert.throws(() => new zmq.Dealer({ linger: "5" }), TypeError)
    assert.throws(() => new zmq.Dealer({ immediate: 1 }), TypeError)
    assert.throws(() => new zmq.Dealer({ routingId: 1 }), TypeError)
    assert.throws(() => new zmq.Dealer({ doesNotExist: 1 }), TypeError)
    assert.throws(() => new zmq.Dealer({ securityMechanism: 1 }), TypeError)
    assert.throws(() => new zmq.Pull({ sendTimeout: 1 }), TypeError)
    assert.throws(() => new zmq.Push({ receiveTimeout: 1 }), TypeError)
    assert.throws(() => Object.assign(new zmq.XPublisher(), { verbosity: "some" }), TypeError)
  })

  it("tell the security mechanism", () => {
    assert.equal(new zmq.Dealer({ plainUsername: "me" }).securityMechanism, "plain")
    assert.equal(new zmq.Dealer({ curveServer: true }).securityMechanism, "curve")
  })

  it("without meaning behind a gateway are accepted with one warning", async () => {
    const text = await warningOf(() => (new zmq.Dealer().affinity = 1))
    assert.match(text, /affinity has no effect/)
    let warnings = 0
    const count = () => warnings++
    process.on("warning", count)
    new zmq.Dealer().affinity = 2
    await nextTurn()
    process.off("warning", count)
    assert.equal(warnings, 0)
  })

  it("that come late say when they take effect", async () => {
    const context = new zmq.Context({ gateway: "127.0.0.1:1" })
    const socket = new zmq.Dealer({ context })
    socket.connect("tcp://127.0.0.1:5555")
    const text = await warningOf(() => (socket.routingId = "late"))
    assert.match(text, /routingId takes effect at the next bind or connect/)
    socket.linger = 0 // takes effect at once: no warning, or the next test would see it
    socket.close()
    assert.throws(() => (socket.linger = 5), { code: "EBADF" })
  })

  it("are all in index.d.ts", () => {
    const types = readFileSync(path.join(__dirname, "../index.d.ts"), "utf8")
    const missing = OPTIONS.map(([name]) => name).filter(name => !new RegExp(`\\b${name}\\b`).test(types))
    assert.deepEqual(missing, [])
  })
})

describe("contexts", () => {
  it("have options, which are the defaults of their sockets", () => {
    const context = new zmq.Context({ ipv6: true, blocky: false, maxMessageSize: 5000 })
    assert.deepEqual([context.ioThreads, context.maxSockets, context.maxSocketsLimit], [1, 1023, 65535])
    const { ipv6, linger, maxMessageSize } = new zmq.Dealer({ context })
    assert.deepEqual([ipv6, linger, maxMessageSize], [true, 0, 5000])
    assert.equal(new zmq.Dealer({ context, linger: 7 }).linger, 7)
  })

  it("refuse unknown, read-only and mistyped options", () => {
    assert.throws(() => new zmq.Context({ doesNotExist: 1 }), TypeError)
    assert.throws(() => Object.assign(new zmq.Context(), { maxSocketsLimit: 1 }), TypeError)
    assert.throws(() => new zmq.Context({ ipv6: 1 }), TypeError)
    assert.throws(() => new zmq.Context({ gateway: "nonsense" }), { code: "EINVAL" })
  })

  it("accept what only threads would need, with one warning", async () => {
    const { threadPriority, threadSchedulingPolicy } = zmq.Context.prototype
    assert.deepEqual([threadPriority, threadSchedulingPolicy], [undefined, undefined])
    const context = new zmq.Context()
    assert.match(await warningOf(() => (context.threadPriority = 1)), /threadPriority/)
    assert.match(await warningOf(() => (context.threadSchedulingPolicy = 1)), /threadSchedulingPolicy/)
    assert.throws(() => (context.threadPriority = "high"), TypeError)
  })

  it("limit their sockets", () => {
    const context = new zmq.Context({ maxSockets: 2 })
    const first = new zmq.Dealer({ context })
    new zmq.Dealer({ context })
    assert.throws(() => new zmq.Dealer({ context }), { code: "EMFILE" })
    first.close()
    new zmq.Dealer({ context })
  })
})

describe("configure", () => {
  it("refuses what it does not know", () => {
    assert.throws(() => zmq.configure({ adress: "127.0.0.1:1" }), TypeError)
    assert.throws(() => zmq.configure({ connectTimeout: -1 }), TypeError)
    assert.throws(() => zmq.configure({ pendingCalls: 0 }), TypeError)
    for (const address of ["localhost", "http://localhost:1", "", 5]) {
      assert.throws(() => zmq.configure({ address }), { code: "EINVAL" })
    }
  })

  it("takes addresses of every form", () => {
    for (const address of ["localhost:1", "[::1]:1", "unix:/tmp/gateway", null]) {
      zmq.configure({ address })
    }
  })
})

describe("addresses", () => {
  const socket = new zmq.Dealer()

  for (const [address, part] of [
    ["foo-bar", /no transport/],
    ["tcp://", /nothing after 'tcp:\/\/'/],
    ["tcp://localhost", /no port/],
    ["tcp://:5555", /no host/],
    ["tcp://localhost:http", /port 'http'/],
    ["tcp://localhost:70000", /port '70000'/],
    ["tcp://localhost:-1", /port '-1'/],
  ]) {
    it(`'${address}' is refused at once, and the message says why`, async () => {
      const expected = { code: "EINVAL", errno: os.constants.errno.EINVAL, address, message: part }
      assert.throws(() => socket.connect(address), expected)
      assert.throws(() => socket.disconnect(address), expected)
      assert.throws(() => socket.bindSync(address), expected)
      await assert.rejects(socket.bind(address), expected)
      await assert.rejects(socket.unbind(address), expected)
    })
  }

  it("wildcards can be bound only", () => {
    assert.throws(() => socket.connect("tcp://*:5555"), { code: "EINVAL" })
    assert.throws(() => socket.connect("tcp://127.0.0.1:*"), { code: "EINVAL" })
    assert.throws(() => socket.connect("tcp://127.0.0.1:0"), { code: "EINVAL" })
  })

  it("must be strings", async () => {
    assert.throws(() => socket.connect(5), TypeError)
    await assert.rejects(socket.bind(undefined), TypeError)
  })

  it("that were not connected cannot be disconnected", () => {
    const address = "tcp://127.0.0.1:5555"
    assert.throws(() => socket.disconnect(address), { code: "ENOENT", address })
  })
})

describe("subscriptions", () => {
  it("must be strings or buffers", () => {
    assert.throws(() => new zmq.Subscriber().subscribe(5), TypeError)
  })
})

describe("messages", () => {
  it("must be there, and have a part", async () => {
    const socket = new zmq.Push()
    await assert.rejects(socket.send(), TypeError)
    await assert.rejects(socket.send([]), TypeError)
  })
})

describe("closed sockets", () => {
  it("refuse everything with EBADF, and close() again does nothing", async () => {
    const socket = new zmq.Dealer()
    const subscriber = new zmq.Subscriber()
    for (const closing of [socket, socket, subscriber]) closing.close()
    const expected = { code: "EBADF", errno: os.constants.errno.EBADF }
    assert.deepEqual([socket.closed, socket.readable, socket.writable], [true, false, false])
    await assert.rejects(socket.send("a"), expected)
    await assert.rejects(socket.receive(), expected)
    await assert.rejects(socket.bind("tcp://127.0.0.1:*"), expected)
    assert.throws(() => socket.connect("tcp://127.0.0.1:5555"), expected)
    assert.throws(() => subscriber.subscribe("a"), expected)
  })

  it("end iteration", async () => {
    const socket = new zmq.Pull()
    socket.close()
    for await (const message of socket) assert.fail(`received ${message}`)
  })
})

describe("turns", () => {
  it("a Reply cannot send first", async () => {
    await assert.rejects(new zmq.Reply().send("a"), { code: "EFSM", errno: 156384763 })
  })

  it("a Request cannot receive first", async () => {
    await assert.rejects(new zmq.Request().receive(), { code: "EFSM" })
  })
})

describe("events", () => {
  it("of the network are refused, those of this process are not", async () => {
    const socket = new zmq.Dealer()
    assert.throws(() => socket.events.on("accept", () => {}), { code: "ENOTSUP", message: /'accept'/ })
    await assert.rejects(socket.events.receive(), { code: "ENOTSUP" })
    const ended = []
    const listener = event => ended.push(event)
    socket.events.on("end", listener).on("end", listener)
    socket.events.off("end", listener)
    socket.close()
    await nextTurn()
    assert.deepEqual(ended, [{ type: "end" }])
    assert.equal(socket.events.closed, true)
    await assert.rejects(socket.events.receive(), { code: "EBADF" })
  })

  it("are not reported any more once the observer is closed", async () => {
    const socket = new zmq.Dealer()
    socket.events.on("end", () => assert.fail("was told"))
    socket.events.close()
    socket.close()
    await nextTurn()
  })

  it("cannot be iterated over", async () => {
    const wait = async () => {
      for await (const event of new zmq.Dealer().events) assert.fail(`was told ${event}`)
    }
    await assert.rejects(wait(), { code: "ENOTSUP" })
  })
})

describe("proxies", () => {
  it("need two sockets", () => {
    assert.throws(() => new zmq.Proxy(), TypeError)
    assert.throws(() => new zmq.Proxy(new zmq.Dealer(), {}), TypeError)
    assert.throws(() => new zmq.Proxy(new zmq.Dealer(), new zmq.Dealer(), new zmq.Dealer()), TypeError)
  })

  it("know their sockets", () => {
    const [frontEnd, backEnd] = [new zmq.Router(), new zmq.Dealer()]
    const proxy = new zmq.Proxy(frontEnd, backEnd)
    assert.deepEqual([proxy.frontEnd, proxy.backEnd], [frontEnd, backEnd])
  })

  it("cannot be steered while they do not run", async () => {
    const proxy = new zmq.Proxy(new zmq.Router(), new zmq.Dealer())
    for (const verb of ["pause", "resume", "terminate"]) {
      assert.throws(() => proxy[verb](), { code: "EBADF" })
    }
    await assert.rejects(proxy.run(), { code: "EINVAL", message: /Front-end/ })
  })
})
