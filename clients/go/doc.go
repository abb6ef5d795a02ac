/*
Package zmq4 offers ZeroMQ sockets with the API of github.com/pebbe/zmq4, without C: the
sockets live in a BabelMQ gateway, and this package talks to it over gRPC.

	socket, _ := zmq4.NewSocket(zmq4.REQ)
	socket.Connect("tcp://localhost:5555")
	socket.Send("Hello", 0)
	msg, _ := socket.Recv(0)

The peer at tcp://localhost:5555 may be any ZeroMQ program. Endpoints are seen from the
gateway: localhost is the gateway's machine.

# The gateway

A gateway is started with

	babelmq serve --listen 127.0.0.1:50151

which is also where this package looks for it. The environment variable BABELMQ_GATEWAY
names another one, and so does WithGateway:

	ctx, _ := zmq4.NewContextWith(zmq4.WithGateway("gateway.example:50151"))
	socket, err := ctx.NewSocket(zmq4.PULL)

When none answers, NewSocket fails with ECONNREFUSED, and the error says where it looked. A
gateway that goes away takes its sockets with it: their calls fail with ECONNRESET, or with
ETERM when it was shut down, and new sockets have to be made.

# Blocking, high-water marks and errors

Sockets block where ZeroMQ's do. A PUSH without a peer, or whose queue is full, makes Send
wait; DONTWAIT and SetSndtimeo make it fail with EAGAIN. Send returns when the message is
queued. It travels in the background, together with others when they come fast, and in
order.

AsErrno finds ZeroMQ's number in an error, and errors.Is compares:

	msg, err := socket.Recv(zmq4.DONTWAIT)
	switch {
	case errors.Is(err, zmq4.EAGAIN):  // nothing there
	case errors.Is(err, zmq4.ETERM):   // the context was terminated
	}

# What differs from the original

  - Sockets may be used by several goroutines at once.
  - Close hands over what was sent before it returns, so that a program may end after it.
  - Context.Term closes the sockets that are still open instead of waiting for ever.
  - RecvMessageContext and SendMessageContext wait on a context.Context.
  - SetSndtimeo and SetRcvtimeo keep fractions of a millisecond.
  - Not there: STREAM sockets, Monitor, the process-wide Auth functions, message metadata,
    GetFd and the capabilities HasIpc, HasCurve and so on.
*/
package zmq4
