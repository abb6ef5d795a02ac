"use strict"
/*
 * sock.events. The gateway does not report what happens on the ZeroMQ network yet (accept,
 * connect, disconnect, handshake, ...), so asking for those fails with ENOTSUP instead of
 * waiting for ever. What this process knows itself can be listened to.
 */

const { errnoError } = require("./errors.js")

const KNOWN = ["bind", "bind:error", "close", "end", "gateway:connect", "gateway:lost"]

function unsupported(what) {
  const message = `${what} is not supported: the gateway reports no network events. ` +
    `events.on() knows ${KNOWN.join(", ")}`
  return errnoError("ENOTSUP", { message })
}

class Observer {
  #engine
  #listeners = [] // [type, listener], to be removed by close()
  #isClosed = false

  constructor(engine) {
    this.#engine = engine
  }

  get closed() {
    return this.#isClosed || this.#engine.isClosed
  }

  /** @throws {Error} ENOTSUP for an event of the network */
  on(type, listener) {
    if (!KNOWN.includes(type)) throw unsupported(`The event '${type}'`)
    this.#engine.events.on(type, listener)
    this.#listeners.push([type, listener])
    return this
  }

  off(type, listener) {
    this.#engine.events.off(type, listener)
    return this
  }

  /** Always fails: see the top of this file. */
  async receive() {
    throw this.closed ? errnoError("EBADF") : unsupported("events.receive()")
  }

  [Symbol.asyncIterator]() {
    return { next: () => this.receive() }
  }

  close() {
    for (const [type, listener] of this.#listeners.splice(0)) this.off(type, listener)
    this.#isClosed = true
  }
}

module.exports = { Observer }
