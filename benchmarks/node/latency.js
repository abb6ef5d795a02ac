"use strict"
/*
 * REQ-REP round trip, one request at a time: the median and the 99th percentile in microseconds.
 */

const { main, ready, result, stay, waitForGo } = require("./child.js")

async function echo(zmq) {
  const socket = new zmq.Reply()
  await socket.bind("tcp://127.0.0.1:*")
  ready({ endpoint: socket.lastEndpoint })
  for (;;) await socket.send(await socket.receive())
}

async function ask(zmq, { endpoint, size, count, warmup }) {
  const socket = new zmq.Request()
  socket.connect(endpoint)
  const payload = Buffer.alloc(size)
  ready()
  await waitForGo()
  await roundTrips(socket, payload, warmup)
  const times = await roundTrips(socket, payload, count)
  result({ p50: quantile(times, 0.5), p99: quantile(times, 0.99) })
  stay()
}

/** Microseconds of each of `count` round trips. */
async function roundTrips(socket, payload, count) {
  const times = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    await socket.send(payload)
    await socket.receive()
    times.push((performance.now() - start) * 1000)
  }
  return times
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

main({ echo, ask })
