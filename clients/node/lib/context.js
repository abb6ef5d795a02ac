"use strict"
/*
 * Context: what sockets share. In zeromq.js it owns I/O threads; here it owns the connections
 * to a gateway, and its options are defaults for the sockets created in it.
 */

const { ChannelPool } = require("./channel.js")
const { errnoError } = require("./errors.js")
const { checkAddress, gatewayAddress } = require("./settings.js")

const STATE = Symbol("context state")

const MAX_SOCKETS_LIMIT = 65535
const LARGEST_INT = 2 ** 31 - 1

const DEFAULTS = {
  blocky: true,
  ioThreads: 1,
  ipv6: false,
  maxMessageSize: LARGEST_INT,
  maxSockets: 1023,
}

/** What is behind a Context. */
class ContextState {
  #gateway = null
  #sockets = 0
  channels = new ChannelPool()
  options = { ...DEFAULTS }

  set gateway(address) {
    this.#gateway = checkAddress(address, "new Context()")
  }

  gatewayAddress() {
    return this.#gateway === null ? gatewayAddress() : this.#gateway
  }

  /** Counts a new socket. @throws {Error} EMFILE */
  addSocket() {
    if (this.#sockets >= this.options.maxSockets) throw errnoError("EMFILE")
    this.#sockets++
  }

  removeSocket() {
    this.#sockets--
  }
}

class Context {
  /** @param {object} [options] the writable options, and `gateway`: "host:port" */
  constructor(options = {}) {
    Object.defineProperty(this, STATE, { value: new ContextState() })
    Object.seal(this)
    const { gateway, ...rest } = options
    if (gateway !== undefined) this[STATE].gateway = gateway
    Object.assign(this, rest)
  }

  get maxSocketsLimit() {
    return MAX_SOCKETS_LIMIT
  }

  // Threads belong to the gateway: accepted, so that programs run unchanged.
  set threadPriority(value) {
    checkType(1, value)
    warnIgnored("threadPriority")
  }

  set threadSchedulingPolicy(value) {
    checkType(1, value)
    warnIgnored("threadSchedulingPolicy")
  }
}

function checkType(example, value) {
  if (typeof value !== typeof example) {
    throw new TypeError(`Option value must be a ${typeof example}`)
  }
}

for (const [name, initial] of Object.entries(DEFAULTS)) {
  Object.defineProperty(Context.prototype, name, {
    get() {
      return this[STATE].options[name]
    },
    set(value) {
      checkType(initial, value)
      this[STATE].options[name] = value
    },
  })
}

const warned = new Set()

/** Says once that an option has no meaning here. */
function warnIgnored(name) {
  if (warned.has(name)) return
  warned.add(name)
  process.emitWarning(`The option ${name} has no effect on sockets that live in a gateway`)
}

/** The state of a Context; TypeError for anything else. */
function stateOf(context) {
  const state = context !== null && typeof context === "object" ? context[STATE] : undefined
  if (state === undefined) throw errnoError("EINVAL", { message: "Invalid argument: no Context" })
  return state
}

module.exports = { Context, context: new Context(), stateOf, warnIgnored }
