"use strict"
/*
 * The socket classes. A class has `send` if its type can send, and `receive` if it can receive.
 */

const {
  CONNECT_ROUTING_ID,
  XPUB_VERBOSE,
  XPUB_VERBOSER,
} = require("./options.js")
const { SocketType } = require("./patterns.js")
const { Socket, defineOptions, engineOf } = require("./socket.js")

/** Methods of the types that can send. */
const sending = {
  send(message) {
    if (message === undefined) {
      return Promise.reject(new TypeError("Message must be present"))
    }
    if (Array.isArray(message) && message.length === 0) {
      return Promise.reject(new TypeError("Message must have at least one part"))
    }
    return engineOf(this).send(message)
  },
}

/** Methods of the types that can receive. */
const receiving = {
  receive() {
    return engineOf(this).receive()
  },

  /** Ends when the socket is closed; leaving the loop does not close the socket. */
  [Symbol.asyncIterator]() {
    return { next: () => nextMessage(engineOf(this)) }
  },
}

async function nextMessage(engine) {
  if (engine.isClosed) return { value: undefined, done: true }
  try {
    return { value: await engine.receive(), done: false }
  } catch (error) {
    if (engine.isClosed && error.code === "EAGAIN") return { value: undefined, done: true }
    throw error
  }
}

class Pair extends Socket {
  constructor(options) {
    super(SocketType.Pair, options)
  }
}

class Publisher extends Socket {
  constructor(options) {
    super(SocketType.Publisher, options)
  }
}

class Subscriber extends Socket {
  constructor(options) {
    super(SocketType.Subscriber, options)
  }

  /** Without a prefix: everything. */
  subscribe(...prefixes) {
    postPrefixes(this, "subscribe", prefixes)
  }

  /** Takes back one subscription of each prefix; without a prefix: the one to everything. */
  unsubscribe(...prefixes) {
    postPrefixes(this, "unsubscribe", prefixes)
  }
}

function postPrefixes(socket, operation, prefixes) {
  const engine = engineOf(socket)
  engine.ensureUsable()
  for (const prefix of prefixes.length === 0 ? [""] : prefixes) {
    if (typeof prefix !== "string" && !Buffer.isBuffer(prefix)) {
      throw new TypeError("Prefix must be a string or buffer")
    }
    engine.post(operation, Buffer.from(prefix))
  }
}

class Request extends Socket {
  constructor(options) {
    super(SocketType.Request, options)
  }
}

class Reply extends Socket {
  constructor(options) {
    super(SocketType.Reply, options)
  }
}

class Dealer extends Socket {
  constructor(options) {
    super(SocketType.Dealer, options)
  }
}

class Router extends Socket {
  constructor(options) {
    super(SocketType.Router, options)
  }

  /** @param {{routingId?: string|Buffer}} [options] how this peer is to be addressed */
  connect(address, options = {}) {
    if (options.routingId) {
      engineOf(this).ensureUsable()
      engineOf(this).postOption(CONNECT_ROUTING_ID, Buffer.from(options.routingId))
    }
    super.connect(address)
  }
}

class Pull extends Socket {
  constructor(options) {
    super(SocketType.Pull, options)
  }
}

class Push extends Socket {
  constructor(options) {
    super(SocketType.Push, options)
  }
}

class XPublisher extends Socket {
  constructor(options) {
    super(SocketType.XPublisher, options)
  }

  /** Which repeated (un)subscriptions are passed on: null, "allSubs" or "allSubsUnsubs". */
  set verbosity(value) {
    if (value === null) engineOf(this).setOption(XPUB_VERBOSE, 0)
    else if (value === "allSubs") engineOf(this).setOption(XPUB_VERBOSE, 1)
    else if (value === "allSubsUnsubs") engineOf(this).setOption(XPUB_VERBOSER, 1)
    else throw new TypeError("Verbosity must be null, 'allSubs' or 'allSubsUnsubs'")
  }
}

class XSubscriber extends Socket {
  constructor(options) {
    super(SocketType.XSubscriber, options)
  }
}

const duplex = { Pair, Request, Reply, Dealer, Router, XPublisher, XSubscriber }
const writeOnly = { Publisher, Push }
const readOnly = { Subscriber, Pull }
const classes = { ...duplex, ...writeOnly, ...readOnly }

function addMethods(targets, methods) {
  const descriptors = Object.getOwnPropertyDescriptors(methods)
  for (const descriptor of Object.values(descriptors)) descriptor.enumerable = false
  for (const target of targets) Object.defineProperties(target.prototype, descriptors)
}

addMethods([...Object.values(duplex), ...Object.values(writeOnly)], sending)
addMethods([...Object.values(duplex), ...Object.values(readOnly)], receiving)
defineOptions(classes)

module.exports = classes
