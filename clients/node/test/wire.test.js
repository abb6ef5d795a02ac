"use strict"
/* The hand-written codec against protobufjs, which reads the .proto file. */

const assert = require("node:assert/strict")
const { existsSync, readFileSync } = require("node:fs")
const path = require("node:path")
const { describe, it } = require("node:test")
const frames = require("../lib/frames.js")
const { Inbox } = require("../lib/inbox.js")
const { Outbox, messageBound, messageSize } = require("../lib/outbox.js")
const { Reader, Writer } = require("../lib/protobuf.js")
const { PROTO, protoType } = require("./support/fake-gateway.js")
const { REPOSITORY } = require("./support/gateway.js")

const AttachRequest = protoType("AttachRequest")
const AttachResponse = protoType("AttachResponse")
const Batch = protoType("Batch")

const PLAIN = { longs: Number, enums: String, bytes: Buffer }

function readRequest(bytes) {
  return AttachRequest.toObject(AttachRequest.decode(bytes), PLAIN)
}

function readResponse(value) {
  return frames.decodeResponse(Buffer.from(AttachResponse.encode(AttachResponse.fromObject(value)).finish()))
}

function batchBytes(value) {
  return Buffer.from(Batch.encode(Batch.fromObject(value)).finish())
}

function inboxOf(...batches) {
  const inbox = new Inbox()
  for (const batch of batches) inbox.add(new Reader(batchBytes(batch)))
  return inbox
}

function takeAll(inbox) {
  const messages = []
  while (inbox.size > 0) messages.push(inbox.take())
  return messages
}

describe("the .proto file in the package", () => {
  it("is the project's", { skip: !existsSync(path.join(REPOSITORY, "proto")) }, () => {
    const original = path.join(REPOSITORY, "proto/babelmq/v1/gateway.proto")
    assert.equal(readFileSync(PROTO, "utf8"), readFileSync(original, "utf8"))
  })
})

describe("requests", () => {
  it("open with options", () => {
    const options = [[17, -1], [5, Buffer.from("me")], [23, 0], [22, 2 ** 40]]
    const { open } = readRequest(frames.encodeOpen(9, options, "client"))
    assert.deepEqual(open, {
      type: "SOCKET_TYPE_PUSH",
      client_name: "client",
      options: [
        { id: 17, int_value: -1 },
        { id: 5, bytes_value: Buffer.from("me") },
        { id: 23, int_value: 0 },
        { id: 22, int_value: 2 ** 40 },
      ],
    })
  })

  for (const operation of ["bind", "unbind", "connect", "disconnect"]) {
    it(`command ${operation}`, () => {
      const { commands } = readRequest(frames.encodeCommand(300, operation, "tcp://[::1]:ö"))
      assert.deepEqual(commands, [{ command_id: 300, [operation]: "tcp://[::1]:ö" }])
    })
  }

  it("commands subscribe and unsubscribe, also to everything", () => {
    const bytes = Buffer.concat([
      frames.encodeCommand(1, "subscribe", Buffer.from([0, 255])),
      frames.encodeCommand(2, "unsubscribe", Buffer.alloc(0)),
    ])
    assert.deepEqual(readRequest(bytes).commands, [
      { command_id: 1, subscribe: Buffer.from([0, 255]) },
      { command_id: 2, unsubscribe: Buffer.alloc(0) },
    ])
  })

  it("command setOption", () => {
    const field = frames.encodeCommand(7, "setOption", frames.encodeOption(61, Buffer.from("id")))
    const set_option = { id: 61, bytes_value: Buffer.from("id") }
    assert.deepEqual(readRequest(field).commands, [{ command_id: 7, set_option }])
  })

  it("window and close", () => {
    const window = { ackThrough: 5, limitSeq: 1005, limitBytes: 2 ** 33 }
    const bytes = Buffer.concat([frames.encodeWindow(window), frames.encodeClose()])
    assert.deepEqual(readRequest(bytes), {
      window: { ack_through: 5, limit_seq: 1005, limit_bytes: 2 ** 33 },
      close: {},
    })
  })
})

describe("responses", () => {
  it("nothing", () => {
    assert.deepEqual(readResponse({}), {
      opened: null, results: [], deliver: null, window: null, goAway: null, closed: null,
    })
  })

  it("opened, results, window, go_away, closed", () => {
    const error = { name: "EINVAL", message: "because", metadata: { part: "port" } }
    const response = readResponse({
      opened: {
        limits: { max_message_bytes: 2 ** 36, max_batch_messages: 9, max_batch_bytes: 300 },
        instance_id: "x",
      },
      results: [{ command_id: 1, endpoint: "tcp://1.2.3.4:5" }, { command_id: 2, error }],
      window: { accepted_through: 3, limit_seq: 4, limit_bytes: 5, failures: [{ seq: 2, error }] },
      heartbeat: { nonce: 7 },
      go_away: { reason: error, grace_ms: -1 },
      closed: { error, unsent: 6 },
    })
    const read = { name: "EINVAL", message: "because" }
    assert.deepEqual(response, {
      opened: {
        limits: { maxMessageBytes: 2 ** 36, maxBatchMessages: 9, maxBatchBytes: 300 },
        instanceId: "x",
      },
      results: [
        { id: 1, error: null, endpoint: "tcp://1.2.3.4:5" },
        { id: 2, error: read, endpoint: "" },
      ],
      deliver: null,
      window: { acceptedThrough: 3, limitSeq: 4, limitBytes: 5, failures: [{ seq: 2, error: read }] },
      goAway: { reason: read },
      closed: { error: read, unsent: 6 },
    })
  })

  it("passes over fields of a later version", () => {
    const fields = new Writer().varint(100, 5).bytes(101, Buffer.from("later")).finish()
    const fixed = Buffer.from([102 * 8 & 127 | 1 | 128, 102 * 8 >> 7, 1, 2, 3, 4, 5, 6, 7, 8])
    const window = new Writer().bytes(6, Buffer.concat([new Writer().varint(2, 8).finish(), fields]))
    const response = frames.decodeResponse(Buffer.concat([fields, fixed, window.finish()]))
    assert.equal(response.window.limitSeq, 8)
  })

  for (const [name, bytes] of [
    ["a length beyond the end", [0x32, 5, 1]],
    ["a number without an end", new Array(12).fill(0xff)],
    ["a tag without a value", [0x08]],
    ["an unknown wire type", [0x0b]],
  ]) {
    it(`refuses ${name}`, () => {
      assert.throws(() => frames.decodeResponse(Buffer.from(bytes)), /The gateway sent/)
    })
  }

  it("reads negative numbers", () => {
    for (const value of [0, 1, -1, -(2 ** 31), 2 ** 40, -(2 ** 40)]) {
      const reader = new Reader(new Writer().varint(1, value).finish())
      reader.next()
      assert.equal(reader.signed(), value)
    }
  })
})

describe("batches out", () => {
  const cases = {
    "one empty frame": [""],
    "text, short and long, ASCII and not": ["a", "ö", "x".repeat(23), "€".repeat(50), "y".repeat(200)],
    "bytes of every kind of length": [0, 1, 127, 128, 16383, 16384, 70000].map(n => Buffer.alloc(n, 7)),
    "multipart among single": ["a", ["b", Buffer.from("c")], ["d"], ["", "", "e"], "f"],
    "half a surrogate pair": ["\ud800", "ok\ud800ok".repeat(9)],
  }
  for (const [name, messages] of Object.entries(cases)) {
    it(name, () => {
      const outbox = new Outbox()
      for (const message of messages) {
        const size = outbox.append(message)
        assert.equal(size, messageSize(message))
        assert.ok(messageBound(message) >= size)
      }
      const { send } = readRequest(outbox.seal(2 ** 40))
      const parts = messages.map(message => [message].flat())
      assert.equal(send.first_seq, 2 ** 40)
      assert.deepEqual(send.frames, parts.flat().map(part => Buffer.from(part)))
      const counts = parts.map(({ length }) => length)
      assert.deepEqual(send.frame_counts || [], counts.every(n => n === 1) ? [] : counts)
    })
  }

  it("views, memory, numbers and null as zeromq.js sends them", () => {
    const words = Uint16Array.from([0x4141, 0x4242, 0x4343])
    const message = [words.subarray(1), words.buffer, new SharedArrayBuffer(2), 16.5, null, true]
    const outbox = new Outbox()
    outbox.append(message)
    const { send } = readRequest(outbox.seal(1))
    assert.deepEqual(send.frames.map(String), ["BBCC", "AABBCC", "\0\0", "16.5", "", "true"])
  })

  it("starts afresh after a batch, in memory that was given back", () => {
    const outbox = new Outbox()
    outbox.append(["a", "b"])
    const first = outbox.seal(1)
    outbox.append("c".repeat(5000))
    const copy = Buffer.from(first)
    outbox.recycle(first)
    const second = outbox.seal(2)
    outbox.append("d")
    const third = outbox.seal(3)
    assert.deepEqual(readRequest(copy).send.frames.map(String), ["a", "b"])
    assert.equal(readRequest(second).send.frame_counts, undefined)
    assert.deepEqual(readRequest(third).send.frames.map(String), ["d"])
    assert.equal(third.buffer, first.buffer)
  })
})

describe("batches in", () => {
  it("single and multipart messages, across batches", () => {
    const inbox = inboxOf(
      { first_seq: 1, frames: ["a", "b"].map(Buffer.from) },
      { first_seq: 3, frames: ["c", "", "d"].map(text => Buffer.from(text)), frame_counts: [2, 1] },
    )
    assert.equal(inbox.size, 4)
    const messages = takeAll(inbox).map(message => message.map(String))
    assert.deepEqual(messages, [["a"], ["b"], ["c", ""], ["d"]])
    assert.equal(inbox.taken, 4)
    assert.equal(inbox.takenBytes, 4)
  })

  it("counts that are not packed", () => {
    const frame = new Writer().bytes(2, "x").finish()
    const unpacked = new Writer().varint(3, 2).varint(3, 1).varint(1, 1).finish()
    const inbox = new Inbox()
    inbox.add(new Reader(Buffer.concat([frame, frame, unpacked, frame])))
    assert.deepEqual(takeAll(inbox).map(({ length }) => length), [2, 1])
  })

  it("frames of all sizes, in batches that are cut into slabs", () => {
    const sizes = [10, 40_000, 0, 5, 20_000, 20_000, 127, 128, 33_000, 9, 100_000, 3]
    const sent = sizes.map((size, index) => Buffer.alloc(size, index + 1))
    const inbox = inboxOf({ first_seq: 1, frames: sent, frame_counts: [4, 2, 6] })
    assert.deepEqual(takeAll(inbox).flat(), sent)
  })

  it("a small frame does not hold a long batch in memory", () => {
    const small = new Array(10_000).fill(Buffer.from("0123456789"))
    const inbox = inboxOf({ first_seq: 1, frames: small })
    for (const [frame] of takeAll(inbox)) assert.ok(frame.buffer.byteLength <= 33 * 1024)
  })

  it("clear() counts as taken", () => {
    const inbox = inboxOf({ first_seq: 1, frames: [Buffer.from("abc")] })
    inbox.clear()
    assert.deepEqual([inbox.size, inbox.taken, inbox.takenBytes], [0, 1, 3])
    inbox.add(new Reader(batchBytes({ first_seq: 2, frames: [Buffer.from("d")] })))
    assert.equal(String(inbox.take()), "d")
  })

  for (const [name, batch, complaint] of [
    ["a number out of sequence", { first_seq: 2, frames: [Buffer.from("a")] }, /numbered 2 instead of 1/],
    ["counts that do not fit", { first_seq: 1, frames: [Buffer.from("a")], frame_counts: [2] }, /counts/],
    ["a message without a frame", { first_seq: 1, frames: [Buffer.from("a")], frame_counts: [1, 0] }, /counts/],
  ]) {
    it(`refuses ${name}`, () => {
      assert.throws(() => inboxOf(batch), complaint)
    })
  }

  it("refuses a batch that was cut off, wherever it was cut", () => {
    const whole = batchBytes({ first_seq: 1, frames: [Buffer.alloc(3), Buffer.alloc(200)] })
    for (let length = 1; length < whole.length; length++) {
      const inbox = new Inbox()
      const wasWhole = [2, 7].includes(length) // after first_seq, and after the first frame
      const add = () => inbox.add(new Reader(whole.subarray(0, length)))
      if (wasWhole) add()
      else assert.throws(add, /The gateway sent/, `cut at ${length}`)
    }
  })
})
