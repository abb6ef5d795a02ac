"use strict"
/*
 * What the engine must know of each socket type. The patterns themselves (who gets a message)
 * are the gateway's.
 */

const { errnoError } = require("./errors.js")

/** Numbers as in zeromq.js and zmq.h. */
const SocketType = {
  Pair: 0,
  Publisher: 1,
  Subscriber: 2,
  Request: 3,
  Reply: 4,
  Dealer: 5,
  Router: 6,
  Pull: 7,
  Push: 8,
  XPublisher: 9,
  XSubscriber: 10,
}

const SEND_ONLY = [SocketType.Publisher, SocketType.Push]
const RECEIVE_ONLY = [SocketType.Subscriber, SocketType.Pull]

/** RFC 28: a REQ sends first, a REP receives first, and then they take turns. */
const FIRST_TURN = { [SocketType.Request]: "send", [SocketType.Reply]: "receive" }

/** @throws {Error} EINVAL for a type that there is not */
function patternOf(type) {
  if (!Object.values(SocketType).includes(type)) {
    throw errnoError("EINVAL", { message: `Invalid argument: no socket type ${type}` })
  }
  return {
    type: type + 1, // the proto keeps 0 for "unspecified"
    sends: !RECEIVE_ONLY.includes(type),
    receives: !SEND_ONLY.includes(type),
    firstTurn: FIRST_TURN[type] ?? null,
  }
}

module.exports = { SocketType, patternOf }
