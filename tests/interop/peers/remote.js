// Sockets of the Node client, remote-controlled: see remote.py.
//
// node remote.js PACKAGE: the path of the package.
"use strict"

const readline = require("node:readline")
const zmq = require(process.argv[2])

const CLASSES = {
  REQ: "Request",
  REP: "Reply",
  PUSH: "Push",
  PULL: "Pull",
  PUB: "Publisher",
  SUB: "Subscriber",
  PAIR: "Pair",
}
const sockets = new Map()

const commands = {
  open({socket, kind, timeout}) {
    const opened = new zmq[CLASSES[kind]]({linger: 0})
    if ("receiveTimeout" in opened) opened.receiveTimeout = timeout
    if ("sendTimeout" in opened) opened.sendTimeout = timeout
    sockets.set(socket, opened)
  },
  async bind({socket, endpoint}) {
    await sockets.get(socket).bind(endpoint)
    return {endpoint: sockets.get(socket).lastEndpoint}
  },
  connect({socket, endpoint}) {
    sockets.get(socket).reconnectInterval = 10
    sockets.get(socket).connect(endpoint)
  },
  subscribe({socket, topic}) {
    sockets.get(socket).subscribe(topic)
  },
  plain_server({socket, domain}) {
    Object.assign(sockets.get(socket), {plainServer: true, zapDomain: domain})
  },
  plain_client({socket, username, password}) {
    Object.assign(sockets.get(socket), {plainUsername: username, plainPassword: password})
  },
  curve_server({socket, domain, secretkey}) {
    Object.assign(sockets.get(socket), {
      curveServer: true,
      curveSecretKey: secretkey,
      zapDomain: domain,
    })
  },
  curve_client({socket, serverkey, publickey, secretkey}) {
    Object.assign(sockets.get(socket), {
      curveServerKey: serverkey,
      curvePublicKey: publickey,
      curveSecretKey: secretkey,
    })
  },
  async send({socket, frames}) {
    await sockets.get(socket).send(frames.map(frame => Buffer.from(frame, "base64")))
  },
  async recv({socket, timeout}) {
    sockets.get(socket).receiveTimeout = timeout
    const frames = await sockets.get(socket).receive()
    return {frames: frames.map(frame => frame.toString("base64"))}
  },
  close({socket}) {
    sockets.get(socket).close()
    sockets.delete(socket)
  },
}

async function run() {
  for await (const line of readline.createInterface({input: process.stdin})) {
    const command = JSON.parse(line)
    let answer
    try {
      answer = (await commands[command.do](command)) || {}
    } catch (error) {
      if (!error.code) throw error
      answer = {error: error.code}
    }
    process.stdout.write(JSON.stringify(answer) + "\n")
  }
  for (const socket of sockets.values()) socket.close()
}

run()
