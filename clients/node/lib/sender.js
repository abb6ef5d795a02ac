"use strict"
/*
 * The sending direction of a socket: credit, calls that wait for it, and acceptance.
 *
 * The gateway opens the window while the ZeroMQ socket can take messages. Without credit a
 * send waits here, which is how the high-water mark of a socket far away blocks its sender.
 */

const { errnoError, gatewayError } = require("./errors.js")
const { messageBound, messageSize } = require("./outbox.js")
const { Waiters } = require("./waiters.js")

const DONE = Promise.resolve()

class Sender {
  #attachment = null
  #waiting
  #limitSeq = 0
  #limitBytes = 0
  #sent = 0
  #sentBytes = 0
  #accepted = 0
  #unconfirmed = [] // {seq, resolve, reject} in order of seq

  /**
   * Whether send() waits until the socket has accepted the message. Needed where acceptance
   * can fail: a mandatory ROUTER answers EHOSTUNREACH.
   */
  confirms = false

  /** @param {() => void} onChange told when a waiting call timed out */
  constructor(onChange) {
    this.#waiting = new Waiters("sending", onChange)
  }

  /** Whether a message could leave now. */
  get writable() {
    return this.#waiting.size === 0 && this.#hasCredit()
  }

  /** Nothing waits, nothing is under way. */
  get idle() {
    return this.#accepted >= this.#sent && this.#waiting.size === 0
  }

  /** A new stream: numbering and credit start again. */
  attach(attachment) {
    this.#attachment = attachment
    this.#limitSeq = this.#limitBytes = this.#sent = this.#sentBytes = this.#accepted = 0
  }

  /**
   * @param {*} message one part or an array of parts
   * @param {number} timeout ms; 0: fail with EAGAIN when there is no credit
   * @param {boolean} settled whether the gateway has answered everything, so that no credit
   *   now means that the socket is mute
   */
  send(message, timeout, settled) {
    if (this.#waiting.size === 0 && this.#hasCredit()) return this.#pass(message)
    if (timeout === 0 && settled) return Promise.reject(errnoError("EAGAIN"))
    return this.#waiting.wait(timeout, message)
  }

  /** Takes in a SendWindow; returns the refusals of messages that nobody waits for. */
  update({ acceptedThrough, limitSeq, limitBytes, failures }) {
    this.#limitSeq = Math.max(this.#limitSeq, limitSeq)
    this.#limitBytes = Math.max(this.#limitBytes, limitBytes)
    this.#accepted = Math.max(this.#accepted, acceptedThrough)
    const orphans = failures.filter(failure => !this.#refuse(failure))
    this.#confirm()
    this.#drain()
    return orphans
  }

  /** Calls with timeout 0 that waited only for the gateway's answer get theirs. */
  settle() {
    this.#waiting.rejectImpatient()
  }

  failOne(error) {
    const call = this.#waiting.first()
    if (call !== undefined) this.#waiting.reject(call, error)
    return call !== undefined
  }

  fail(makeError) {
    this.#waiting.rejectAll(makeError)
    for (const { reject } of this.#unconfirmed.splice(0)) reject(makeError())
    this.#accepted = this.#sent
  }

  #hasCredit() {
    return (
      this.#sent < this.#limitSeq && (this.#limitBytes === 0 || this.#sentBytes < this.#limitBytes)
    )
  }

  #pass(message) {
    const bound = messageBound(message)
    const { maxMessageBytes } = this.#attachment.limits
    if (bound > maxMessageBytes && messageSize(message) > maxMessageBytes) {
      return Promise.reject(tooLong(message, maxMessageBytes))
    }
    this.#sentBytes += this.#attachment.message(message, bound)
    this.#sent++
    return this.confirms ? this.#confirmation() : DONE
  }

  #confirmation() {
    return new Promise((resolve, reject) => {
      this.#unconfirmed.push({ seq: this.#sent, resolve, reject })
    })
  }

  #drain() {
    while (this.#waiting.size > 0 && this.#hasCredit()) {
      const call = this.#waiting.first()
      this.#waiting.resolve(call, this.#pass(call.subject))
    }
  }

  #confirm() {
    const pending = this.#unconfirmed.findIndex(({ seq }) => seq > this.#accepted)
    const done = pending < 0 ? this.#unconfirmed.length : pending
    for (const { resolve } of this.#unconfirmed.splice(0, done)) resolve()
  }

  /** Fails the send() that waits for this message; false when none does. */
  #refuse({ seq, error }) {
    const index = this.#unconfirmed.findIndex(entry => entry.seq === seq)
    if (index < 0) return false
    const [{ reject }] = this.#unconfirmed.splice(index, 1)
    reject(gatewayError(error))
    return true
  }
}

function tooLong(message, limit) {
  const text = `Message too long: ${messageSize(message)} bytes, the gateway takes ${limit}`
  return errnoError("EMSGSIZE", { message: text })
}

module.exports = { Sender }
