"use strict"
/*
 * Calls that wait their turn, first come first served: sends without credit, receives without
 * a message. zeromq.js allows one of each and refuses the next with EBUSY. Here a number of
 * them may wait, so that several tasks can share a socket; see `pendingCalls` in settings.js.
 */

const { errnoError } = require("./errors.js")
const { settings } = require("./settings.js")

class Waiters {
  #calls = new Set() // keeps the order, and lets a timeout take one out of the middle
  #verb
  #onTimeout

  /**
   * @param {string} verb for the message of EBUSY
   * @param {() => void} onTimeout told after a call timed out
   */
  constructor(verb, onTimeout) {
    this.#verb = verb
    this.#onTimeout = onTimeout
  }

  get size() {
    return this.#calls.size
  }

  /** The call that waits longest. */
  first() {
    return this.#calls.values().next().value
  }

  /**
   * Waits at most `timeout` ms (negative: without limit), then fails with EAGAIN.
   *
   * @returns {Promise} settled by `resolve`, `reject`, or the timeout
   */
  wait(timeout, subject) {
    if (this.#calls.size >= settings.pendingCalls) return Promise.reject(this.#busy())
    return new Promise((resolve, reject) => {
      const call = { resolve, reject, subject, timeout, timer: null }
      if (timeout > 0) call.timer = setTimeout(() => this.#expire(call), timeout)
      this.#calls.add(call)
    })
  }

  resolve(call, value) {
    this.#remove(call)
    call.resolve(value)
  }

  reject(call, error) {
    this.#remove(call)
    call.reject(error)
  }

  /** Fails all with an error of their own each, made by `makeError`. */
  rejectAll(makeError) {
    for (const call of this.#calls) this.reject(call, makeError())
  }

  /** Fails those that do not wait (timeout 0): asked when the gateway has answered. */
  rejectImpatient() {
    for (const call of this.#calls) {
      if (call.timeout === 0) this.reject(call, errnoError("EAGAIN"))
    }
  }

  #expire(call) {
    this.reject(call, errnoError("EAGAIN"))
    this.#onTimeout()
  }

  #remove(call) {
    this.#calls.delete(call)
    if (call.timer !== null) clearTimeout(call.timer)
  }

  #busy() {
    const calls = settings.pendingCalls === 1 ? "one call" : `${settings.pendingCalls} calls`
    const message = `Socket is busy ${this.#verb}: no more than ${calls} may wait at a time`
    return errnoError("EBUSY", { message })
  }
}

module.exports = { Waiters }
