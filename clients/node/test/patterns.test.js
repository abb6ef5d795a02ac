"use strict"
/* Every class, between Node sockets, through a real gateway. */

const assert = require("node:assert/strict")
const { execFile } = require("node:child_process")
const path = require("node:path")
const { describe, it } = require("node:test")
const { promisify } = require("node:util")
const zmq = require("babelmq")
const { endpoint, join, open, receiveText, until, untilSubscribed, within } = require("./support/sockets.js")

const PACKAGE = path.join(__dirname, "..")

/** As the project promises it to users of zeromq.js, who change the first line only. */
const SNIPPET = `
const zmq = require("babelmq");

async function run() {
  const sock = new zmq.Request();
  sock.connect("tcp://localhost:5555");
  await sock.send("Hello");
  const [msg] = await sock.receive();
}
`

describe("the program that users know", () => {
  it("runs as it stands, and ends", async () => {
    const server = open(zmq.Reply)
    const bind = () => server.bind("tcp://*:5555").then(() => true, () => false)
    await until(bind, "port 5555 to be free")
    const program = `${SNIPPET}\nrun().then(() => console.log("answered"))`
    const client = promisify(execFile)(process.execPath, ["-e", program], { cwd: PACKAGE, timeout: 20_000 })
    assert.deepEqual(await receiveText(server), ["Hello"])
    await server.send("World")
    assert.deepEqual(await client, { stdout: "answered\n", stderr: "" })
  })
})

for (const transport of ["tcp", "ipc", "inproc"]) {
  describe(`over ${transport}`, () => {
    it("Request and Reply take turns", async () => {
      const server = open(zmq.Reply)
      const client = open(zmq.Request)
      await join(server, [client], transport)
      for (const text of ["a", "b", "c"]) {
        await client.send(text)
        assert.deepEqual(await receiveText(server), [text])
        await server.send([text, "!"])
        assert.deepEqual(await receiveText(client), [text, "!"])
      }
    })

    it("Push and Pull: in order, nothing lost", async () => {
      const pull = open(zmq.Pull)
      const push = open(zmq.Push)
      await join(pull, [push], transport)
      const sending = (async () => {
        for (let i = 0; i < 5000; i++) await push.send(String(i))
      })()
      for (let i = 0; i < 5000; i++) assert.deepEqual(await receiveText(pull), [String(i)])
      await sending
    })

    it("Publisher and Subscriber: by prefix", async () => {
      const publisher = open(zmq.Publisher)
      const subscriber = open(zmq.Subscriber)
      subscriber.subscribe("a", Buffer.from("b"))
      await join(publisher, [subscriber], transport)
      await untilSubscribed(publisher, subscriber, "bb probe")
      for (const text of ["c1", "a1", "b1", "end", "a2"]) await publisher.send([text, "x"])
      const seen = []
      while (seen.at(-1) !== "a2") seen.push((await receiveText(subscriber))[0])
      assert.deepEqual(seen.filter(text => text !== "bb probe"), ["a1", "b1", "a2"])
    })

    it("Pair and Pair: both ways at once", async () => {
      const [left, right] = [open(zmq.Pair), open(zmq.Pair)]
      await join(left, [right], transport)
      const talk = async (socket, name) => {
        const [received] = await Promise.all([receiveText(socket), socket.send(name)])
        return received
      }
      assert.deepEqual(await Promise.all([talk(left, "l"), talk(right, "r")]), [["r"], ["l"]])
    })

    it("Dealer and Router: envelopes", async () => {
      const router = open(zmq.Router)
      const dealer = open(zmq.Dealer, { routingId: "me" })
      await join(router, [dealer], transport)
      await dealer.send(["", "question"])
      assert.deepEqual(await receiveText(router), ["me", "", "question"])
      await router.send(["me", "", "answer"])
      assert.deepEqual(await receiveText(dealer), ["", "answer"])
    })

    it("XPublisher and XSubscriber: subscriptions are messages", async () => {
      const publisher = open(zmq.XPublisher)
      const subscriber = open(zmq.XSubscriber)
      await join(publisher, [subscriber], transport)
      await subscriber.send(Buffer.from("\x01topic"))
      assert.deepEqual(await receiveText(publisher), ["\x01topic"])
      await publisher.send("topic news")
      assert.deepEqual(await receiveText(subscriber), ["topic news"])
      await subscriber.send(Buffer.from("\x00topic"))
      assert.deepEqual(await receiveText(publisher), ["\x00topic"])
    })
  })
}

describe("messages", () => {
  for (const size of [0, 1, 255, 256, 70_000, 1 << 20]) {
    it(`of ${size} bytes arrive as they were sent`, async () => {
      const pull = open(zmq.Pull)
      const push = open(zmq.Push)
      await join(pull, [push])
      const frame = Buffer.alloc(size, "0123456789abcdef")
      await push.send([frame, "", frame])
      const message = await within(pull.receive(), "the message")
      assert.deepEqual(message.map(part => part.equals(frame)), [true, size === 0, true])
    })
  }

  it("longer than a gateway's batch, many of them", async () => {
    const pull = open(zmq.Pull)
    const push = open(zmq.Push)
    await join(pull, [push])
    const sending = (async () => {
      for (let i = 0; i < 30; i++) await push.send(Buffer.alloc(400_000, i))
    })()
    for (let i = 0; i < 30; i++) {
      const [frame] = await within(pull.receive(), "the message")
      assert.ok(frame.length === 400_000 && frame[0] === i && frame.at(-1) === i)
    }
    await sending
  })
})

describe("iteration", () => {
  it("yields messages, can be left and resumed, and ends with close()", async () => {
    const pull = open(zmq.Pull)
    const push = open(zmq.Push)
    await join(pull, [push])
    for (const text of ["a", "b", "c"]) await push.send(text)
    const seen = []
    for await (const [message] of pull) {
      seen.push(String(message))
      if (seen.length === 2) break
    }
    for await (const [message] of pull) {
      seen.push(String(message))
      setImmediate(() => pull.close())
    }
    assert.deepEqual(seen, ["a", "b", "c"])
  })

  it("of a socket that waits ends with close()", async () => {
    const pull = open(zmq.Pull)
    await pull.bind(endpoint("tcp"))
    setImmediate(() => pull.close())
    for await (const message of pull) assert.fail(`received ${message}`)
  })
})

describe("several tasks on one socket", () => {
  it("send at once: nothing is lost, each task's order is kept", async () => {
    const pull = open(zmq.Pull)
    const push = open(zmq.Push)
    await join(pull, [push])
    const task = async name => {
      for (let i = 0; i < 2000; i++) await push.send([name, String(i)])
    }
    const tasks = Promise.all(["a", "b", "c", "d"].map(task))
    const next = { a: 0, b: 0, c: 0, d: 0 }
    for (let i = 0; i < 8000; i++) {
      const [name, number] = await receiveText(pull)
      assert.equal(Number(number), next[name]++)
    }
    await tasks
  })

  it("receive at once: each message goes to one of them", async () => {
    const pull = open(zmq.Pull)
    const push = open(zmq.Push)
    await join(pull, [push])
    const seen = new Set()
    const task = async () => {
      while (seen.size < 3000) {
        const [text] = await pull.receive()
        assert.ok(!seen.has(String(text)))
        seen.add(String(text))
        if (seen.size === 3000) pull.close()
      }
    }
    const tasks = [task(), task(), task()]
    for (let i = 0; i < 3000; i++) await push.send(String(i))
    const outcomes = await within(Promise.allSettled(tasks), "the tasks")
    const failures = outcomes.filter(({ status, reason }) => status === "rejected" && reason.code !== "EAGAIN")
    assert.deepEqual(failures, [])
    assert.equal(seen.size, 3000)
  })

  it("more waiting calls than allowed fail with EBUSY; one, if so configured", async () => {
    const pull = open(zmq.Pull)
    zmq.configure({ pendingCalls: 1 })
    try {
      const first = pull.receive()
      await assert.rejects(pull.receive(), { code: "EBUSY", message: /one call/ })
      pull.close()
      await assert.rejects(first, { code: "EAGAIN" })
    } finally {
      zmq.configure({ pendingCalls: 1000 })
    }
  })

  it("a loop that only sends lets others run", async () => {
    const pull = open(zmq.Pull)
    const push = open(zmq.Push)
    await join(pull, [push])
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const receiving = (async () => {
      for (let i = 0; i < 20_000; i++) await pull.receive()
    })()
    for (let i = 0; i < 20_000; i++) await push.send("x")
    await within(receiving, "20,000 messages")
    clearInterval(timer)
    assert.ok(turns >= 5, `only ${turns} turns of the event loop`)
  })
})

describe("distribution", () => {
  it("three Replies on one Request take turns", async () => {
    const client = open(zmq.Request)
    const servers = ["a", "b", "c"].map(() => open(zmq.Reply))
    for (const server of servers) await join(server, [client])
    const answer = async (server, index) => {
      for await (const _ of server) await server.send(String(index))
    }
    const answering = Promise.all(servers.map(answer))
    const seen = []
    for (let i = 0; i < 9; i++) {
      await client.send("?")
      seen.push((await receiveText(client))[0])
    }
    assert.deepEqual(seen.slice(3, 6), seen.slice(0, 3))
    assert.deepEqual([...seen.slice(6)].sort(), ["0", "1", "2"])
    for (const server of servers) server.close()
    await answering
  })

  it("unsubscribing stops the messages", async () => {
    const publisher = open(zmq.Publisher)
    const subscriber = open(zmq.Subscriber)
    await join(publisher, [subscriber])
    subscriber.subscribe("a", "b")
    await untilSubscribed(publisher, subscriber, "b probe")
    subscriber.unsubscribe("a")
    subscriber.subscribe("c")
    await until(async () => {
      await publisher.send("c probe")
      return subscriber.readable && String(await subscriber.receive()) === "c probe"
    }, "the new subscription")
    await publisher.send("a gone")
    await publisher.send("b there")
    const seen = []
    while (seen.at(-1) !== "b there") seen.push((await receiveText(subscriber))[0])
    assert.ok(!seen.includes("a gone"))
  })
})

describe("options at work", () => {
  it("mandatory routers tell of peers that are not there", async () => {
    const router = open(zmq.Router, { mandatory: true })
    await router.bind(endpoint("tcp"))
    const expected = { code: "EHOSTUNREACH" }
    await assert.rejects(within(router.send(["nobody", "x"])), expected)
    await assert.rejects(within(router.send(["nobody", "x"])), expected)
  })

  it("other routers drop such messages", async () => {
    const router = open(zmq.Router)
    const dealer = open(zmq.Dealer, { routingId: "me" })
    await join(router, [dealer])
    await dealer.send("hello")
    await receiveText(router)
    await router.send(["nobody", "x"])
    await router.send(["me", "y"])
    assert.deepEqual(await receiveText(dealer), ["y"])
  })

  it("a relaxed Request asks again", async () => {
    const server = open(zmq.Reply)
    const client = open(zmq.Request, { relaxed: true, correlate: true })
    await join(server, [client])
    await client.send("1")
    assert.deepEqual(await receiveText(server), ["1"])
    await client.send("2")
    await server.send("answer to 1")
    assert.deepEqual(await receiveText(server), ["2"])
    await server.send("answer to 2")
    assert.deepEqual(await receiveText(client), ["answer to 2"])
  })

  it("the wrong turn is refused at once", async () => {
    const server = open(zmq.Reply)
    const client = open(zmq.Request)
    await join(server, [client])
    await client.send("a")
    await assert.rejects(client.send("b"), { code: "EFSM" })
    await receiveText(server)
    await assert.rejects(server.receive(), { code: "EFSM" })
    await server.send("c")
    await receiveText(client)
    await assert.rejects(client.receive(), { code: "EFSM" })
  })
})

describe("Proxy", () => {
  it("hands messages on in both directions until it is terminated", async () => {
    const [front, back] = [open(zmq.Router), open(zmq.Dealer)]
    const [client, server] = [open(zmq.Request), open(zmq.Reply)]
    await join(front, [client])
    await join(back, [server])
    const proxy = new zmq.Proxy(front, back)
    const running = proxy.run()
    await assert.rejects(front.receive(), { code: "EBUSY" })
    for (const text of ["a", "b"]) {
      await client.send(text)
      assert.deepEqual(await receiveText(server), [text])
      await server.send(text.toUpperCase())
      assert.deepEqual(await receiveText(client), [text.toUpperCase()])
    }
    proxy.terminate()
    await within(running, "the end of the proxy")
    assert.deepEqual([front.closed, back.closed], [true, true])
    assert.throws(() => proxy.terminate(), { code: "EBADF" })
  })

  it("keeps messages while it is paused", async () => {
    const [front, back] = [open(zmq.Pull), open(zmq.Push)]
    const [source, sink] = [open(zmq.Push), open(zmq.Pull)]
    await join(front, [source])
    await join(back, [sink])
    const proxy = new zmq.Proxy(front, back)
    const running = proxy.run()
    await source.send("before")
    assert.deepEqual(await receiveText(sink), ["before"])
    proxy.pause()
    await source.send("during")
    sink.receiveTimeout = 50
    await assert.rejects(sink.receive(), { code: "EAGAIN" })
    proxy.resume()
    sink.receiveTimeout = -1
    assert.deepEqual(await receiveText(sink), ["during"])
    proxy.terminate()
    await running
  })

  it("ends with the gateway's error when a socket fails", async () => {
    const [front, back] = [open(zmq.Pull), open(zmq.Push)]
    await front.bind(endpoint("tcp"))
    back.connect("nosuchtransport://x")
    await assert.rejects(within(new zmq.Proxy(front, back).run()), { code: "EPROTONOSUPPORT" })
  })
})
