"use strict"
/*
 * The face of every socket: the methods and properties that zeromq.js users know.
 */

const { context: defaultContext, stateOf, warnIgnored } = require("./context.js")
const { checkEndpoint } = require("./endpoint.js")
const { Engine } = require("./engine.js")
const { errnoError } = require("./errors.js")
const { Observer } = require("./observer.js")
const { OPTIONS, normalise, toWire } = require("./options.js")
const { patternOf } = require("./patterns.js")

const INSIDE = Symbol("socket state")

/** The engine behind a socket; undefined for anything else. */
function engineOf(socket) {
  return socket?.[INSIDE]?.engine
}

class Socket {
  /**
   * @param {number} type one of SocketType
   * @param {object} [options] writable properties of the class, and `context`
   */
  constructor(type, options = {}) {
    if (typeof type !== "number") throw new TypeError("Socket type must be a number")
    if (typeof options !== "object" || options === null) {
      throw new TypeError("Options must be an object")
    }
    const { context = defaultContext, ...rest } = options
    Object.defineProperty(this, INSIDE, { value: new Inside(type, context) })
    // A misspelt option must fail instead of becoming a property that does nothing.
    Object.seal(this)
    applyContext(this)
    Object.assign(this, rest)
  }

  get type() {
    return this[INSIDE].type
  }

  get context() {
    return this[INSIDE].context
  }

  get closed() {
    return this[INSIDE].engine.isClosed
  }

  /** Whether a message is here, so that receive() would not wait. */
  get readable() {
    return this[INSIDE].engine.readable
  }

  /** Whether send() would not wait. */
  get writable() {
    return this[INSIDE].engine.writable
  }

  get lastEndpoint() {
    return this[INSIDE].engine.lastEndpoint
  }

  get securityMechanism() {
    return this[INSIDE].mechanism
  }

  get threadSafe() {
    return false
  }

  get events() {
    return this[INSIDE].observer
  }

  /** Resolves when the endpoint is bound; `lastEndpoint` then has the port that `*` became. */
  async bind(address) {
    checkEndpoint(address, true)
    await this[INSIDE].bind(address)
  }

  async unbind(address) {
    checkEndpoint(address, true)
    await this[INSIDE].unbind(address)
  }

  /** Queues the bind and returns: a failure is reported by the next call that is awaited. */
  bindSync(address) {
    checkEndpoint(address, true)
    this[INSIDE].bindSync(address)
  }

  /** As bindSync. */
  unbindSync(address) {
    checkEndpoint(address, true)
    this[INSIDE].unbindSync(address)
  }

  connect(address) {
    checkEndpoint(address, false)
    this[INSIDE].connect(address)
  }

  disconnect(address) {
    checkEndpoint(address, false)
    this[INSIDE].disconnect(address)
  }

  /** Closes; messages that were sent leave as far as `linger` allows. Again: does nothing. */
  close() {
    this[INSIDE].engine.close()
  }
}

/** What is behind a Socket. */
class Inside {
  #values = new Map() // option number -> value, as the getter shows it
  #connected = new Map() // address -> how often
  #observer = null

  constructor(type, context) {
    this.type = type
    this.context = context
    this.engine = new Engine(patternOf(type), stateOf(context))
  }

  get observer() {
    this.#observer ??= new Observer(this.engine)
    return this.#observer
  }

  get mechanism() {
    const isSet = id => Boolean(this.#values.get(id))
    if (isSet(47) || isSet(50)) return "curve"
    return isSet(44) || isSet(45) ? "plain" : null
  }

  async bind(address) {
    this.engine.ensureUsable()
    try {
      await this.engine.ask("bind", address)
    } catch (error) {
      this.engine.emit("bind:error", { address, error })
      throw error
    }
    this.engine.endpoints++
    this.engine.emit("bind", { address: this.engine.lastEndpoint })
  }

  async unbind(address) {
    this.engine.ensureUsable()
    await this.engine.ask("unbind", address)
    this.engine.endpoints--
    this.engine.emit("close", { address })
  }

  bindSync(address) {
    this.engine.ensureUsable()
    this.engine.post("bind", address, address)
    this.engine.endpoints++
  }

  unbindSync(address) {
    this.engine.ensureUsable()
    this.engine.post("unbind", address, address)
    this.engine.endpoints--
  }

  connect(address) {
    this.engine.ensureUsable()
    this.engine.lastEndpoint = address
    this.engine.post("connect", address, address)
    this.engine.endpoints++
    this.#connected.set(address, (this.#connected.get(address) || 0) + 1)
  }

  disconnect(address) {
    this.engine.ensureUsable()
    const count = this.#connected.get(address)
    if (count === undefined) throw errnoError("ENOENT", { address })
    this.engine.post("disconnect", address, address)
    this.engine.endpoints--
    if (count > 1) this.#connected.set(address, count - 1)
    else this.#connected.delete(address)
  }

  getOption(id, initial) {
    const value = this.#values.get(id)
    return value === undefined ? initial : value
  }

  setOption([name, id, kind, , details = {}], value) {
    const normal = normalise(kind, value)
    if (this.engine.isClosed) throw errnoError("EBADF")
    this.#values.set(id, normal)
    if (details.ignored) warnIgnored(name)
    else this.#apply(name, id, normal, toWire(kind, value), details)
  }

  #apply(name, id, normal, wire, { late, local }) {
    const isLate = this.engine.endpoints > 0 || this.engine.isBusy
    if (isLate && !late) {
      process.emitWarning(`The option ${name} takes effect at the next bind or connect`)
    }
    if (name in MIRRORED) this.engine[MIRRORED[name]] = normal
    if (!local) this.engine.setOption(id, wire)
  }
}

/** Options that the client itself needs to know, and where it keeps them. */
const MIRRORED = {
  sendTimeout: "sendTimeout",
  receiveTimeout: "receiveTimeout",
  receiveHighWaterMark: "receiveHighWaterMark",
  conflate: "conflate",
  relaxed: "relaxed",
  mandatory: "confirms",
}

/** Context options are the defaults of its sockets' options, as in libzmq. */
function applyContext(socket) {
  const { ipv6, blocky, maxMessageSize } = stateOf(socket.context).options
  if (ipv6) socket.ipv6 = true
  if (!blocky) socket.linger = 0
  if (maxMessageSize < 2 ** 31 - 1) socket.maxMessageSize = maxMessageSize
}

/** Defines the properties of the table on the classes that have them. */
function defineOptions(classes) {
  for (const option of OPTIONS) {
    const [name, , , , { on = null } = {}] = option
    const targets = on === null ? [Socket] : on.map(className => classes[className])
    for (const target of targets) Object.defineProperty(target.prototype, name, accessors(option))
  }
}

function accessors(option) {
  const [, id, , initial, { writeonly = false } = {}] = option
  const set = function (value) {
    this[INSIDE].setOption(option, value)
  }
  const get = function () {
    return this[INSIDE].getOption(id, initial)
  }
  return { set, get: writeonly ? undefined : get, configurable: true }
}

module.exports = { Socket, defineOptions, engineOf }
