"use strict"
/*
 * PUSH->PULL one way: the receiver's clock runs from the first to the last message.
 */

const { main, ready, result, stay, waitForGo } = require("./child.js")

async function receive(zmq, { size, count, warmup }) {
  const socket = new zmq.Pull()
  await socket.bind("tcp://127.0.0.1:*")
  ready({ endpoint: socket.lastEndpoint })
  for (let i = 0; i < warmup; i++) await socket.receive()
  const start = performance.now()
  for (let i = 0; i < count; i++) await socket.receive()
  const rate = (count * 1000) / (performance.now() - start)
  result({ rate, bytes: rate * size })
  stay()
}

async function send(zmq, { endpoint, size, count, warmup }) {
  const socket = new zmq.Push()
  socket.connect(endpoint)
  const payload = Buffer.alloc(size)
  ready()
  await waitForGo()
  for (let i = 0; i < warmup + count; i++) await socket.send(payload)
  stay()
}

main({ receive, send })
