"use strict"
/*
 * What all socket types have in common, behind the face that users see (socket.js): who may
 * call now, messages in and out, commands, and the errors that arrive when nobody is waiting.
 *
 * Only bind() and unbind() wait for the gateway's answer. Everything else is pipelined, and
 * what the gateway refuses later fails a waiting call or the next one.
 */

const { EventEmitter } = require("node:events")
const { errnoError, gatewayError } = require("./errors.js")
const { encodeOpen, encodeOption } = require("./frames.js")
const { Link } = require("./link.js")
const { Receiver } = require("./receiver.js")
const { Sender } = require("./sender.js")
const { version } = require("../package.json")

const CLIENT_NAME = `babelmq-node/${version}`

/** Turns of REQ and REP, which must alternate (RFC 28). */
const SEND = "send"
const RECEIVE = "receive"

class Engine {
  #context
  #pattern
  #link
  #sender
  #receiver
  #turn
  #isClosed = false
  #closesLater = false
  #busyWith = null // the reason for EBUSY
  #onRefusal = null // who wants to know of refusals at once
  #lost = null // makes the error that every call fails with
  #refused = null // an error that the next awaited call reports
  #isClear = true // none of the four above: the one test on the hot path

  /** Options for the gateway that were set: libzmq's number -> value. */
  options = new Map()
  events = new EventEmitter()
  sendTimeout = -1
  receiveTimeout = -1
  receiveHighWaterMark = 1000
  conflate = false
  relaxed = false
  lastEndpoint = null
  /** Binds and connects, less unbinds and disconnects. */
  endpoints = 0

  /**
   * @param {{type: number, sends: boolean, receives: boolean, firstTurn: string|null}} pattern
   *   see patterns.js
   * @param {import("./context.js").ContextState} context
   */
  constructor(pattern, context) {
    const updateHold = () => this.#updateHold()
    const afterTake = pattern.firstTurn === null ? null : () => (this.#turn = SEND)
    context.addSocket()
    this.#context = context
    this.#pattern = pattern
    this.#turn = pattern.firstTurn
    this.#sender = new Sender(updateHold)
    this.#receiver = new Receiver(updateHold, afterTake)
    this.#link = new Link(this.#linkOwner(), context)
  }

  get isClosed() {
    return this.#isClosed
  }

  /** Whether callers are kept out: see setBusy. */
  get isBusy() {
    return this.#busyWith !== null
  }

  get readable() {
    return !this.#isClosed && this.#receiver.readable && this.#turn !== SEND
  }

  get writable() {
    return this.#link.isOpen && this.#sender.writable && this.#turn !== RECEIVE
  }

  /** Whether this type of socket can send, and receive. */
  get sends() {
    return this.#pattern.sends
  }

  get receives() {
    return this.#pattern.receives
  }

  /** See Sender.confirms. */
  set confirms(value) {
    this.#sender.confirms = value
  }

  // ------------------------------------------------------------------ messages

  send(message) {
    return this.#isClear ? this.transmit(message) : Promise.reject(this.#refusal())
  }

  receive() {
    return this.#isClear ? this.fetch() : Promise.reject(this.#refusal())
  }

  /** send() for a proxy, which keeps everybody else from calling. */
  transmit(message) {
    if (this.#turn !== null) return this.#sendInTurn(message)
    return this.#send(message)
  }

  /** receive() for a proxy. */
  fetch() {
    if (this.#turn === SEND) return Promise.reject(errnoError("EFSM"))
    const message = this.#receiver.take()
    if (message !== undefined) return Promise.resolve(message)
    const failure = this.#attach()
    if (failure !== null) return Promise.reject(failure)
    const promise = this.#receiver.receive(this.receiveTimeout, this.#link.isSettled)
    this.#updateHold()
    return promise
  }

  #send(message) {
    const failure = this.#link.isOpen ? null : this.#attach()
    if (failure !== null) return Promise.reject(failure)
    const promise = this.#sender.send(message, this.sendTimeout, this.#link.isSettled)
    this.#updateHold()
    return promise
  }

  /** Attaches the socket at its first use; returns why that cannot be, or null. */
  #attach() {
    if (this.#lost !== null) return this.#lost()
    try {
      this.#link.start()
      return null
    } catch (error) {
      return error
    }
  }

  #sendInTurn(message) {
    if (this.#turn === RECEIVE && !this.relaxed) return Promise.reject(errnoError("EFSM"))
    // A relaxed REQ that asks again does not want the answer to its last question any more.
    if (this.#turn === RECEIVE) this.#receiver.discard()
    const promise = this.#send(message)
    this.#turn = RECEIVE
    promise.catch(() => (this.#turn = SEND))
    return promise
  }

  // ------------------------------------------------------------------ commands

  /** Throws what forbids a call now: EBADF, EBUSY, or the loss of the gateway. */
  ensureUsable() {
    const error = this.#obstacle()
    if (error !== null) throw error
  }

  /** Queues a command and goes on; its refusal fails the next awaited call. */
  post(operation, argument, address) {
    this.#link.command(operation, argument, {
      address,
      isAwaited: false,
      resolve: endpoint => this.#noteEndpoint(endpoint),
      reject: error => this.#report(error),
    })
    this.#updateHold()
  }

  /** Queues a command and waits for its result; other calls fail with EBUSY meanwhile. */
  async ask(operation, address) {
    this.setBusy("a bind or unbind operation is under way")
    try {
      const endpoint = await new Promise((resolve, reject) => {
        this.#link.command(operation, address, { address, isAwaited: true, resolve, reject })
        this.#updateHold()
      })
      this.#noteEndpoint(endpoint)
    } finally {
      this.setBusy(null)
      if (this.#closesLater) this.close()
    }
  }

  /** Sets an option with the opening of the socket if that lies ahead, else by a command. */
  setOption(id, value) {
    this.options.set(id, value)
    if (!this.#link.isIdle && this.#lost === null) this.postOption(id, value)
  }

  /** Sets an option in its place among the commands. */
  postOption(id, value) {
    this.post("setOption", encodeOption(id, value))
  }

  #noteEndpoint(endpoint) {
    if (endpoint !== "") this.lastEndpoint = endpoint
  }

  /**
   * Keeps callers out, with a reason, or (null) lets them in again.
   *
   * @param {string|null} reason
   * @param {((error: Error) => void)|null} onRefusal told of refusals meanwhile: see #report
   */
  setBusy(reason, onRefusal = null) {
    this.#busyWith = reason
    this.#onRefusal = onRefusal
    this.#updateClear()
  }

  /** Closes now, or after the bind or unbind that is under way. */
  close() {
    this.#closesLater = this.#busyWith !== null
    if (this.#closesLater || this.#isClosed) return
    if (this.#refused !== null) process.emitWarning(this.#refused)
    this.#isClosed = true
    this.#updateClear()
    this.#failCalls(() => errnoError("EAGAIN"))
    this.#link.close()
    this.#updateHold()
    this.#context.removeSocket()
    this.emit("end", {})
  }

  // ------------------------------------------------------------------ refusals

  #obstacle() {
    if (this.#isClosed) return errnoError("EBADF")
    if (this.#busyWith !== null) {
      return errnoError("EBUSY", { message: `Socket is busy: ${this.#busyWith}` })
    }
    return this.#lost === null ? null : this.#lost()
  }

  /** The error for a call that #isClear forbids. */
  #refusal() {
    const obstacle = this.#obstacle()
    if (obstacle !== null) return obstacle
    const error = this.#refused
    this.#refused = null
    this.#updateClear()
    return error
  }

  /** Gives an error to a call that waits, or keeps it for the next one. */
  #report(error) {
    if (this.#receiver.failOne(error) || this.#sender.failOne(error)) return
    if (this.#onRefusal !== null) {
      this.#onRefusal(error)
      return
    }
    this.#refused = error
    this.#updateClear()
  }

  #updateClear() {
    const isFree = !this.#isClosed && this.#busyWith === null
    this.#isClear = isFree && this.#lost === null && this.#refused === null
  }

  #failCalls(makeError) {
    this.#sender.fail(makeError)
    this.#receiver.fail(makeError)
  }

  // ------------------------------------------------------------------ the link

  #linkOwner() {
    return {
      encodeOpen: () => encodeOpen(this.#pattern.type, this.options, CLIENT_NAME),
      onBusy: () => this.#updateHold(),
      onAttach: attachment => this.#onAttach(attachment),
      onOpened: address => this.emit("gateway:connect", { address }),
      onDeliver: batch => this.#onDeliver(batch),
      onWindow: window => this.#onWindow(window),
      onProgress: () => this.#onProgress(),
      onUnsent: count => this.#onUnsent(count),
      onUnreachable: makeError => this.#onUnreachable(makeError),
      onLost: (makeError, address) => this.#onLost(makeError, address),
    }
  }

  #onAttach(attachment) {
    this.#sender.attach(attachment)
    if (!this.#pattern.receives) return
    this.#receiver.attach(attachment, this.receiveHighWaterMark, this.conflate)
  }

  #onDeliver(batch) {
    if (!this.#isClosed) this.#receiver.deliver(batch)
  }

  #onWindow(window) {
    for (const { error } of this.#sender.update(window)) this.#report(gatewayError(error))
  }

  /** After every response: calls that asked not to wait have waited for this. */
  #onProgress() {
    if (this.#link.isSettled) {
      this.#sender.settle()
      this.#receiver.settle()
    }
    this.#updateHold()
  }

  #onUnsent(count) {
    process.emitWarning(`${count} messages were not taken over by any peer before linger ran out`)
  }

  #onUnreachable(makeError) {
    const isNobodyWaiting = this.#sender.idle && this.#receiver.waiting === 0
    if (isNobodyWaiting && this.#busyWith === null) process.emitWarning(makeError())
    this.#failCalls(makeError)
  }

  #onLost(makeError, address) {
    this.#lost = makeError
    this.#updateClear()
    this.#failCalls(makeError)
    this.#onRefusal?.(makeError())
    this.emit("gateway:lost", { address, error: makeError() })
  }

  #updateHold() {
    this.#link.hold(this.#link.isBusy || !this.#sender.idle || this.#receiver.waiting > 0)
  }

  /** Tells listeners, later, so that an error of theirs is theirs alone. */
  emit(type, details) {
    process.nextTick(() => this.events.emit(type, { type, ...details }))
  }
}

module.exports = { Engine }
