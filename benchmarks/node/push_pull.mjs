/*
 * The Node figures alone, without the Python runner:
 *
 *   node push_pull.mjs [--library babelmq|zeromq.js] [--gateway HOST:PORT] [--rounds N] [--quick]
 *
 * Starts both roles of each case in fresh processes, prints one line per round to standard error
 * and the medians as JSON to standard output. Needs a running gateway for babelmq.
 */

import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const { values: given } = parseArgs({
  options: {
    library: { type: "string", default: "babelmq" },
    gateway: { type: "string", default: process.env.BABELMQ_GATEWAY || "127.0.0.1:50151" },
    rounds: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
  },
})

const throughput = (name, size, count) => ({
  name: `push-pull/${name}`,
  program: "throughput.js",
  roles: ["receive", "send"],
  settings: { size, count, warmup: Math.ceil(count / 10) },
})

const CASES = [
  throughput("10", 10, 500_000),
  throughput("100", 100, 500_000),
  throughput("1024", 1024, 200_000),
  throughput("65536", 65536, 10_000),
  throughput("1048576", 1048576, 500),
  {
    name: "req-rep/10",
    program: "latency.js",
    roles: ["echo", "ask"],
    settings: { size: 10, count: 5_000, warmup: 500 },
  },
]

/** A role in a process of its own, as a stream of the messages that it prints. */
function start(program, role, settings) {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const child = spawn(process.execPath, [file, role, JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async key => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${program} ${role} ended before it said '${key}'`)
    return JSON.parse(value)[key]
  }
  return { child, next }
}

async function stop({ child }) {
  if (child.exitCode !== null) return
  const exited = once(child, "exit")
  child.kill("SIGKILL")
  await exited
}

async function play({ program, roles, settings }) {
  const common = { implementation: given.library, gateway: given.gateway, ...settings }
  if (given.quick) Object.assign(common, { count: Math.ceil(settings.count / 10) })
  const server = start(program, roles[0], common)
  const client = start(program, roles[1], { ...common, ...(await server.next("ready")) })
  try {
    await client.next("ready")
    client.child.stdin.write("go\n")
    return await (program === "latency.js" ? client : server).next("result")
  } finally {
    await Promise.all([stop(client), stop(server)])
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

const figures = {}
for (const test of CASES) {
  const rounds = []
  for (let i = 0; i < Number(given.rounds); i++) {
    rounds.push(await play(test))
    console.error(given.library, test.name, JSON.stringify(rounds.at(-1)))
  }
  const keys = Object.keys(rounds[0])
  const medianOf = key => median(rounds.map(round => round[key]))
  figures[test.name] = Object.fromEntries(keys.map(key => [key, medianOf(key)]))
}
console.log(JSON.stringify({ library: given.library, figures }, null, 2))
