"use strict"
/*
 * Every option in one table, from which the properties of the socket classes are made.
 *
 * Columns: property, libzmq's number, kind, default, and the details
 *   on        classes that have it (default: every class)
 *   readonly / writeonly
 *   late      takes effect at once, also after bind or connect
 *   local     the client sees to it; the gateway is not told
 *   ignored   means nothing to a socket that lives in a gateway; accepted with one warning
 */

const WRITABLE = [
  "Pair", "Publisher", "Request", "Reply", "Dealer", "Router", "Push", "XPublisher",
  "XSubscriber",
]
const READABLE = [
  "Pair", "Subscriber", "Request", "Reply", "Dealer", "Router", "Pull", "XPublisher",
  "XSubscriber",
]
const IDENTIFIED = ["Request", "Reply", "Router", "Dealer"]
const CONFLATING = ["Pull", "Push", "Subscriber", "Publisher", "Dealer"]
const INVERTIBLE = ["Publisher", "Subscriber", "XPublisher"]

const OPTIONS = [
  ["affinity", 4, "uint64", 0, { ignored: true }],
  ["routingId", 5, "string", null, { on: IDENTIFIED }],
  ["rate", 8, "int32", 100],
  ["recoveryInterval", 9, "int32", 10000],
  ["sendBufferSize", 11, "int32", -1, { on: WRITABLE }],
  ["receiveBufferSize", 12, "int32", -1, { on: READABLE }],
  ["linger", 17, "int32", -1, { late: true }],
  ["reconnectInterval", 18, "int32", 100],
  ["backlog", 19, "int32", 100],
  ["reconnectMaxInterval", 21, "int32", 0],
  ["maxMessageSize", 22, "int64", -1],
  ["sendHighWaterMark", 23, "int32", 1000, { on: WRITABLE, late: true }],
  ["receiveHighWaterMark", 24, "int32", 1000, { on: READABLE, late: true }],
  ["multicastHops", 25, "int32", 1, { on: WRITABLE }],
  ["receiveTimeout", 27, "int32", -1, { on: READABLE, late: true, local: true }],
  ["sendTimeout", 28, "int32", -1, { on: WRITABLE, late: true, local: true }],
  ["mandatory", 33, "bool", false, { on: ["Router"], late: true }],
  ["tcpKeepalive", 34, "int32", -1],
  ["tcpKeepaliveCount", 35, "int32", -1],
  ["tcpKeepaliveIdle", 36, "int32", -1],
  ["tcpKeepaliveInterval", 37, "int32", -1],
  ["tcpAcceptFilter", 38, "string", null],
  ["immediate", 39, "bool", false],
  ["ipv6", 42, "bool", false],
  ["plainServer", 44, "bool", false],
  ["plainUsername", 45, "string", null],
  ["plainPassword", 46, "string", null],
  ["curveServer", 47, "bool", false],
  ["curvePublicKey", 48, "string", null],
  ["curveSecretKey", 49, "string", null],
  ["curveServerKey", 50, "string", null],
  ["probeRouter", 51, "bool", false, { on: ["Router", "Dealer", "Request"], writeonly: true, late: true }],
  ["correlate", 52, "bool", false, { on: ["Request"], writeonly: true, late: true }],
  ["relaxed", 53, "bool", false, { on: ["Request"], writeonly: true, late: true }],
  ["conflate", 54, "bool", false, { on: CONFLATING, writeonly: true }],
  ["zapDomain", 55, "string", null],
  ["handover", 56, "bool", false, { on: ["Router"], writeonly: true, late: true }],
  ["typeOfService", 57, "uint32", 0],
  ["handshakeInterval", 66, "int32", 30000],
  ["socksProxy", 68, "string", null],
  ["noDrop", 69, "bool", false, { on: ["XPublisher", "Publisher"], writeonly: true }],
  ["manual", 71, "bool", false, { on: ["XPublisher"], writeonly: true }],
  ["welcomeMessage", 72, "string", null, { on: ["XPublisher"], writeonly: true }],
  ["invertMatching", 74, "bool", false, { on: INVERTIBLE }],
  ["heartbeatInterval", 75, "int32", 0],
  ["heartbeatTimeToLive", 76, "int32", 0],
  ["heartbeatTimeout", 77, "int32", -1],
  ["connectTimeout", 79, "int32", 0],
  ["tcpMaxRetransmitTimeout", 80, "int32", 0],
  ["multicastMaxTransportDataUnit", 84, "int32", 1500],
  ["vmciBufferSize", 85, "uint64", 0, { ignored: true }],
  ["vmciBufferMinSize", 86, "uint64", 0, { ignored: true }],
  ["vmciBufferMaxSize", 87, "uint64", 0, { ignored: true }],
  ["vmciConnectTimeout", 88, "int32", -1, { ignored: true }],
  ["interface", 92, "string", null],
  ["zapEnforceDomain", 93, "bool", false],
  ["loopbackFastPath", 94, "bool", false, { ignored: true }],
]

/** Options that are set by methods, or by properties of another shape. */
const CONNECT_ROUTING_ID = 61
const XPUB_VERBOSE = 40
const XPUB_VERBOSER = 78

function checkKind(kind, value) {
  if (kind === "string") {
    if (value === null || typeof value === "string" || Buffer.isBuffer(value)) return
    throw new TypeError("Option value must be a string or buffer")
  }
  const expected = kind === "bool" ? "boolean" : "number"
  if (typeof value !== expected) throw new TypeError(`Option value must be a ${expected}`)
}

/** What a getter returns after `value` was set. */
function normalise(kind, value) {
  checkKind(kind, value)
  if (kind === "string") return value === null || value.length === 0 ? null : String(value)
  return kind === "bool" ? value : Math.trunc(value)
}

/** What travels to the gateway: a number or bytes. */
function toWire(kind, value) {
  if (kind === "string") return Buffer.from(value === null ? "" : value)
  return Number(kind === "bool" ? value : Math.trunc(value))
}

module.exports = {
  CONNECT_ROUTING_ID,
  OPTIONS,
  XPUB_VERBOSE,
  XPUB_VERBOSER,
  normalise,
  toWire,
}
