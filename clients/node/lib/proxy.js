"use strict"
/*
 * Proxy: a loop in this process that hands messages from each socket to the other.
 */

const { errnoError } = require("./errors.js")
const { engineOf } = require("./socket.js")

class Proxy {
  #frontEnd
  #backEnd
  #isRunning = false
  #paused = null // {promise, resolve} while paused
  #stop = null // ends run()

  constructor(frontEnd, backEnd) {
    if (arguments.length > 2) throw new TypeError("Expected 2 arguments")
    for (const [socket, name] of [[frontEnd, "Front-end"], [backEnd, "Back-end"]]) {
      if (engineOf(socket) === undefined) throw new TypeError(`${name} must be a socket object`)
    }
    this.#frontEnd = frontEnd
    this.#backEnd = backEnd
  }

  get frontEnd() {
    return this.#frontEnd
  }

  get backEnd() {
    return this.#backEnd
  }

  /** Runs until terminate(), or until one of the sockets fails; then both are closed. */
  async run() {
    const front = usable(this.#frontEnd, "Front-end")
    const back = usable(this.#backEnd, "Back-end")
    for (const engine of [front, back]) engine.ensureUsable()
    const stopped = new Promise((resolve, reject) => {
      this.#stop = resolve
      for (const engine of [front, back]) engine.setBusy("a proxy is running on it", reject)
    })
    this.#isRunning = true
    try {
      await Promise.race([stopped, this.#pump(front, back), this.#pump(back, front)])
    } finally {
      this.#isRunning = false
      for (const engine of [front, back]) engine.setBusy(null)
      for (const engine of [front, back]) engine.close()
    }
  }

  /** Messages stay where they are until resume(). */
  pause() {
    this.#ensureRunning()
    if (this.#paused !== null) return
    let resolve
    const promise = new Promise(done => (resolve = done))
    this.#paused = { promise, resolve }
  }

  resume() {
    this.#ensureRunning()
    this.#paused?.resolve()
    this.#paused = null
  }

  terminate() {
    this.#ensureRunning()
    this.#stop()
  }

  #ensureRunning() {
    if (!this.#isRunning) throw errnoError("EBADF", { message: "The proxy is not running" })
  }

  /** Hands messages on, in this direction; ends with an error only. */
  async #pump(source, target) {
    if (!source.receives || !target.sends) return new Promise(() => {})
    for (;;) {
      const message = await source.fetch()
      if (this.#paused !== null) await this.#paused.promise
      if (this.#isRunning) await target.transmit(message)
    }
  }
}

function usable(socket, name) {
  const engine = engineOf(socket)
  if (engine.isClosed || engine.endpoints === 0) {
    const message = `${name} socket must be bound or connected`
    throw errnoError("EINVAL", { message })
  }
  return engine
}

module.exports = { Proxy }
