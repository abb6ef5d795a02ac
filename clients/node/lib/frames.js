"use strict"
/*
 * The messages of the Attach stream other than batches: see proto/babelmq/v1/gateway.proto,
 * whose field numbers stand here in the tables below and nowhere else.
 */

const { Reader, Writer } = require("./protobuf.js")

/** Path of the one remote procedure that this client calls. */
const ATTACH_PATH = "/babelmq.v1.SocketService/Attach"

/** Fields of AttachRequest. */
const REQUEST = { open: 2, command: 3, send: 4, window: 6, close: 8 }

/** Fields of Command's `op`: how the operation's argument is written. */
const OPERATIONS = {
  bind: 2,
  unbind: 3,
  connect: 4,
  disconnect: 5,
  subscribe: 6,
  unsubscribe: 7,
  setOption: 8,
}

/** A SocketOption: whole numbers as int_value, everything else as bytes_value. */
function encodeOption(id, value) {
  const option = new Writer().varint(1, id)
  return (typeof value === "number" ? option.varint(2, value) : option.bytes(3, value)).finish()
}

/**
 * The `open` field of the first request.
 *
 * @param {number} type SocketType of the proto
 * @param {Iterable<[number, number | Buffer]>} options libzmq option numbers and values
 * @param {string} clientName for the gateway's log
 */
function encodeOpen(type, options, clientName) {
  const open = new Writer().varint(1, type)
  for (const [id, value] of options) open.bytes(2, encodeOption(id, value))
  open.bytes(3, clientName)
  return new Writer().bytes(REQUEST.open, open.finish()).finish()
}

/** A `commands` field with one command; `operation` is a key of OPERATIONS. */
function encodeCommand(id, operation, argument) {
  const command = new Writer().varint(1, id).bytes(OPERATIONS[operation], argument)
  return new Writer().bytes(REQUEST.command, command.finish()).finish()
}

function encodeWindow({ ackThrough, limitSeq, limitBytes }) {
  const window = new Writer().varint(1, ackThrough).varint(2, limitSeq).varint(3, limitBytes)
  return new Writer().bytes(REQUEST.window, window.finish()).finish()
}

/** Without a linger of its own: the gateway knows the socket's LINGER. */
function encodeClose() {
  return new Writer().bytes(REQUEST.close, Buffer.alloc(0)).finish()
}

function decodeError(reader) {
  const error = { name: "", message: "" }
  while (reader.next()) {
    if (reader.field === 1) error.name = reader.string()
    else if (reader.field === 2) error.message = reader.string()
    else reader.skip()
  }
  return error
}

function decodeLimits(reader) {
  const limits = { maxMessageBytes: 0, maxBatchMessages: 0, maxBatchBytes: 0 }
  while (reader.next()) {
    if (reader.field === 1) limits.maxMessageBytes = reader.varint()
    else if (reader.field === 2) limits.maxBatchMessages = reader.varint()
    else if (reader.field === 3) limits.maxBatchBytes = reader.varint()
    else reader.skip()
  }
  return limits
}

function decodeOpened(reader) {
  const opened = { limits: null, instanceId: "" }
  while (reader.next()) {
    if (reader.field === 1) opened.limits = decodeLimits(reader.nested())
    else if (reader.field === 2) opened.instanceId = reader.string()
    else reader.skip()
  }
  return opened
}

function decodeResult(reader) {
  const result = { id: 0, error: null, endpoint: "" }
  while (reader.next()) {
    if (reader.field === 1) result.id = reader.varint()
    else if (reader.field === 2) result.error = decodeError(reader.nested())
    else if (reader.field === 3) result.endpoint = reader.string()
    else reader.skip()
  }
  return result
}

function decodeFailure(reader) {
  const failure = { seq: 0, error: { name: "", message: "" } }
  while (reader.next()) {
    if (reader.field === 1) failure.seq = reader.varint()
    else if (reader.field === 2) failure.error = decodeError(reader.nested())
    else reader.skip()
  }
  return failure
}

function decodeWindow(reader) {
  const window = { acceptedThrough: 0, limitSeq: 0, limitBytes: 0, failures: [] }
  while (reader.next()) {
    if (reader.field === 1) window.acceptedThrough = reader.varint()
    else if (reader.field === 2) window.limitSeq = reader.varint()
    else if (reader.field === 3) window.limitBytes = reader.varint()
    else if (reader.field === 4) window.failures.push(decodeFailure(reader.nested()))
    else reader.skip()
  }
  return window
}

function decodeGoAway(reader) {
  const goAway = { reason: null }
  while (reader.next()) {
    if (reader.field === 1) goAway.reason = decodeError(reader.nested())
    else reader.skip()
  }
  return goAway
}

function decodeClosed(reader) {
  const closed = { error: null, unsent: 0 }
  while (reader.next()) {
    if (reader.field === 1) closed.error = decodeError(reader.nested())
    else if (reader.field === 2) closed.unsent = reader.varint()
    else reader.skip()
  }
  return closed
}

/**
 * An AttachResponse. `deliver` stays undecoded, as a Reader that stands at its Batch.
 *
 * @param {Buffer} buffer
 */
function decodeResponse(buffer) {
  const reader = new Reader(buffer)
  const response = {
    opened: null,
    results: [],
    deliver: null,
    window: null,
    goAway: null,
    closed: null,
  }
  while (reader.next()) {
    if (reader.field === 4) response.deliver = reader.nested()
    else if (reader.field === 6) response.window = decodeWindow(reader.nested())
    else if (reader.field === 3) response.results.push(decodeResult(reader.nested()))
    else if (reader.field === 2) response.opened = decodeOpened(reader.nested())
    else if (reader.field === 9) response.goAway = decodeGoAway(reader.nested())
    else if (reader.field === 10) response.closed = decodeClosed(reader.nested())
    else reader.skip()
  }
  return response
}

module.exports = {
  ATTACH_PATH,
  REQUEST,
  decodeResponse,
  encodeClose,
  encodeCommand,
  encodeOpen,
  encodeOption,
  encodeWindow,
}
