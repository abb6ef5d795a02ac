"use strict"
/* When a process ends and when it does not, and what it says without a gateway. */

const assert = require("node:assert/strict")
const { spawn } = require("node:child_process")
const { once } = require("node:events")
const net = require("node:net")
const path = require("node:path")
const { describe, it } = require("node:test")
const zmq = require("babelmq")
const { startOwnGateway } = require("./support/peers.js")
const { open, receiveText, within } = require("./support/sockets.js")

const PACKAGE = path.join(__dirname, "..")

/** Starts Node on a program that has `zmq`. */
function start(program, environment = {}) {
  const child = spawn(process.execPath, ["-e", `const zmq = require("babelmq")\n${program}`], {
    cwd: PACKAGE,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const output = { stdout: "", stderr: "" }
  for (const name of ["stdout", "stderr"]) child[name].on("data", text => (output[name] += text))
  return { child, output, exited: once(child, "exit") }
}

/** Runs a program to its end: {code, stdout, stderr}. */
async function run(program, environment) {
  const { child, output, exited } = start(program, environment)
  try {
    const [code] = await within(exited, `the end of: ${program}`, 20_000)
    return { code, ...output }
  } finally {
    child.kill("SIGKILL")
  }
}

/** An address at which nobody listens. */
async function unusedAddress() {
  const server = net.createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return `127.0.0.1:${port}`
}

describe("a process ends", () => {
  const endings = {
    "when its sockets are closed": `
      const socket = new zmq.Pull()
      socket.bind("tcp://127.0.0.1:*").then(() => socket.close())`,
    "with sockets that were not used": "new zmq.Push(); new zmq.Pull()",
    "with idle sockets that are open": `
      const [left, right] = [new zmq.Pair(), new zmq.Pair()]
      left.bind("tcp://127.0.0.1:*").then(async () => {
        right.connect(left.lastEndpoint)
        await left.send("a")
        await right.receive()
        console.log("done")
      })`,
    "after publishing to nobody": 'new zmq.Publisher().send("a")',
  }
  for (const [name, program] of Object.entries(endings)) {
    it(name, async () => {
      assert.deepEqual(await run(program), { code: 0, stdout: /done/.test(program) ? "done\n" : "", stderr: "" })
    })
  }

  it("and what it sent last arrives", async () => {
    const pull = open(zmq.Pull)
    await pull.bind("tcp://127.0.0.1:*")
    const { code } = await run(`
      const push = new zmq.Push()
      push.connect("${pull.lastEndpoint}")
      ;(async () => { for (let i = 0; i < 2500; i++) await push.send(String(i)) })()`)
    assert.equal(code, 0)
    for (let i = 0; i < 2500; i++) assert.deepEqual(await receiveText(pull), [String(i)])
  })

  it("also after process.exit() right behind close()", async () => {
    const { code } = await run(`
      const socket = new zmq.Pull()
      socket.bind("tcp://127.0.0.1:*").then(() => { socket.close(); process.exit(7) })`)
    assert.equal(code, 7)
  })
})

describe("a process stays", () => {
  const waits = {
    "while a receive is pending": `
      const socket = new zmq.Pull()
      socket.bind("tcp://127.0.0.1:*").then(() => { console.log("waiting"); socket.receive() })`,
    "while a send waits for a peer": `
      const socket = new zmq.Push()
      socket.bind("tcp://127.0.0.1:*").then(() => { console.log("waiting"); socket.send("a") })`,
  }
  for (const [name, program] of Object.entries(waits)) {
    it(name, async () => {
      const { child, output, exited } = start(program)
      try {
        await within(once(child.stdout, "data"), "the first line")
        const ended = await Promise.race([exited, new Promise(resolve => setTimeout(resolve, 500))])
        assert.equal(ended, undefined, output.stderr)
      } finally {
        child.kill("SIGKILL")
        await exited
      }
    })
  }
})

describe("without a gateway", () => {
  it("a call fails in time, and the error says where and how to start one", async () => {
    const gateway = await unusedAddress()
    const socket = open(zmq.Push, { context: new zmq.Context({ gateway }) })
    zmq.configure({ connectTimeout: 200 })
    try {
      const expected = { code: "ECONNREFUSED", errno: 111, address: gateway }
      await assert.rejects(within(socket.bind("tcp://127.0.0.1:*")), expected)
      await assert.rejects(within(socket.send("a")), ({ message }) => {
        assert.ok(message.includes(`babelmq serve --listen ${gateway}`), message)
        assert.ok(message.includes("BABELMQ_GATEWAY"), message)
        return true
      })
    } finally {
      zmq.configure({ connectTimeout: 5000 })
    }
  })

  it("a server that accepts and says nothing is given up in time", async () => {
    const connections = []
    const silent = net.createServer(connection => connections.push(connection))
    await once(silent.listen(0, "127.0.0.1"), "listening")
    const program = `
      zmq.configure({ connectTimeout: 200 })
      new zmq.Push().send("a").catch(({ code, message }) => console.log(code, message))`
    const { code, stdout } = await run(program, {
      BABELMQ_GATEWAY: `127.0.0.1:${silent.address().port}`,
    })
    for (const connection of connections) connection.destroy()
    silent.close()
    assert.equal(code, 0)
    assert.match(stdout, /^ECONNREFUSED No BabelMQ gateway answers .*no answer/)
  })

  it("a program that only connects ends with a warning", async () => {
    const gateway = await unusedAddress()
    const { code, stderr } = await run(
      'zmq.configure({ connectTimeout: 200 }); new zmq.Push().connect("tcp://127.0.0.1:5555")',
      { BABELMQ_GATEWAY: gateway },
    )
    assert.equal(code, 0)
    assert.match(stderr, /No BabelMQ gateway answers at/)
  })

  it("the call succeeds when the gateway comes in time", async () => {
    const address = await unusedAddress()
    const socket = open(zmq.Pull, { context: new zmq.Context({ gateway: address }) })
    zmq.configure({ connectTimeout: 20_000 })
    try {
      const bound = socket.bind("tcp://127.0.0.1:*")
      const gateway = await startOwnGateway(address)
      await within(bound, "bind")
      await gateway.stop()
    } finally {
      zmq.configure({ connectTimeout: 5000 })
    }
  })

  it("the next call tries again, with what was asked before", async () => {
    const address = await unusedAddress()
    const context = new zmq.Context({ gateway: address })
    const [left, right] = [open(zmq.Pair, { context }), open(zmq.Pair, { context })]
    left.bindSync("inproc://again")
    right.connect("inproc://again")
    zmq.configure({ connectTimeout: 100 })
    await assert.rejects(within(left.receive()), { code: "ECONNREFUSED" })
    await assert.rejects(within(right.send("lost")), { code: "ECONNREFUSED" })
    zmq.configure({ connectTimeout: 5000 })
    const gateway = await startOwnGateway(address)
    const received = receiveText(left)
    await within(right.send("again"), "send")
    assert.deepEqual(await received, ["again"])
    await gateway.stop()
  })

  it("BABELMQ_GATEWAY must be an address", async () => {
    const { code, stderr } = await run('new zmq.Push().connect("tcp://127.0.0.1:5555")', {
      BABELMQ_GATEWAY: "nonsense",
    })
    assert.equal(code, 1)
    assert.match(stderr, /Invalid gateway address 'nonsense' in BABELMQ_GATEWAY/)
    const { stdout } = await run(
      'new zmq.Push().send("a").catch(error => console.log(error.code))',
      { BABELMQ_GATEWAY: "nonsense" },
    )
    assert.equal(stdout, "EINVAL\n")
  })

  it("a gateway that is killed fails calls; new sockets work with the next one", async () => {
    const first = await startOwnGateway()
    const context = new zmq.Context({ gateway: first.address })
    const socket = open(zmq.Pull, { context })
    await socket.bind("tcp://127.0.0.1:*")
    const failed = assert.rejects(within(socket.receive()), { code: "ECONNRESET" })
    await first.kill()
    await failed
    const second = await startOwnGateway(first.address)
    await open(zmq.Pull, { context }).bind("tcp://127.0.0.1:*")
    await second.stop()
  })

  it("a gateway that stops says so", async () => {
    const gateway = await startOwnGateway()
    const socket = open(zmq.Pull, { context: new zmq.Context({ gateway: gateway.address }) })
    await socket.bind("tcp://127.0.0.1:*")
    const received = socket.receive()
    await Promise.all([
      assert.rejects(within(received), { code: "ETERM", message: /shutting down/ }),
      within(gateway.stop(), "the gateway's end", 30_000),
    ])
  })
})
