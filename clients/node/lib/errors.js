"use strict"
/*
 * Errors as zeromq.js gives them: plain Error objects with `code` (the errno name), `errno`
 * (this system's number) and, where an endpoint is to blame, `address`.
 *
 * The gateway sends names, never numbers, because the numbers differ between systems.
 */

const { errno: systemNumbers } = require("node:os").constants

// zmq.h invents numbers above ZMQ_HAUSNUMERO for what no errno.h has.
const HAUSNUMERO = 156384712
const INVENTED_NUMBERS = {
  EFSM: HAUSNUMERO + 51,
  ENOCOMPATPROTO: HAUSNUMERO + 52,
  ETERM: HAUSNUMERO + 53,
  EMTHREAD: HAUSNUMERO + 54,
}

const SENTENCES = {
  EACCES: "Permission denied",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Address not available",
  EAGAIN: "Operation was not possible or timed out",
  EBADF: "Socket is closed",
  EBUSY: "Socket is busy",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset",
  EFSM: "Operation cannot be accomplished in current state",
  EHOSTUNREACH: "Host unreachable",
  EINVAL: "Invalid argument",
  EMFILE: "Too many open sockets",
  EMSGSIZE: "Message too long",
  ENOCOMPATPROTO: "Transport does not fit the socket type",
  ENODEV: "No such device",
  ENOENT: "No such endpoint",
  ENOTSUP: "Operation not supported",
  EPROTO: "Protocol error",
  EPROTONOSUPPORT: "Protocol not supported",
  ETERM: "Context was terminated",
  ETIMEDOUT: "Operation timed out",
}

/**
 * An error with the errno name `code`.
 *
 * @param {string} code errno name; one that this system does not know gets errno 0
 * @param {{message?: string, address?: string}} [details]
 */
function errnoError(code, { message, address } = {}) {
  const error = new Error(message || SENTENCES[code] || code)
  error.errno = INVENTED_NUMBERS[code] ?? systemNumbers[code] ?? 0
  error.code = code
  if (address !== undefined) error.address = address
  return error
}

/** The error that the gateway described; `address` is the endpoint of the failed command. */
function gatewayError({ name, message }, address) {
  return errnoError(name || "EPROTO", { message, address })
}

module.exports = { errnoError, gatewayError }
