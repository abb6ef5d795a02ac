"use strict"
/*
 * The tie of one socket to the gateway: made at the first use, kept for the socket's life.
 *
 *   idle --first use--> opening --opened--> open --close()--> closing --stream ends--> ended
 *    ^                     |                  |
 *    +--no gateway in time-+                  +--stream ends, or go_away--> lost
 *
 * A gateway that is not there yet is waited for (settings.connectTimeout); what was asked of it
 * is kept and asked again. A gateway that goes away takes the socket with it: its queues and
 * connections were there, so a new one would be another socket.
 */

const { status } = require("@grpc/grpc-js")
const { ABORTED, Attachment } = require("./attachment.js")
const { errnoError, gatewayError } = require("./errors.js")
const { encodeCommand } = require("./frames.js")
const { settings } = require("./settings.js")

const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 1000

const IDLE = "idle"
const OPENING = "opening"
const OPEN = "open"
const CLOSING = "closing"
const LOST = "lost"
const ENDED = "ended"

class Link {
  #owner
  #context
  #state = IDLE
  #address = ""
  #channel = null
  #attachment = null
  #isHolding = false
  #deadline = null // timer: how long to wait for a gateway
  #retryTimer = null
  #retryDelay = FIRST_RETRY_MS
  #lastFailure = "" // why the last try failed
  #nextCommand = 1
  #commands = new Map() // unanswered: id -> Command

  /**
   * @param {object} owner the socket's engine; see the calls of `this.#owner` below
   * @param {import("./context.js").ContextState} context
   */
  constructor(owner, context) {
    this.#owner = owner
    this.#context = context
  }

  /** Attached now. */
  get isOpen() {
    return this.#state === OPEN
  }

  /** Nothing was asked of the gateway yet, so options can still go with the opening. */
  get isIdle() {
    return this.#state === IDLE
  }

  /** Whether something is under way that the process should stay alive for. */
  get isBusy() {
    if (this.#state === LOST) return this.#attachment !== null
    return this.#commands.size > 0 || this.#state === OPENING || this.#state === CLOSING
  }

  /** Attached, and the gateway has answered everything it was asked. */
  get isSettled() {
    return this.#state === OPEN && this.#commands.size === 0
  }

  /**
   * Queues a command, behind the messages that were sent before it.
   *
   * @param {string} operation see frames.js
   * @param {Buffer|string} argument
   * @param {object} entry
   * @param {string} [entry.address] the endpoint that an error is about
   * @param {boolean} entry.isAwaited whether somebody waits for the result: then the command
   *   is given up, not kept, when there is no gateway
   * @param {(endpoint: string) => void} entry.resolve
   * @param {(error: Error) => void} entry.reject
   */
  command(operation, argument, entry) {
    const id = this.#nextCommand++
    const field = encodeCommand(id, operation, argument)
    this.start()
    this.#commands.set(id, { ...entry, field })
    this.#attachment?.command(field)
  }

  /** Attaches the socket if that has not begun. @throws {Error} EINVAL for a bad address */
  start() {
    if (this.#state !== IDLE) return
    this.#address = this.#context.gatewayAddress()
    this.#state = OPENING
    this.#channel = this.#context.channels.join(this.#address)
    this.#retryDelay = FIRST_RETRY_MS
    this.#lastFailure = "no answer"
    this.#deadline = setTimeout(() => this.#giveUp(), settings.connectTimeout)
    this.#owner.onBusy()
    // At the end of this tick: all that the application does in it goes with the first request.
    process.nextTick(() => {
      if (this.#state === OPENING) this.#attach()
    })
  }

  /** Keeps the process alive, or not. */
  hold(wanted) {
    if (wanted === this.#isHolding || this.#channel === null) return
    this.#isHolding = wanted
    if (wanted) this.#channel.hold()
    else this.#channel.release()
  }

  /** Closes the socket: what was sent still leaves, for as long as its linger allows. */
  close() {
    if (this.#state === OPEN) {
      this.#state = CLOSING
      this.#attachment.finish()
    } else if (this.#state !== LOST) {
      this.#state = ENDED
      this.#stopTrying()
      this.#leave()
    }
    this.#commands.clear()
  }

  #attach() {
    const fields = [this.#owner.encodeOpen()]
    for (const { field } of this.#commands.values()) fields.push(field)
    this.#attachment = new Attachment(
      this.#channel,
      fields,
      response => this.#onResponse(response),
      end => this.#onEnd(end),
    )
    this.#owner.onAttach(this.#attachment)
  }

  #onResponse({ opened, results, deliver, window, goAway, closed }) {
    if (opened !== null) this.#onOpened(opened)
    for (const result of results) this.#onResult(result)
    if (deliver !== null) this.#owner.onDeliver(deliver)
    if (window !== null) this.#owner.onWindow(window)
    if (goAway !== null) this.#onGoAway(goAway)
    if (closed !== null) this.#onClosed(closed)
    this.#owner.onProgress()
  }

  #onOpened({ limits }) {
    clearTimeout(this.#deadline)
    this.#state = OPEN
    if (limits !== null) this.#attachment.limits = limits
    this.#owner.onOpened(this.#address)
  }

  #onResult({ id, error, endpoint }) {
    const command = this.#commands.get(id)
    if (command === undefined) return
    this.#commands.delete(id)
    if (error === null) command.resolve(endpoint)
    else command.reject(gatewayError(error, command.address))
  }

  /** The gateway is stopping: hand over what is queued, and let go. */
  #onGoAway() {
    const message = `The gateway at ${this.#address} is shutting down`
    this.#attachment.finish()
    this.#lose(() => errnoError("ETERM", { message }))
  }

  #onClosed({ error, unsent }) {
    if (error !== null) this.#lose(() => gatewayError(error))
    if (unsent > 0) this.#owner.onUnsent(unsent)
  }

  #onEnd({ code, details }) {
    this.#attachment = null
    if (this.#state === OPENING && code === status.UNAVAILABLE) {
      this.#retry(details)
      return
    }
    this.#lose(() => this.#endError(code, details))
    this.#leave()
    this.#owner.onProgress()
  }

  /** No gateway: perhaps it is just starting. */
  #retry(details) {
    this.#lastFailure = details
    this.#retryTimer = setTimeout(() => this.#attach(), this.#retryDelay)
    this.#retryDelay = Math.min(this.#retryDelay * 2, LONGEST_RETRY_MS)
  }

  /** No gateway in time. The socket is as before its first use; the next call tries again. */
  #giveUp() {
    const makeError = () => this.#unreachable()
    this.#state = IDLE
    this.#stopTrying()
    this.#leave()
    for (const [id, { isAwaited, reject }] of this.#commands) {
      if (isAwaited) this.#commands.delete(id)
      if (isAwaited) reject(makeError())
    }
    this.#owner.onUnreachable(makeError)
  }

  #stopTrying() {
    clearTimeout(this.#deadline)
    clearTimeout(this.#retryTimer)
    this.#attachment?.cancel()
    this.#attachment = null
  }

  /** The socket is gone; what waits fails, and so will every later call. */
  #lose(makeError) {
    if (this.#state === CLOSING || this.#state === LOST || this.#state === ENDED) return
    this.#state = LOST
    clearTimeout(this.#deadline)
    const commands = [...this.#commands.values()]
    this.#commands.clear()
    this.#owner.onLost(makeError, this.#address)
    for (const { isAwaited, reject } of commands) if (isAwaited) reject(makeError())
  }

  #leave() {
    this.hold(false)
    if (this.#channel !== null) this.#context.channels.leave(this.#address, this.#channel)
    this.#channel = null
    if (this.#state === CLOSING) this.#state = ENDED
  }

  #unreachable() {
    const address = this.#address
    const message =
      `No BabelMQ gateway answers at ${address} (${this.#lastFailure}). Start one with ` +
      `'babelmq serve --listen ${address}', or say where it is: BABELMQ_GATEWAY=host:port`
    return errnoError("ECONNREFUSED", { message, address })
  }

  #endError(code, details) {
    const address = this.#address
    if (code === status.UNIMPLEMENTED) {
      const message = `What answers at ${address} is no BabelMQ gateway (${details})`
      return errnoError("EPROTO", { message, address })
    }
    if (code === ABORTED) {
      const message = `The gateway at ${address} broke the protocol: ${details}`
      return errnoError("EPROTO", { message, address })
    }
    const message = `The gateway at ${address} went away, and the socket with it (${details})`
    return errnoError("ECONNRESET", { message, address })
  }
}

module.exports = { Link }
