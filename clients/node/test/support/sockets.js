"use strict"
/*
 * What most tests need: sockets that are closed afterwards, free endpoints, bounded waits.
 */

const assert = require("node:assert/strict")
const { mkdtempSync, rmSync } = require("node:fs")
const { tmpdir } = require("node:os")
const path = require("node:path")
const { afterTest } = require("./cleanup.js")

const PATIENCE_MS = 10_000
const STEP_MS = 5

/** A socket that is closed after the test. */
function open(SocketClass, options) {
  const socket = new SocketClass({ linger: 0, ...options })
  afterTest(() => socket.close())
  return socket
}

let names = 0

/** An endpoint that can be bound, for a transport. */
function endpoint(transport) {
  if (transport === "tcp") return "tcp://127.0.0.1:*"
  if (transport === "inproc") return `inproc://test-${process.pid}-${names++}`
  const directory = mkdtempSync(path.join(tmpdir(), "babelmq-"))
  afterTest(() => rmSync(directory, { recursive: true }))
  return `ipc://${directory}/socket`
}

/** Binds `server` and connects `clients` to it. */
async function join(server, clients, transport = "tcp") {
  await server.bind(endpoint(transport))
  for (const client of clients) client.connect(server.lastEndpoint)
}

/** The promise's value, or an error that says what took too long. */
async function within(promise, what = "operation", patience = PATIENCE_MS) {
  let timer
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing in ${patience} ms`)), patience)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits until `condition` holds. */
async function until(condition, what) {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > deadline) assert.fail(`not in time: ${what}`)
    await new Promise(resolve => setTimeout(resolve, STEP_MS))
  }
}

/** The next message as strings. */
async function receiveText(socket) {
  const message = await within(socket.receive(), "receive")
  return message.map(String)
}

/** Publishes a probe until the subscriber has seen it: then the subscription has arrived. */
async function untilSubscribed(publisher, subscriber, probe) {
  const seen = within(subscriber.receive(), "first published message")
  let isDone = false
  seen.finally(() => (isDone = true)).catch(() => {})
  await until(async () => {
    await publisher.send(probe)
    return isDone
  }, "a subscription that has arrived")
  await seen
}

module.exports = { endpoint, join, open, receiveText, until, untilSubscribed, within }
