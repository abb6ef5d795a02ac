"use strict"
/*
 * What configure() sets for the whole process.
 */

const { errnoError } = require("./errors.js")

const DEFAULT_GATEWAY = "127.0.0.1:50151"

const settings = {
  /** Where the gateway listens; null: BABELMQ_GATEWAY, or the default. */
  address: null,
  /** Milliseconds to wait for a gateway that does not answer, from the first call on. */
  connectTimeout: 5000,
  /** Calls of send(), and of receive(), that may wait on one socket; 1 is what zeromq.js does. */
  pendingCalls: 1000,
}

const CHECKS = {
  address: value => value === null || isAddress(value),
  connectTimeout: value => Number.isFinite(value) && value >= 0,
  pendingCalls: value => Number.isInteger(value) && value >= 1,
}

/** "host:port", "[IPv6]:port" or "unix:/path/to/socket". */
function isAddress(value) {
  return typeof value === "string" && /^(unix:.+|[^\s:]+:\d+|\[[^\s\]]+\]:\d+)$/.test(value)
}

function checkAddress(value, origin) {
  if (isAddress(value)) return value
  const message = `Invalid gateway address '${value}' in ${origin} (expected host:port)`
  throw errnoError("EINVAL", { message, address: value })
}

/**
 * Changes settings for sockets that are not attached to a gateway yet.
 *
 * @param {{address?: string|null, connectTimeout?: number, pendingCalls?: number}} changes
 */
function configure(changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(CHECKS, name)) throw new TypeError(`Unknown setting '${name}'`)
    if (name === "address" && value !== null) checkAddress(value, "configure()")
    if (!CHECKS[name](value)) throw new TypeError(`Invalid value for the setting '${name}'`)
  }
  Object.assign(settings, changes)
}

/** The gateway to use now, and what said so. */
function gatewayAddress() {
  if (settings.address !== null) return settings.address
  const fromEnvironment = process.env.BABELMQ_GATEWAY
  return fromEnvironment ? checkAddress(fromEnvironment, "BABELMQ_GATEWAY") : DEFAULT_GATEWAY
}

module.exports = { checkAddress, configure, gatewayAddress, settings }
