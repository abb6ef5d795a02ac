"use strict"
/*
 * Messages on their way out: each is encoded into the batch being built at the moment it is
 * sent, so nothing is kept per message and the caller may reuse its buffer at once.
 *
 * A batch is the `send` field of an AttachRequest. Protobuf does not care for the order of
 * fields, so `first_seq` and `frame_counts` are written after the frames, and only the header
 * (tag and length of the batch) needs room kept free in front.
 */

const { REQUEST } = require("./frames.js")
const { BYTES, putVarint, varintSize } = require("./protobuf.js")

const SEND_TAG = REQUEST.send * 8 + BYTES
const FIRST_SEQ_TAG = 1 * 8
const FRAME_TAG = 2 * 8 + BYTES
const COUNTS_TAG = 3 * 8 + BYTES

const HEADER_ROOM = 16
const FIELD_ROOM = 16 // tag and length of one field, with some to spare
const SMALLEST_CHUNK = 4096
// A chunk that grew beyond this for one huge message is not kept for the next batch.
const LARGEST_KEPT_CHUNK = 2 * 1024 * 1024
const SHORT_STRING = 24

const EMPTY = Buffer.alloc(0)

/** What is sent for a value that is no string: see MessageLike in index.d.ts. */
function toBytes(part) {
  if (part === null) return EMPTY
  if (ArrayBuffer.isView(part)) {
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
  }
  const isMemory = part instanceof ArrayBuffer || part instanceof SharedArrayBuffer
  return isMemory ? new Uint8Array(part) : Buffer.from(String(part))
}

function partSize(part) {
  if (typeof part === "string") return Buffer.byteLength(part)
  return part instanceof Uint8Array ? part.length : toBytes(part).length
}

function partBound(part) {
  if (typeof part === "string") return part.length * 3 // UTF-8 of one UTF-16 unit
  return part instanceof Uint8Array ? part.length : toBytes(part).length
}

function sum(message, measure) {
  if (!Array.isArray(message)) return measure(message)
  let size = 0
  for (const part of message) size += measure(part)
  return size
}

/** Payload bytes of a message: the sum of its frames. */
function messageSize(message) {
  return sum(message, partSize)
}

/** The same or more, for less work. */
function messageBound(message) {
  return sum(message, partBound)
}

class Outbox {
  #chunk = Buffer.allocUnsafeSlow(SMALLEST_CHUNK)
  #spare = null
  #end = HEADER_ROOM
  #counts = null // null while every message has one frame

  /** Messages in the batch being built. */
  messages = 0
  /** Their payload bytes. */
  payload = 0

  /**
   * Adds a message (one part, or an array of at least one) to the batch.
   *
   * @returns {number} its payload bytes
   */
  append(message) {
    let size = 0
    if (!Array.isArray(message)) {
      size = this.#put(message)
      if (this.#counts !== null) this.#counts.push(1)
    } else {
      for (const part of message) size += this.#put(part)
      this.#count(message.length)
    }
    this.messages++
    this.payload += size
    return size
  }

  /**
   * Ends the batch and starts the next one. The bytes are valid until `recycle`, which must be
   * called once they were written.
   *
   * @param {number} firstSeq sequence number of the first message in it
   */
  seal(firstSeq) {
    this.#putTrailer(firstSeq)
    const bytes = this.#putHeader()
    this.#chunk = this.#spare || Buffer.allocUnsafeSlow(SMALLEST_CHUNK)
    this.#spare = null
    this.#end = HEADER_ROOM
    this.#counts = null
    this.messages = 0
    this.payload = 0
    return bytes
  }

  /** Takes back the memory of a batch that `seal` returned. */
  recycle(bytes) {
    if (bytes.buffer.byteLength <= LARGEST_KEPT_CHUNK) this.#spare = Buffer.from(bytes.buffer)
  }

  #count(frames) {
    if (this.#counts === null) {
      if (frames === 1) return
      this.#counts = new Array(this.messages).fill(1)
    }
    this.#counts.push(frames)
  }

  #put(part) {
    if (typeof part === "string") return this.#putString(part)
    const bytes = part instanceof Uint8Array ? part : toBytes(part)
    const length = bytes.length
    this.#reserve(length)
    const at = this.#putFrameHeader(length)
    this.#chunk.set(bytes, at)
    this.#end = at + length
    return length
  }

  #putString(text) {
    const length = text.length < SHORT_STRING ? this.#putShortAscii(text) : -1
    if (length >= 0) return length
    const size = Buffer.byteLength(text)
    this.#reserve(size)
    const at = this.#putFrameHeader(size)
    this.#chunk.write(text, at, size, "utf8")
    this.#end = at + size
    return size
  }

  /** A third of the cost of Buffer.write for short text; -1 when it is not ASCII. */
  #putShortAscii(text) {
    const length = text.length
    this.#reserve(length)
    const chunk = this.#chunk
    const at = this.#end + 2
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 127) return -1
      chunk[at + i] = unit
    }
    chunk[this.#end] = FRAME_TAG
    chunk[this.#end + 1] = length
    this.#end = at + length
    return length
  }

  #putFrameHeader(length) {
    const chunk = this.#chunk
    chunk[this.#end] = FRAME_TAG
    if (length < 128) {
      chunk[this.#end + 1] = length
      return this.#end + 2
    }
    return putVarint(chunk, this.#end + 1, length)
  }

  #putTrailer(firstSeq) {
    this.#reserve(FIELD_ROOM)
    this.#chunk[this.#end] = FIRST_SEQ_TAG
    this.#end = putVarint(this.#chunk, this.#end + 1, firstSeq)
    if (this.#counts !== null) this.#putCounts()
  }

  #putCounts() {
    let length = 0
    for (const count of this.#counts) length += varintSize(count)
    this.#reserve(length)
    this.#chunk[this.#end] = COUNTS_TAG
    let at = putVarint(this.#chunk, this.#end + 1, length)
    for (const count of this.#counts) at = putVarint(this.#chunk, at, count)
    this.#end = at
  }

  #putHeader() {
    const length = this.#end - HEADER_ROOM
    const start = HEADER_ROOM - 1 - varintSize(length)
    this.#chunk[start] = SEND_TAG
    putVarint(this.#chunk, start + 1, length)
    return this.#chunk.subarray(start, this.#end)
  }

  /** Makes room for a field with `length` bytes of content. */
  #reserve(length) {
    const needed = this.#end + length + FIELD_ROOM
    if (needed <= this.#chunk.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#chunk.length * 2))
    this.#chunk.copy(grown, 0, 0, this.#end)
    this.#chunk = grown
  }
}

module.exports = { Outbox, messageBound, messageSize }
