"use strict"
/*
 * A gateway that does exactly what a test tells it to: for what cannot be provoked in a real
 * one. Reads and writes frames with protobufjs from the .proto file, so it also checks the
 * hand-written codec from the other side.
 */

const grpc = require("@grpc/grpc-js")
const path = require("node:path")
const protobuf = require("protobufjs")
const { until } = require("./sockets.js")

const PROTO = path.join(__dirname, "../../proto/babelmq/v1/gateway.proto")

/** A message type of the .proto file, keeping the names it has there. */
function protoType(name) {
  return new protobuf.Root().loadSync(PROTO, { keepCase: true }).lookupType(`babelmq.v1.${name}`)
}

const AttachRequest = protoType("AttachRequest")
const AttachResponse = protoType("AttachResponse")

const READABLE = { longs: Number, enums: String, defaults: false }

/** One Attach stream as the test sees it. */
class FakeStream {
  #call
  /** Requests so far, as plain objects. */
  requests = []
  isEnded = false

  constructor(call) {
    this.#call = call
    /** Address and port of the connection it came over. */
    this.peer = call.getPeer()
    call.on("data", request => this.requests.push(AttachRequest.toObject(request, READABLE)))
    call.on("end", () => (this.isEnded = true))
    call.on("error", () => {})
  }

  /** Writes an AttachResponse given as a plain object. */
  say(response) {
    this.#call.write(AttachResponse.fromObject(response))
  }

  /** Answers `open` as a gateway does, with credit to send. */
  welcome({ limitSeq = 1000, limitBytes = 1 << 30, limits = {} } = {}) {
    const usual = { max_message_bytes: 1 << 20, max_batch_messages: 1000, max_batch_bytes: 262144 }
    this.say({
      opened: { limits: { ...usual, ...limits }, instance_id: "fake" },
      window: { limit_seq: limitSeq, limit_bytes: limitBytes },
    })
  }

  /** Ends the stream with a gRPC status. */
  fail(code, details) {
    this.#call.emit("error", { code, details })
  }

  end() {
    this.#call.end()
  }

  /** All commands so far. */
  get commands() {
    return this.requests.flatMap(request => request.commands || [])
  }

  /** All batches so far. */
  get batches() {
    return this.requests.flatMap(request => (request.send ? [request.send] : []))
  }

  /** Frames of all batches so far, as text. */
  get frames() {
    return this.batches.flatMap(batch => batch.frames.map(String))
  }

  /** The latest receive window. */
  get window() {
    return this.requests.reduce((latest, { window }) => window || latest, undefined)
  }
}

/** A server whose streams a test drives; {address, streams, stream(n), stop}. */
async function startFakeGateway({ hasService = true } = {}) {
  const streams = []
  const server = new grpc.Server()
  const attach = {
    path: "/babelmq.v1.SocketService/Attach",
    requestStream: true,
    responseStream: true,
    requestDeserialize: bytes => AttachRequest.decode(bytes),
    requestSerialize: value => value,
    responseSerialize: value => Buffer.from(AttachResponse.encode(value).finish()),
    responseDeserialize: value => value,
  }
  const implementation = { attach: call => streams.push(new FakeStream(call)) }
  if (hasService) server.addService({ attach }, implementation)
  const port = await new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure()
    server.bindAsync("127.0.0.1:0", credentials, (error, got) => (error ? reject(error) : resolve(got)))
  })
  const stream = async (index = 0) => {
    await until(() => streams[index]?.requests.length > 0, `stream ${index}`)
    return streams[index]
  }
  return { address: `127.0.0.1:${port}`, streams, stream, stop: () => server.forceShutdown() }
}

module.exports = { PROTO, protoType, startFakeGateway }
