"use strict"
/* What a test has made and must not outlive it, also when the test fails. */

const { afterEach } = require("node:test")

const tasks = []

/** Runs `task` after the current test. */
function afterTest(task) {
  tasks.push(task)
}

afterEach(async () => {
  for (const task of tasks.splice(0)) await task()
})

module.exports = { afterTest }
