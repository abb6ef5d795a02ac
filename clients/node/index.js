"use strict"
/*
 * babelmq: ZeroMQ sockets for Node.js, with the API of zeromq.js 6 and no native code. The
 * sockets live in a BabelMQ gateway, which this package talks to over gRPC.
 *
 *   const zmq = require("babelmq")
 */

const { Context, context } = require("./lib/context.js")
const { curveKeyPair } = require("./lib/curve.js")
const { Observer } = require("./lib/observer.js")
const { Proxy } = require("./lib/proxy.js")
const { configure } = require("./lib/settings.js")
const { Socket } = require("./lib/socket.js")
const sockets = require("./lib/sockets.js")

/** The libzmq release whose socket types, options and behaviour this package follows. */
const version = "4.3.5"

const capability = {
  ipc: true,
  pgm: false,
  tipc: false,
  norm: false,
  curve: true,
  gssapi: false,
  draft: false,
}

const { Pair, Publisher, Subscriber, Request, Reply, Dealer, Router, Pull, Push } = sockets
const { XPublisher, XSubscriber } = sockets

module.exports = {
  Context,
  Dealer,
  Observer,
  Pair,
  Proxy,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Socket,
  Subscriber,
  XPublisher,
  XSubscriber,
  capability,
  configure,
  context,
  curveKeyPair,
  version,
}
