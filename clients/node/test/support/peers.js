"use strict"
/* Processes that live as long as one test: gateways, and ZeroMQ peers that are libzmq (pyzmq). */

const { afterTest } = require("./cleanup.js")
const { PYTHON, startGateway, startProcess } = require("./gateway.js")

/** A gateway of its own for a test. */
async function startOwnGateway(listen) {
  const gateway = await startGateway(listen)
  afterTest(gateway.kill)
  return gateway
}

/**
 * A libzmq program for a test: `program` is Python with `zmq` and `socket` (of type `type`,
 * bound to `endpoint`) in scope. {endpoint, kill}
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
  afterTest(() => kill("SIGKILL"))
  return { endpoint: match[1], kill: () => kill("SIGKILL") }
}

module.exports = { startOwnGateway, startPeer }
