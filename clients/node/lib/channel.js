"use strict"
/*
 * HTTP/2 connections to the gateway, shared by the sockets of a context.
 *
 * A connection keeps the process alive only while somebody holds it. That is how a process
 * whose sockets have nothing to do can end, as with zeromq.js, while a pending receive or a
 * message that was not yet accepted keeps it running. grpc-js itself has no such thing: it
 * keeps the process alive as long as a stream is open.
 */

const grpc = require("@grpc/grpc-js")

// HTTP/2 connections may limit their streams, and a lost packet stops all streams of one.
const SOCKETS_PER_CHANNEL = 50
const IDLE_MS = 2000
const MESSAGE_LIMIT = 64 * 1024 * 1024 + 512 * 1024

const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": MESSAGE_LIMIT,
  "grpc.max_send_message_length": MESSAGE_LIMIT,
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.keepalive_permit_without_calls": 1,
  // The gateway may be a moment late; the default of one second would add to that.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1000,
  // The default of 64 KiB per round trip would brake large messages.
  "grpc-node.flow_control_window": 4 * 1024 * 1024,
  // Retries would keep a copy of what was written and call a write finished that is not.
  "grpc.enable_retries": 0,
  "grpc.per_rpc_retry_buffer_size": 0,
  "grpc.enable_channelz": 0,
  // A proxy for web pages is not the way to a gateway that usually runs on this machine.
  "grpc.enable_http_proxy": 0,
  // A connection of one's own for each Channel object, also to the same address.
  "grpc.use_local_subchannel_pool": 1,
}

class Channel {
  #client
  #connection = null // the net.Socket below HTTP/2
  #holders = 0
  #checking = false
  /** Sockets on this channel. */
  users = 0

  constructor(address) {
    this.#client = new grpc.Client(address, this.#credentials(), CHANNEL_OPTIONS)
  }

  /** Opens a bidirectional stream whose messages are bytes already. */
  openStream(path) {
    const asIs = bytes => bytes
    return this.#client.makeBidiStreamRequest(path, asIs, asIs)
  }

  /** Keeps the process alive until `release`. Holds are counted. */
  hold() {
    if (this.#holders++ === 0) this.#connection?.ref()
  }

  /** Lets go; a little later, because request and reply alternate between hold and release. */
  release() {
    this.#holders--
    if (this.#holders > 0 || this.#checking) return
    this.#checking = true
    setImmediate(() => {
      this.#checking = false
      if (this.#holders === 0) this.#connection?.unref()
    })
  }

  close() {
    this.#client.close()
  }

  /**
   * Plain-text credentials that show us the connection grpc-js makes. Should another version of
   * grpc-js not ask for it in this way, then open sockets keep the process alive: no more.
   */
  #credentials() {
    const credentials = grpc.credentials.createInsecure()
    const create = credentials._createSecureConnector
    if (typeof create !== "function") return credentials
    credentials._createSecureConnector = (...context) => {
      const connector = create.apply(credentials, context)
      const connect = connector.connect
      connector.connect = connection => {
        this.#connection = connection
        return connect.call(connector, connection)
      }
      return connector
    }
    return credentials
  }
}

/** The channels of one context. */
class ChannelPool {
  #channels = new Map() // address -> Channel[]

  /** A channel to `address` with room for one more socket; give it back with `leave`. */
  join(address) {
    const channels = this.#channels.get(address) || []
    this.#channels.set(address, channels)
    let channel = channels.find(candidate => candidate.users < SOCKETS_PER_CHANNEL)
    if (channel === undefined) {
      channel = new Channel(address)
      channels.push(channel)
    }
    channel.users++
    return channel
  }

  /** A connection that nobody uses any more is closed, but not before a new socket may come. */
  leave(address, channel) {
    if (--channel.users > 0) return
    setTimeout(() => {
      if (channel.users === 0) this.#remove(address, channel)
    }, IDLE_MS).unref()
  }

  #remove(address, channel) {
    const channels = this.#channels.get(address) || []
    const index = channels.indexOf(channel)
    if (index < 0) return
    channels.splice(index, 1)
    if (channels.length === 0) this.#channels.delete(address)
    channel.close()
  }
}

module.exports = { ChannelPool }
