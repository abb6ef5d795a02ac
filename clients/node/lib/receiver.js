"use strict"
/*
 * The receiving direction of a socket: messages that have arrived, calls that wait for one,
 * and the window that lets the gateway send ahead.
 *
 * The window is counted from what the application has taken, so a reader that stops holds at
 * most one window of messages in this process; the rest stays with the gateway and its
 * high-water marks.
 */

const { errnoError } = require("./errors.js")
const { encodeWindow } = require("./frames.js")
const { Inbox } = require("./inbox.js")
const { Waiters } = require("./waiters.js")

// Below the usual mark of 1000 the window is the mark. From there on it is wide enough that
// small messages keep coming while an announcement is on its way; bytes bound it too.
const USUAL_MARK = 1000
const WIDEST_WINDOW = 4000
const WINDOW_BYTES = 8 * 1024 * 1024

class Receiver {
  #attachment = null
  #inbox = new Inbox()
  #waiting
  #onTake
  #width = WIDEST_WINDOW
  #onDemand = false
  #limit = 0 // announced: deliveries up to this number
  #announced = 0 // taken when that was announced
  #announcedBytes = 0

  /**
   * @param {() => void} onChange told when a waiting call timed out
   * @param {(() => void) | null} onTake told when the application takes a message
   */
  constructor(onChange, onTake) {
    this.#waiting = new Waiters("receiving", onChange)
    this.#onTake = onTake
  }

  get readable() {
    return this.#inbox.size > 0
  }

  get waiting() {
    return this.#waiting.size
  }

  /**
   * A new stream: numbering starts again.
   *
   * @param {number} highWaterMark RCVHWM: how far to read ahead; 0 = no limit
   * @param {boolean} onDemand read nothing ahead. For conflating sockets: a message that was
   *   fetched early would be an old one when it is asked for
   */
  attach(attachment, highWaterMark, onDemand) {
    this.#attachment = attachment
    this.#inbox = new Inbox()
    this.#onDemand = onDemand
    this.#width = windowWidth(highWaterMark)
    this.#limit = this.#announced = this.#announcedBytes = 0
    this.#announce(onDemand ? this.#waiting.size : this.#width)
  }

  /** The next message if one is here, else undefined. */
  take() {
    if (this.#inbox.size === 0 || this.#waiting.size > 0) return undefined
    return this.#take()
  }

  /**
   * @param {number} timeout ms; 0: fail with EAGAIN when no message is here
   * @param {boolean} settled whether the gateway has answered everything
   */
  receive(timeout, settled) {
    const message = this.take()
    if (message !== undefined) return Promise.resolve(message)
    if (this.#onDemand) this.#announce(this.#waiting.size + 1)
    if (timeout === 0 && settled) return Promise.reject(errnoError("EAGAIN"))
    return this.#waiting.wait(timeout)
  }

  /** Takes in a batch, and serves the calls that wait. */
  deliver(batch) {
    this.#inbox.add(batch)
    while (this.#inbox.size > 0 && this.#waiting.size > 0) {
      this.#waiting.resolve(this.#waiting.first(), this.#take())
    }
  }

  settle() {
    this.#waiting.rejectImpatient()
  }

  /** Drops what has arrived. */
  discard() {
    this.#inbox.clear()
    this.#announceIfDue()
  }

  failOne(error) {
    const call = this.#waiting.first()
    if (call !== undefined) this.#waiting.reject(call, error)
    return call !== undefined
  }

  fail(makeError) {
    this.#waiting.rejectAll(makeError)
  }

  #take() {
    const message = this.#inbox.take()
    if (this.#onTake !== null) this.#onTake()
    if (!this.#onDemand) this.#announceIfDue()
    return message
  }

  #announceIfDue() {
    if (
      (this.#inbox.taken - this.#announced) * 2 >= this.#width ||
      (this.#inbox.takenBytes - this.#announcedBytes) * 2 >= WINDOW_BYTES
    ) {
      this.#announce(this.#width)
    }
  }

  /** Allows `ahead` messages beyond those that were taken. */
  #announce(ahead) {
    const { taken, takenBytes } = this.#inbox
    if (this.#attachment === null || taken + ahead <= this.#limit) return
    this.#limit = taken + ahead
    this.#announced = taken
    this.#announcedBytes = takenBytes
    const limitBytes = takenBytes + WINDOW_BYTES
    this.#attachment.window(encodeWindow({ ackThrough: taken, limitSeq: this.#limit, limitBytes }))
  }
}

function windowWidth(highWaterMark) {
  const isLow = highWaterMark > 0 && highWaterMark < USUAL_MARK
  return isLow ? highWaterMark : WIDEST_WINDOW
}

module.exports = { Receiver }
