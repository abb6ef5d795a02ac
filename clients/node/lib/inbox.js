"use strict"
/*
 * Messages that have arrived and wait for receive(). They stay in the bytes they came in and
 * are cut out when they are taken, so a message that nobody asks for costs next to nothing.
 */

const { BYTES } = require("./protobuf.js")

const FIRST_SEQ = 1
const FRAMES = 2
const COUNTS = 3
const FRAME_TAG = FRAMES * 8 + BYTES

// Frames are views of the bytes they came in. One small message that the application keeps
// must not hold a whole batch in memory, so long batches are first cut into slabs of this size.
const SLAB = 32 * 1024
const LONGEST_UNCUT = 2 * SLAB

const EMPTY = Buffer.alloc(0)

function broken(what) {
  return new Error(`The gateway sent a batch ${what}`)
}

class Inbox {
  #pieces = [] // {buffer, at, end}: runs of whole frame fields, in order
  #groups = [] // {left, counts, next}: how the frames make up messages
  /** Messages waiting. */
  size = 0
  /** Messages taken so far. */
  taken = 0
  /** Their payload bytes. */
  takenBytes = 0

  /**
   * Adds the messages of a Batch.
   *
   * @param {import("./protobuf.js").Reader} batch stands at the first field of the Batch
   * @throws {Error} when the bytes are no batch, or not the one that comes next
   */
  add(batch) {
    const expected = this.taken + this.size + 1
    const { firstSeq, frames, counts, runs } = this.#scan(batch)
    if (firstSeq !== expected) throw broken(`numbered ${firstSeq} instead of ${expected}`)
    const messages = counts === null ? frames : counts.length
    if (counts !== null && !fits(counts, frames)) {
      throw broken("whose frame counts do not fit its frames")
    }
    for (const [start, end] of runs) this.#addRun(batch.buffer, start, end)
    if (messages > 0) this.#groups.push({ left: messages, counts, next: 0 })
    this.size += messages
  }

  /** The next message: its frames. Must not be called when `size` is 0. */
  take() {
    const group = this.#groups[0]
    const count = group.counts === null ? 1 : group.counts[group.next++]
    if (--group.left === 0) this.#groups.shift()
    this.size--
    this.taken++
    if (count === 1) return [this.#frame()]
    const message = new Array(count)
    for (let i = 0; i < count; i++) message[i] = this.#frame()
    return message
  }

  /** Drops what waits, as if it had been taken. */
  clear() {
    while (this.size > 0) this.take()
  }

  #frame() {
    let piece = this.#pieces[0]
    if (piece.at === piece.end) {
      this.#pieces.shift()
      piece = this.#pieces[0]
    }
    const { buffer } = piece
    let at = piece.at + 1
    let length = buffer[at++]
    if (length > 127) [length, at] = longLength(buffer, at, length)
    piece.at = at + length
    this.takenBytes += length
    return length === 0 ? EMPTY : Buffer.from(buffer.buffer, buffer.byteOffset + at, length)
  }

  /** Finds the frames' place and number, and the other fields, in one pass. */
  #scan(batch) {
    const { buffer, end } = batch
    const found = { firstSeq: 0, frames: 0, counts: null, runs: [] }
    while (batch.position < end) {
      if (buffer[batch.position] === FRAME_TAG) scanFrames(batch, found)
      else scanOther(batch, found)
    }
    return found
  }

  #addRun(buffer, start, end) {
    if (end - start <= LONGEST_UNCUT) this.#pieces.push({ buffer, at: start, end })
    else this.#addSlabs(buffer, start, end)
  }

  /** Copies runs of small frames into slabs of their own; a big frame stays where it is. */
  #addSlabs(buffer, start, end) {
    let slab = start
    let at = start
    while (at < end) {
      let next = at + 1
      let length = buffer[next++]
      if (length > 127) [length, next] = longLength(buffer, next, length)
      next += length
      const isBig = length >= SLAB
      if (isBig || next - slab > SLAB) {
        this.#addCopy(buffer, slab, at)
        slab = at
      }
      if (isBig) {
        this.#pieces.push({ buffer, at, end: next })
        slab = next
      }
      at = next
    }
    this.#addCopy(buffer, slab, end)
  }

  #addCopy(buffer, start, end) {
    if (start === end) return
    const copy = Buffer.from(Uint8Array.prototype.slice.call(buffer, start, end).buffer)
    this.#pieces.push({ buffer: copy, at: 0, end: copy.length })
  }
}

function fits(counts, frames) {
  let sum = 0
  for (const count of counts) {
    if (count === 0) return false
    sum += count
  }
  return sum === frames
}

/** A length of more than one byte, whose first byte was read: the length and its end. */
function longLength(buffer, at, first) {
  let length = first & 127
  let scale = 128
  let byte
  do {
    byte = buffer[at++]
    length += (byte & 127) * scale
    scale *= 128
  } while (byte > 127)
  return [length, at]
}

/** Passes over a run of frame fields. */
function scanFrames(batch, found) {
  const { buffer, end } = batch
  const start = batch.position
  let at = start
  let frames = 0
  while (at < end && buffer[at] === FRAME_TAG) {
    let length = buffer[at + 1]
    at += 2
    if (length > 127) [length, at] = longLength(buffer, at, length)
    at += length
    frames++
  }
  if (!(at <= end)) throw broken("that ends in the middle of a frame")
  batch.position = at
  found.frames += frames
  found.runs.push([start, at])
}

function scanOther(batch, found) {
  batch.next()
  if (batch.field === FIRST_SEQ) found.firstSeq = batch.varint()
  else if (batch.field === COUNTS) found.counts = readCounts(batch, found.counts || [])
  else batch.skip()
}

/** A repeated number may come packed or one by one. */
function readCounts(batch, counts) {
  if (batch.wire !== BYTES) {
    counts.push(batch.varint())
    return counts
  }
  const packed = batch.nested()
  while (packed.position < packed.end) counts.push(packed.varint())
  return counts
}

module.exports = { Inbox }
