"use strict"
/*
 * `npm test`: starts one real gateway for all test files and runs them with node's own runner.
 *
 *   npm test                     everything
 *   npm test -- test/wire.test.js   these files
 *   BABELMQ_PYTHON=/path/python  the Python that has the gateway (default: python3)
 */

const { spawn } = require("node:child_process")
const { once } = require("node:events")
const { readdirSync } = require("node:fs")
const path = require("node:path")
const { startGateway } = require("./support/gateway.js")

function testFiles() {
  const given = process.argv.slice(2)
  if (given.length > 0) return given
  const names = readdirSync(__dirname).filter(name => name.endsWith(".test.js"))
  return names.sort().map(name => path.join(__dirname, name))
}

async function main() {
  const gateway = await startGateway()
  try {
    const environment = { ...process.env, BABELMQ_GATEWAY: gateway.address }
    const runner = spawn(process.execPath, ["--test", ...testFiles()], {
      stdio: "inherit",
      env: environment,
    })
    const [code, signal] = await once(runner, "exit")
    process.exitCode = signal === null ? code : 1
  } finally {
    await gateway.stop()
  }
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
