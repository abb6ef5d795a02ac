/*
 * Types of babelmq: those of zeromq.js 6, for sockets that live in a BabelMQ gateway.
 *
 * Times are in milliseconds, -1 means "without limit", sizes are in bytes.
 */

/// <reference types="node" />

/** A frame of a message that was received. */
export type Message = Buffer

/** What can be sent as a frame. Strings go as UTF-8, null as an empty frame. */
export type MessageLike = ArrayBufferView | ArrayBuffer | SharedArrayBuffer | string | number | null

/** Every error that comes from ZeroMQ or the gateway. */
export interface ErrnoError extends Error {
  /**
   * The errno name: EAGAIN (timeout), EFSM (not the turn of a Request or Reply), EBADF (closed),
   * EBUSY (bind under way, or too many waiting calls), EINVAL, EADDRINUSE, EPROTONOSUPPORT,
   * EHOSTUNREACH (mandatory Router), EMSGSIZE, ENOENT, ENOTSUP, ... and for the gateway itself
   * ECONNREFUSED (not there), ECONNRESET (went away), ETERM (is shutting down).
   */
  code: string
  /** This system's number for `code`; libzmq's own number where the system has none. */
  errno: number
  /** The endpoint, or the gateway's address, that the error is about. */
  address?: string
}

type ReadableKeys<T> = { [P in keyof T]-?: T[P] extends Function ? never : P }[keyof T]
type IfEquals<X, Y, A, B = never> =
  (<T>() => T extends X ? 1 : 2) extends <T>() => T extends Y ? 1 : 2 ? A : B
type WritableKeys<T> = {
  [P in keyof T]-?: T[P] extends Function
    ? never
    : IfEquals<{ [Q in P]: T[P] }, { -readonly [Q in P]: T[P] }, P>
}[keyof T]
type Options<T, E = {}> = Partial<E & Pick<T, WritableKeys<T>>>

/** What the constructor of a socket class takes: its writable properties, and a context. */
export type SocketOptions<S extends Socket> = Options<S, { context: Context }>

/** Sockets that can send. */
export interface Writable<M extends MessageLike | MessageLike[] = MessageLike | MessageLike[]> {
  /** Time to live of multicast packets, in hops. ZMQ_MULTICAST_HOPS */
  multicastHops: number
  /** Kernel buffer of each connection; -1: the system's default. ZMQ_SNDBUF */
  sendBufferSize: number
  /** Messages queued per peer before send() waits (or drops, by type); 0: no limit. ZMQ_SNDHWM */
  sendHighWaterMark: number
  /** How long send() waits before it fails with EAGAIN; 0: not at all. ZMQ_SNDTIMEO */
  sendTimeout: number

  /**
   * Sends a message of one part or several. Resolves when it is queued; while the queue is full
   * or there is no peer, it waits (Publisher and Router never do).
   *
   * Several tasks may wait at once: they are served in order, up to `pendingCalls` of
   * configure(), beyond which the call fails with EBUSY.
   */
  send(message: M): Promise<void>
}

/** Sockets that can receive. */
export interface Readable<M extends object[] = Message[]> {
  /** Kernel buffer of each connection; -1: the system's default. ZMQ_RCVBUF */
  receiveBufferSize: number
  /** Messages queued per peer before the peer has to wait; 0: no limit. ZMQ_RCVHWM */
  receiveHighWaterMark: number
  /** How long receive() waits before it fails with EAGAIN; 0: not at all. ZMQ_RCVTIMEO */
  receiveTimeout: number

  /** Waits for the next message: its frames. Several tasks may wait at once, as with send(). */
  receive(): Promise<M>

  /** Messages until the socket is closed. Leaving the loop does not close the socket. */
  [Symbol.asyncIterator](): AsyncIterator<M, undefined>
}

/** What sockets share: connections to a gateway, and defaults of options. */
export class Context {
  constructor(options?: Options<Context, { gateway: string }>)

  /** Whether closing waits for unsent messages by default; false: `linger` defaults to 0. */
  blocky: boolean
  /** Kept for compatibility: the gateway has its own threads. */
  ioThreads: number
  /** Default of the sockets' `ipv6`. */
  ipv6: boolean
  /** Default of the sockets' `maxMessageSize`. */
  maxMessageSize: number
  /** Sockets that may be open at a time; the next one fails with EMFILE. */
  maxSockets: number
  /** Has no effect: threads are the gateway's. */
  set threadPriority(value: number)
  /** Has no effect: threads are the gateway's. */
  set threadSchedulingPolicy(value: number)
  readonly maxSocketsLimit: number
}

/** What all sockets have. */
export abstract class Socket {
  protected constructor(type: number, options?: {})

  readonly type: number
  readonly context: Context
  readonly closed: boolean
  /** Whether a message is here, so that receive() would not wait. */
  readonly readable: boolean
  /** Whether send() would not wait. */
  readonly writable: boolean
  /** The endpoint last bound or connected, with the port that `*` became. */
  readonly lastEndpoint: string | null
  readonly securityMechanism: null | "plain" | "curve" | "gssapi"
  readonly threadSafe: boolean
  readonly events: Observer

  /** Binds, for example "tcp://*:5555" or "tcp://127.0.0.1:*". */
  bind(address: string): Promise<void>
  /** Queues a bind; if it fails, the next call that is awaited says so. */
  bindSync(address: string): void
  unbind(address: string): Promise<void>
  /** Queues an unbind; if it fails, the next call that is awaited says so. */
  unbindSync(address: string): void
  /** Connects, in the background and again whenever the connection is lost. */
  connect(address: string): void
  disconnect(address: string): void
  /** Closes; what was sent still leaves as far as `linger` allows. Again: does nothing. */
  close(): void

  /** Has no effect. ZMQ_AFFINITY */
  affinity: number
  /** Connections waiting to be accepted. ZMQ_BACKLOG */
  backlog: number
  /** How long a connect may take; 0: the system decides. ZMQ_CONNECT_TIMEOUT */
  connectTimeout: number
  /** ZMQ_CURVE_PUBLICKEY */
  curvePublicKey: string | null
  /** ZMQ_CURVE_SECRETKEY */
  curveSecretKey: string | null
  /** ZMQ_CURVE_SERVER */
  curveServer: boolean
  /** ZMQ_CURVE_SERVERKEY */
  curveServerKey: string | null
  /** How long a handshake may take. ZMQ_HANDSHAKE_IVL */
  handshakeInterval: number
  /** Time between heartbeats; 0: none. ZMQ_HEARTBEAT_IVL */
  heartbeatInterval: number
  /** How long the peer should wait for our heartbeats. ZMQ_HEARTBEAT_TTL */
  heartbeatTimeToLive: number
  /** How long to wait for the answer to a heartbeat. ZMQ_HEARTBEAT_TIMEOUT */
  heartbeatTimeout: number
  /** Queue messages only to peers whose connection stands. ZMQ_IMMEDIATE */
  immediate: boolean
  /** Network device to use. ZMQ_BINDTODEVICE */
  interface: string | null
  /** Use IPv6 too. ZMQ_IPV6 */
  ipv6: boolean
  /** How long unsent messages are still tried after close(). ZMQ_LINGER */
  linger: number
  /** Has no effect. ZMQ_LOOPBACK_FASTPATH */
  loopbackFastPath: boolean
  /** Longest message that peers may send; they are disconnected otherwise. ZMQ_MAXMSGSIZE */
  maxMessageSize: number
  /** ZMQ_MULTICAST_MAXTPDU */
  multicastMaxTransportDataUnit: number
  /** ZMQ_PLAIN_PASSWORD */
  plainPassword: string | null
  /** ZMQ_PLAIN_SERVER */
  plainServer: boolean
  /** ZMQ_PLAIN_USERNAME */
  plainUsername: string | null
  /** Multicast rate in kbit/s. ZMQ_RATE */
  rate: number
  /** First wait before connecting again. ZMQ_RECONNECT_IVL */
  reconnectInterval: number
  /** Longest wait before connecting again; 0: always `reconnectInterval`. ZMQ_RECONNECT_IVL_MAX */
  reconnectMaxInterval: number
  /** How long multicast packets can be asked for again. ZMQ_RECOVERY_IVL */
  recoveryInterval: number
  /** ZMQ_SOCKS_PROXY */
  socksProxy: string | null
  /** ZMQ_TCP_ACCEPT_FILTER */
  tcpAcceptFilter: string | null
  /** ZMQ_TCP_KEEPALIVE */
  tcpKeepalive: number
  /** ZMQ_TCP_KEEPALIVE_CNT */
  tcpKeepaliveCount: number
  /** ZMQ_TCP_KEEPALIVE_IDLE */
  tcpKeepaliveIdle: number
  /** ZMQ_TCP_KEEPALIVE_INTVL */
  tcpKeepaliveInterval: number
  /** ZMQ_TCP_MAXRT */
  tcpMaxRetransmitTimeout: number
  /** ZMQ_TOS */
  typeOfService: number
  /** Has no effect. */
  vmciBufferMaxSize: number
  /** Has no effect. */
  vmciBufferMinSize: number
  /** Has no effect. */
  vmciBufferSize: number
  /** Has no effect. */
  vmciConnectTimeout: number
  /** ZMQ_ZAP_DOMAIN */
  zapDomain: string | null
  /** ZMQ_ZAP_ENFORCE_DOMAIN */
  zapEnforceDomain: boolean
}

/** One to one. */
export class Pair extends Socket {
  constructor(options?: SocketOptions<Pair>)
}
export interface Pair extends Writable, Readable {}

/** Sends to all subscribers; what a slow one cannot take is dropped. */
export class Publisher extends Socket {
  constructor(options?: SocketOptions<Publisher>)
  /** ZMQ_CONFLATE */
  set conflate(value: boolean)
  /** ZMQ_INVERT_MATCHING */
  invertMatching: boolean
  /** Wait for slow subscribers instead of dropping. ZMQ_XPUB_NODROP */
  set noDrop(value: boolean)
}
export interface Publisher extends Writable {}

/** Receives what begins with one of its prefixes. */
export class Subscriber extends Socket {
  constructor(options?: SocketOptions<Subscriber>)
  /** Keep only the latest message. ZMQ_CONFLATE */
  set conflate(value: boolean)
  /** ZMQ_INVERT_MATCHING */
  invertMatching: boolean
  /** Subscribes to each prefix; without one: to everything. */
  subscribe(...prefixes: Array<Buffer | string>): void
  /** Takes back one subscription to each prefix; without one: the one to everything. */
  unsubscribe(...prefixes: Array<Buffer | string>): void
}
export interface Subscriber extends Readable {}

/** Asks: send, receive, send, receive, ... */
export class Request extends Socket {
  constructor(options?: SocketOptions<Request>)
  /** ZMQ_REQ_CORRELATE */
  set correlate(value: boolean)
  /** ZMQ_PROBE_ROUTER */
  set probeRouter(value: boolean)
  /** Allows to ask again before the answer has come. ZMQ_REQ_RELAXED */
  set relaxed(value: boolean)
  /** ZMQ_ROUTING_ID */
  routingId: string | null
}
export interface Request extends Readable, Writable {}

/** Answers: receive, send, receive, send, ... */
export class Reply extends Socket {
  constructor(options?: SocketOptions<Reply>)
  /** ZMQ_ROUTING_ID */
  routingId: string | null
}
export interface Reply extends Readable, Writable {}

/** Sends round robin, receives from all in turn. */
export class Dealer extends Socket {
  constructor(options?: SocketOptions<Dealer>)
  /** ZMQ_CONFLATE */
  set conflate(value: boolean)
  /** ZMQ_PROBE_ROUTER */
  set probeRouter(value: boolean)
  /** ZMQ_ROUTING_ID */
  routingId: string | null
}
export interface Dealer extends Readable, Writable {}

export interface RouterConnectOptions {
  /** How this peer is to be addressed. ZMQ_CONNECT_ROUTING_ID */
  routingId?: string | Buffer
}

/** Addresses each peer by the identity in the first frame. */
export class Router extends Socket {
  constructor(options?: SocketOptions<Router>)
  connect(address: string, options?: RouterConnectOptions): void
  /** A new peer may take over an identity. ZMQ_ROUTER_HANDOVER */
  set handover(value: boolean)
  /**
   * send() fails with EHOSTUNREACH when the peer is not there, instead of dropping the message;
   * it then resolves only when the gateway has answered. ZMQ_ROUTER_MANDATORY
   */
  mandatory: boolean
  /** ZMQ_PROBE_ROUTER */
  set probeRouter(value: boolean)
  /** ZMQ_ROUTING_ID */
  routingId: string | null
}
export interface Router extends Readable, Writable {}

/** Receives work. */
export class Pull extends Socket {
  constructor(options?: SocketOptions<Pull>)
  /** Keep only the latest message. ZMQ_CONFLATE */
  set conflate(value: boolean)
}
export interface Pull extends Readable {}

/** Hands out work, round robin. */
export class Push extends Socket {
  constructor(options?: SocketOptions<Push>)
  /** ZMQ_CONFLATE */
  set conflate(value: boolean)
}
export interface Push extends Writable {}

/** A Publisher that receives the subscriptions as messages. */
export class XPublisher extends Socket {
  constructor(options?: SocketOptions<XPublisher>)
  /** ZMQ_INVERT_MATCHING */
  invertMatching: boolean
  /** ZMQ_XPUB_MANUAL */
  set manual(value: boolean)
  /** Wait for slow subscribers instead of dropping. ZMQ_XPUB_NODROP */
  set noDrop(value: boolean)
  /** Which repeated subscriptions are passed on. ZMQ_XPUB_VERBOSE, ZMQ_XPUB_VERBOSER */
  set verbosity(value: null | "allSubs" | "allSubsUnsubs")
  /** Sent to every new subscriber. ZMQ_XPUB_WELCOME_MSG */
  set welcomeMessage(value: string | null)
}
export interface XPublisher extends Readable, Writable {}

/** A Subscriber that sends its subscriptions as messages. */
export class XSubscriber extends Socket {
  constructor(options?: SocketOptions<XSubscriber>)
}
export interface XSubscriber extends Readable, Writable {}

/** What happened to a socket, as far as this process knows. */
export type Event =
  | { type: "bind"; address: string }
  | { type: "bind:error"; address: string; error: ErrnoError }
  | { type: "close"; address: string }
  | { type: "end" }
  | { type: "gateway:connect"; address: string }
  | { type: "gateway:lost"; address: string; error: ErrnoError }

export type EventType = Event["type"]
export type EventOfType<E extends EventType = EventType> = Extract<Event, { type: E }>

/**
 * `socket.events`. The gateway does not report what happens on the network (accept, connect,
 * disconnect, handshake): asking for those fails with ENOTSUP.
 */
export class Observer {
  private constructor()
  readonly closed: boolean
  on<E extends EventType>(type: E, listener: (event: EventOfType<E>) => void): this
  off<E extends EventType>(type: E, listener: (event: EventOfType<E>) => void): this
  /** Rejects with ENOTSUP. */
  receive(): Promise<never>
  [Symbol.asyncIterator](): AsyncIterator<never, undefined>
  close(): void
}

/** Hands messages from each of two sockets to the other, in this process. */
export class Proxy<F extends Socket = Socket, B extends Socket = Socket> {
  constructor(frontEnd: F, backEnd: B)
  readonly frontEnd: F
  readonly backEnd: B
  /** Runs until terminate() or an error; then both sockets are closed. */
  run(): Promise<void>
  pause(): void
  resume(): void
  terminate(): void
}

/** Settings of the process; they hold for sockets that have not been used yet. */
export interface Configuration {
  /** The gateway, "host:port"; null (default): BABELMQ_GATEWAY, else 127.0.0.1:50151. */
  address?: string | null
  /** How long to wait for a gateway that does not answer. Default: 5000. */
  connectTimeout?: number
  /** Calls of send(), and of receive(), that may wait on a socket. 1: EBUSY as in zeromq.js. */
  pendingCalls?: number
}

export function configure(changes: Configuration): void

/** The libzmq release whose socket types, options and behaviour are followed. */
export const version: string

export const capability: Partial<
  Record<"ipc" | "pgm" | "tipc" | "norm" | "curve" | "gssapi" | "draft", boolean>
>

/** The default context. */
export const context: Context

/** A new key pair for CURVE, in Z85. */
export function curveKeyPair(): { publicKey: string; secretKey: string }
