"use strict"
/*
 * Starting a real gateway, and other processes. Without node:test, because run.js, which is no
 * test, needs it too.
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
 * @returns {Promise<{match: RegExpMatchArray, kill: (signal: string) => Promise<void>}>}
 */
async function startProcess(command, args, pattern, options = {}) {
  const child = spawn(command, args, { cwd: REPOSITORY, stdio: ["ignore", "pipe", "pipe"], ...options })
  let output = ""
  let errors = ""
  child.stderr.on("data", text => (errors += text))
  const exited = once(child, "exit")
  const kill = async signal => {
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
  return { match: await found, kill }
}

/** A gateway: {address, stop, kill}. */
async function startGateway(listen = "127.0.0.1:0") {
  const args = ["-m", "gateway", "--listen", listen]
  const { match, kill } = await startProcess(PYTHON, args, /listening on (\S+)/)
  return { address: match[1], stop: () => kill("SIGTERM"), kill: () => kill("SIGKILL") }
}

module.exports = { PYTHON, REPOSITORY, startGateway, startProcess }
