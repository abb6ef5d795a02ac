"use strict"
/*
 * Real processes for tests: a gateway, and ZeroMQ peers that are libzmq (pyzmq).
 */

const { spawn } = require("node:child_process")
const { once } = require("node:events")
const path = require("node:path")

const PYTHON = process.env.BABELMQ_PYTHON || "python3"
const REPOSITORY = path.resolve(__dirname, "../../../..")
const PATIENCE_MS = 30_000

/**
 * Starts a process and waits for a line of its output.
 *
 * @returns {Promise<{match: RegExpMatchArray, kill: (signal?: string) => Promise<void>}>}
 */
async function startProcess(command, args, pattern, options = {}) {
  const child = spawn(command, args, { cwd: REPOSITORY, stdio: ["ignore", "pipe", "pipe"], ...options })
  let output = ""
  let errors = ""
  child.stderr.on("data", text => (errors += text))
  const exited = once(child, "exit")
  const kill = async (signal = "SIGKILL") => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await exited
  }
  const found = new Promise((resolve, reject) => {
    const fail = why => reject(new Error(`'${command} ${args.join(" ")}' ${why}\n${output}${errors}`))
    const timer = setTimeout(() => fail("said nothing for too long"), PATIENCE_MS)
    child.on("error", error => fail(error.message))
    child.on("exit", code => fail(`ended with ${code}`))
    child.stdout.on("data", text => {
      output += text
      const match = pattern.exec(output)
      if (match === null) return
      clearTimeout(timer)
      resolve(match)
    })
  })
  found.catch(() => child.kill("SIGKILL"))
  return { match: await found, kill, errors: () => errors }
}

/** A gateway of its own for a test: {address, stop, kill}. */
async function startGateway(listen = "127.0.0.1:0") {
  const args = ["-m", "gateway", "--listen", listen]
  const { match, kill } = await startProcess(PYTHON, args, /listening on (\S+)/)
  return { address: match[1], stop: () => kill("SIGTERM"), kill: () => kill("SIGKILL") }
}

/**
 * A libzmq program: `program` is Python with `zmq` and `socket` (of type `type`, bound to
 * `endpoint`) in scope. {endpoint, kill}
 */
async function startPeer(type, endpoint, program) {
  const lines = [
    "import zmq",
    `socket = zmq.Context().socket(zmq.${type})`,
    `socket.bind(${JSON.stringify(endpoint)})`,
    "print('bound', socket.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)",
    program,
  ]
  const { match, kill } = await startProcess(PYTHON, ["-c", lines.join("\n")], /bound (\S+)/)
  return { endpoint: match[1], kill: () => kill("SIGKILL") }
}

module.exports = { REPOSITORY, startGateway, startPeer, startProcess }
