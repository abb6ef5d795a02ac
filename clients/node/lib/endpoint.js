"use strict"
/*
 * Checks of an endpoint's form that need no gateway, so that connect() can throw at once as
 * zeromq.js does. The gateway has the last word: its transports are plugins, so a scheme that
 * is unknown here may well exist there, and is passed on.
 */

const { errnoError } = require("./errors.js")

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s

function invalid(address, why) {
  return errnoError("EINVAL", { address, message: `Invalid argument: ${why} in '${address}'` })
}

/** Splits "host:port" at the last colon, which also serves "[::1]:5555" and "[::]:*". */
function checkHostAndPort(address, text, bind) {
  const colon = text.lastIndexOf(":")
  if (colon < 0) throw invalid(address, "no port (expected host:port)")
  const host = text.slice(0, colon)
  const port = text.slice(colon + 1)
  if (host === "") throw invalid(address, "no host (expected host:port)")
  if (host === "*" && !bind) throw invalid(address, "the host '*' can only be bound, not connected,")
  if (bind && port === "*") return
  const lowest = bind ? 0 : 1
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535 || Number(port) < lowest) {
    throw invalid(address, `the port '${port}' is not a number from ${lowest} to 65535`)
  }
}

function checkTcp(address, rest, bind) {
  // libzmq: connect may name the local address first, as in "tcp://192.168.1.17:0;host:5555".
  const source = bind ? -1 : rest.indexOf(";")
  if (source >= 0) checkHostAndPort(address, rest.slice(0, source), true)
  checkHostAndPort(address, rest.slice(source + 1), bind)
}

/**
 * Throws EINVAL when `address` cannot be an endpoint, TypeError when it is not a string.
 *
 * @param {string} address for example "tcp://127.0.0.1:5555"
 * @param {boolean} bind whether wildcards are allowed
 */
function checkEndpoint(address, bind) {
  if (typeof address !== "string") throw new TypeError("Address must be a string")
  const match = SCHEME.exec(address)
  if (match === null) throw invalid(address, "no transport (expected transport://address)")
  const [, scheme, rest] = match
  if (rest === "") throw invalid(address, `nothing after '${scheme}://'`)
  if (scheme === "tcp") checkTcp(address, rest, bind)
}

module.exports = { checkEndpoint }
