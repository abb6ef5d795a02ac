/* Compiled, never run: programs that must type-check, and some that must not. */

import * as zmq from "babelmq"
import { Dealer, Publisher, Pull, Push, Request, Router, Subscriber, type SocketOptions } from "babelmq"

export async function right(): Promise<void> {
  zmq.configure({ address: "127.0.0.1:50151", connectTimeout: 100 })
  const context = new zmq.Context({ gateway: "localhost:1", ipv6: true })
  const options: SocketOptions<Request> = { linger: 0, relaxed: true, context }
  const request = new Request(options)
  request.connect("tcp://localhost:5555")
  await request.send("Hello")
  await request.send(["a", Buffer.from("b"), null, 5, new Uint16Array(2), new ArrayBuffer(1)])
  const [answer]: zmq.Message[] = await request.receive()
  answer.toString("utf8")

  const subscriber = new Subscriber({ receiveHighWaterMark: 10, conflate: true })
  subscriber.subscribe("a", Buffer.from("b"))
  for await (const [topic, ...rest] of subscriber) rest.push(topic)

  const router = new Router({ mandatory: true })
  router.connect("tcp://localhost:5555", { routingId: "peer" })
  const identity: string | null = router.routingId
  router.events.on("bind:error", ({ error }) => error.code.length + error.errno)
  router.events.on("gateway:lost", ({ address }) => address.length)

  const proxy = new zmq.Proxy(router, new Dealer({ routingId: identity }))
  await proxy.run()
  proxy.frontEnd.mandatory = false

  const publisher = new zmq.XPublisher({ verbosity: "allSubs", welcomeMessage: null })
  publisher.verbosity = null
  const { publicKey } = zmq.curveKeyPair()
  publisher.curvePublicKey = publicKey
}

export function wrong(): void {
  // @ts-expect-error a Pull cannot send
  void new Pull().send("a")
  // @ts-expect-error a Push cannot receive
  void new Push().receive()
  // @ts-expect-error there is no such option
  new Publisher({ receiveTimeout: 5 })
  // @ts-expect-error an option of the wrong type
  new Publisher({ linger: "5" })
  // @ts-expect-error read-only
  new Publisher().lastEndpoint = "tcp://localhost:5555"
  // @ts-expect-error the network's events are not reported
  new Publisher().events.on("accept", () => {})
  // @ts-expect-error sockets are made by their classes
  new zmq.Socket(1)
  // @ts-expect-error no such setting
  zmq.configure({ adress: "localhost:1" })
}
