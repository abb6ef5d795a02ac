"use strict"
/* The programs of the README run as they stand, and print what their comments say. */

const assert = require("node:assert/strict")
const { execFile } = require("node:child_process")
const { readFileSync } = require("node:fs")
const path = require("node:path")
const { describe, it } = require("node:test")
const { promisify } = require("node:util")

const PACKAGE = path.join(__dirname, "..")
const README = readFileSync(path.join(PACKAGE, "README.md"), "utf8")
const PROGRAMS = [...README.matchAll(/```js\n(.*?)```/gs)].map(([, program]) => program)

const OUTPUTS = [
  /^Hello World\n$/,
  /^job one\njob two\njob three\n$/,
  /^true weather\nweather sunny\n$/,
  /^a secret\n$/,
  /^it is me\n$/,
  /^attached to \S+\nEAGAIN\n$/,
]

describe("the README", () => {
  assert.equal(PROGRAMS.length, OUTPUTS.length)
  PROGRAMS.forEach((program, index) => {
    it(`program ${index + 1} runs as it stands`, async () => {
      const run = promisify(execFile)(process.execPath, ["-e", program], { cwd: PACKAGE, timeout: 20_000 })
      const { stdout, stderr } = await run
      assert.match(stdout, OUTPUTS[index])
      assert.equal(stderr, "")
    })
  })
})
