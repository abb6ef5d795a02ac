"use strict"
/*
 * The protobuf wire format, as much of it as the gateway's messages need.
 *
 * Written by hand because the two hot messages (a batch out, a batch in) are worth a codec of
 * their own, and what is left after them is too little to load a protobuf library for. A test
 * compares every message with protobufjs reading the .proto file.
 */

const VARINT = 0
const BYTES = 2
const MAX_VARINT_BYTES = 10

/** Bytes that `value` (a whole number from 0 to 2^53) takes as a varint. */
function varintSize(value) {
  let size = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++
  return size
}

/** Writes `value` (a whole number from 0 to 2^53) at `at`; returns the place after it. */
function putVarint(target, at, value) {
  // Division instead of shifts: shifts would cut to 32 bits.
  while (value >= 128) {
    target[at++] = (value % 128) | 128
    value = Math.floor(value / 128)
  }
  target[at++] = value
  return at
}

function encodeVarint(value) {
  const bytes = Buffer.allocUnsafe(MAX_VARINT_BYTES)
  // int32 and int64 travel as 64 bits in two's complement, so -1 takes ten bytes.
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value))
    for (let i = 0; i < MAX_VARINT_BYTES; i++, rest >>= 7n) {
      bytes[i] = Number(rest & 127n) | (i < MAX_VARINT_BYTES - 1 ? 128 : 0)
    }
    return bytes
  }
  return bytes.subarray(0, putVarint(bytes, 0, value))
}

/** Builds one message field by field. */
class Writer {
  #parts = []

  /** A number or boolean field, written even when 0 (the caller leaves out defaults). */
  varint(field, value) {
    this.#parts.push(encodeVarint(field * 8 + VARINT), encodeVarint(Number(value)))
    return this
  }

  /** A bytes, string or message field. */
  bytes(field, value) {
    const content = typeof value === "string" ? Buffer.from(value) : value
    this.#parts.push(encodeVarint(field * 8 + BYTES), encodeVarint(content.length), content)
    return this
  }

  finish() {
    return Buffer.concat(this.#parts)
  }
}

function truncated() {
  return new Error("The gateway sent a message that ends in the middle of a field")
}

function endless() {
  return new Error("The gateway sent a number that does not end")
}

/** Walks through the fields of the message in buffer[start, end). */
class Reader {
  constructor(buffer, start = 0, end = buffer.length) {
    this.buffer = buffer
    this.position = start
    this.end = end
    this.field = 0
    this.wire = 0
  }

  /** Moves to the next field; false at the end. Each field must be read or skipped. */
  next() {
    if (this.position >= this.end) return false
    const tag = this.varint()
    this.field = Math.floor(tag / 8)
    this.wire = tag % 8
    return true
  }

  varint() {
    let value = 0
    for (let i = 0, scale = 1; i < MAX_VARINT_BYTES; i++, scale *= 128) {
      if (this.position >= this.end) throw truncated()
      const byte = this.buffer[this.position++]
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw endless()
  }

  /** int32 and int64: 64 bits in two's complement. Rare, so exactness goes before speed. */
  signed() {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.position >= this.end) throw truncated()
      const byte = this.buffer[this.position++]
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return Number(BigInt.asIntN(64, value))
    }
    throw endless()
  }

  /** A reader for the content of a length-delimited field. */
  nested() {
    const length = this.varint()
    const start = this.position
    if (start + length > this.end) throw truncated()
    this.position = start + length
    return new Reader(this.buffer, start, this.position)
  }

  bytes() {
    const { buffer, position, end } = this.nested()
    return buffer.subarray(position, end)
  }

  string() {
    return this.bytes().toString()
  }

  /** Passes over a field that this version does not know. */
  skip() {
    if (this.wire === VARINT) this.varint()
    else if (this.wire === BYTES) this.nested()
    else this.position += this.#fixedSize()
    if (this.position > this.end) throw truncated()
  }

  #fixedSize() {
    if (this.wire === 1) return 8
    if (this.wire === 5) return 4
    throw new Error(`The gateway sent a field of the unknown wire type ${this.wire}`)
  }
}

module.exports = { BYTES, Reader, Writer, putVarint, varintSize }
