"use strict"
/*
 * What a measured Node process uses to talk to the runner: see benchmarks/README.md, "How a
 * role talks to the runner". The same for both libraries.
 */

const { once } = require("node:events")
const { createInterface } = require("node:readline")

const LIBRARIES = { babelmq: "../../clients/node", "zeromq.js": "zeromq" }

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/** Says that the next role may start, and what it should know (the endpoint, say). */
function ready(facts = {}) {
  say({ ready: facts })
}

/** Hands the measured figures to the runner. */
function result(figures) {
  say({ result: figures })
}

/** Waits until the runner says that every role is ready. */
async function waitForGo() {
  const lines = createInterface({ input: process.stdin })
  await once(lines, "line")
  lines.close()
}

/** Stays until the runner ends this process, so that no side closes under the other. */
function stay() {
  setInterval(() => {}, 1 << 30)
}

/** Loads the library to measure; ours is told where the gateway is. */
function load({ implementation, gateway }) {
  const zmq = require(LIBRARIES[implementation])
  if (implementation === "babelmq" && gateway) zmq.configure({ address: gateway })
  return zmq
}

/** Runs the role named by the first argument with the settings (JSON) in the second. */
function main(roles) {
  const [role, text] = process.argv.slice(2)
  const defaults = { implementation: "babelmq", size: 10, count: 1000, warmup: 100 }
  const settings = { ...defaults, ...JSON.parse(text) }
  roles[role](load(settings), settings).catch(error => {
    console.error(error)
    process.exit(1)
  })
}

module.exports = { main, ready, result, stay, waitForGo }
