"use strict"
/*
 * One Attach stream: requests out, one at a time; responses in.
 *
 * Batching is natural: while a request is being written, what the application does in the
 * meantime piles up and leaves together with the next one. There is no timer.
 */

const { ATTACH_PATH, decodeResponse, encodeClose } = require("./frames.js")
const { Outbox } = require("./outbox.js")

/** Status code, beside those of gRPC, of a stream that was ended because it made no sense. */
const ABORTED = -1

/** A request to write: encoded fields, and the batch among them whose memory can be reused. */
function request(fields, batch) {
  return { fields: batch === null ? fields : [...fields, batch], batch }
}

class Attachment {
  #stream
  #onResponse
  #onEnd
  #outbox = new Outbox()
  #ready = [] // requests that are complete
  #fields = [] // fields of the next request: commands, which come before its messages
  #window = null // only the latest matters
  #nextSeq = 1
  #writing = false
  #scheduled = false
  #finishing = false
  #ended = false

  /** Caps of a batch; the gateway announces them when it has opened the socket. */
  limits = { maxMessageBytes: 0, maxBatchMessages: 1, maxBatchBytes: 0 }

  /**
   * @param {import("./channel.js").Channel} channel
   * @param {Buffer[]} fields of the first request
   * @param {(response: object) => void} onResponse an error thrown by it ends the stream
   * @param {(status: {code: number, details: string}) => void} onEnd called once
   */
  constructor(channel, fields, onResponse, onEnd) {
    this.#fields = fields
    this.#onResponse = onResponse
    this.#onEnd = onEnd
    this.#stream = channel.openStream(ATTACH_PATH)
    this.#stream.on("data", bytes => this.#read(bytes))
    this.#stream.on("error", () => {}) // the status says the same and always comes
    this.#stream.on("status", status => this.#end(status))
    this.#schedule()
  }

  /** Queues an encoded command; it stays behind the messages sent before it. */
  command(field) {
    if (this.#outbox.messages > 0) this.#complete()
    this.#fields.push(field)
    this.#schedule()
  }

  /**
   * Queues a message.
   *
   * @param {number} bound its payload bytes, or more
   * @returns {number} its payload bytes
   */
  message(message, bound) {
    const outbox = this.#outbox
    const { maxBatchMessages, maxBatchBytes } = this.limits
    if (outbox.messages >= maxBatchMessages || outbox.payload + bound > maxBatchBytes) {
      if (outbox.messages > 0) this.#complete()
    }
    if (!this.#scheduled) this.#schedule()
    return outbox.append(message)
  }

  /** Announces an encoded receive window; an older one that still waits is replaced. */
  window(field) {
    if (this.#finishing) return
    this.#window = field
    this.#schedule()
  }

  /** Writes what is queued, asks the gateway to close the socket, and ends this side. */
  finish() {
    if (this.#finishing) return
    this.command(encodeClose())
    this.#finishing = true
  }

  /** Ends the stream at once; `onEnd` is not called any more. */
  cancel() {
    this.#ended = true
    this.#stream.cancel()
  }

  /** At the end of this tick, so that everything done in it leaves together. */
  #schedule() {
    if (this.#scheduled || this.#writing) return
    this.#scheduled = true
    process.nextTick(() => {
      this.#scheduled = false
      this.#write()
    })
  }

  #write() {
    if (this.#writing || this.#ended) return
    const next = this.#next()
    if (next === null) return
    this.#writing = true
    const bytes = next.fields.length === 1 ? next.fields[0] : Buffer.concat(next.fields)
    this.#stream.write(bytes, () => this.#written(next.batch))
    if (this.#finishing && this.#isEmpty()) this.#stream.end()
  }

  #written(batch) {
    if (batch !== null) this.#outbox.recycle(batch)
    this.#writing = false
    this.#write()
  }

  /** The next request to write, or null. */
  #next() {
    if (this.#ready.length === 0) {
      if (this.#isEmpty() && this.#window === null) return null
      this.#complete()
    }
    const next = this.#ready.shift()
    if (this.#window !== null) {
      next.fields.push(this.#window)
      this.#window = null
    }
    return next
  }

  #isEmpty() {
    return this.#ready.length + this.#fields.length + this.#outbox.messages === 0
  }

  /** Ends the request being built. */
  #complete() {
    const count = this.#outbox.messages
    const batch = count > 0 ? this.#outbox.seal(this.#nextSeq) : null
    this.#nextSeq += count
    this.#ready.push(request(this.#fields, batch))
    this.#fields = []
  }

  #read(bytes) {
    if (this.#ended) return
    try {
      this.#onResponse(decodeResponse(bytes))
    } catch (error) {
      this.#end({ code: ABORTED, details: error.message })
      this.#stream.cancel()
    }
  }

  #end(status) {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd(status)
  }
}

module.exports = { ABORTED, Attachment }
