// Every role of the demo in Node.js, with the API of zeromq.js 6, through the gateway.
"use strict"

const {createHash} = require("node:crypto")
const zmq = require("babelmq")

// Count the words of every line that is pushed to us, push the number on.
async function count(source, sink, name) {
  const lines = new zmq.Pull()
  const results = new zmq.Push()
  lines.connect(source)
  results.connect(sink)
  for await (const [line] of lines) {
    const words = line.toString("latin1").split(/[ \t\n\v\f\r]+/).filter(word => word)
    await results.send([name, String(words.length)])
  }
}

// Say that we hear the feed, then report the digest of what it brought.
async function listen(feed, sink, name) {
  const news = new zmq.Subscriber()
  const results = new zmq.Push()
  news.subscribe("greeting", "docs")
  news.connect(feed)
  results.connect(sink)
  const digest = createHash("sha256")
  for await (const [topic, text] of news) {
    if (topic.toString() === "greeting") {
      await results.send([name, "here"])
    } else if (text.length > 0) {
      digest.update(text)
    } else {
      await results.send([name, digest.copy().digest("hex")])
    }
  }
}

// Answer every request with the same text in capitals.
async function answer() {
  const socket = new zmq.Reply()
  await socket.bind("tcp://127.0.0.1:*")
  console.log(socket.lastEndpoint)
  for await (const [question] of socket) {
    await socket.send(question.toString().toUpperCase())
  }
}

// Ask each question and print its answer.
async function ask(endpoint, ...questions) {
  const socket = new zmq.Request()
  socket.connect(endpoint)
  for (const question of questions) {
    await socket.send(question)
    const [reply] = await socket.receive()
    console.log(reply.toString())
  }
  socket.close()
}

// Talk to the other side of a PAIR. Whoever connects begins; an empty endpoint binds.
async function chat(endpoint, name, rounds) {
  const socket = new zmq.Pair()
  if (endpoint) {
    socket.connect(endpoint)
    await socket.send(`hello, this is ${name}`)
  } else {
    await socket.bind("tcp://127.0.0.1:*")
    console.log(socket.lastEndpoint)
  }
  for (let number = 1; number <= Number(rounds); number++) {
    const [text] = await socket.receive()
    console.log(text.toString())
    // The host has the last word.
    if (!endpoint || number < Number(rounds)) await socket.send(`${name} has heard ${number}`)
  }
  socket.close()
}

const [role, ...args] = process.argv.slice(2)
const roles = {count, listen, answer, ask, chat}
roles[role](...args).catch(error => {
  console.error(error)
  process.exit(1)
})
