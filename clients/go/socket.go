package zmq4

// Sockets: endpoints and the end.

import (
	"fmt"
	"sync/atomic"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// Socket is a ZeroMQ socket, which lives in the gateway. Unlike the original's, its
// methods may be called from several goroutines at once; each call is about one message,
// so goroutines that send or receive a message part by part must agree on whose turn it is.
//
// Methods whose names start with Set or Get are the socket's options.
type Socket struct {
	typ  Type
	ctx  *Context
	link *link // nil when the socket could not be made
	err  error // why

	sndtimeo atomic.Int64 // as a time.Duration; negative: for ever
	rcvtimeo atomic.Int64
}

// String returns the type of the socket and something that tells it from others.
func (soc *Socket) String() string {
	if soc.link == nil || soc.link.isShut() {
		return "Socket(CLOSED)"
	}
	return fmt.Sprintf("Socket(%v,%p)", soc.typ, soc.link)
}

// Close closes the socket. Messages that were sent are still delivered, for at most the
// linger period (SetLinger); they are with the gateway when Close returns, so that the
// program may end. Calls that wait on the socket return ErrorSocketClosed. Closing a
// socket again does nothing.
func (soc *Socket) Close() error {
	if soc.link != nil {
		soc.link.close(ErrorSocketClosed)
	}
	return nil
}

// Context returns the context of the socket.
func (soc *Socket) Context() (*Context, error) {
	if soc.link == nil {
		return nil, soc.err
	}
	if soc.link.isShut() {
		return nil, ErrorSocketClosed
	}
	return soc.ctx, nil
}

// Bind accepts connections at an endpoint, for example "tcp://*:5555", "tcp://127.0.0.1:*",
// "ipc:///tmp/feed" or "inproc://name". The endpoint is one of the gateway's machine.
// GetLastEndpoint tells what a wildcard became.
//
// Errors: EINVAL (the endpoint is malformed), EPROTONOSUPPORT (unknown transport),
// EADDRINUSE, EADDRNOTAVAIL, ENODEV, EACCES.
func (soc *Socket) Bind(endpoint string) error {
	return soc.attach(&pb.Command{Op: &pb.Command_Bind{Bind: endpoint}})
}

// Connect connects to an endpoint. The peer need not be there yet, and may go and come
// back. Errors: EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO.
func (soc *Socket) Connect(endpoint string) error {
	return soc.attach(&pb.Command{Op: &pb.Command_Connect{Connect: endpoint}})
}

// Unbind stops accepting connections at an endpoint. It fails with ENOENT when the socket
// is not bound to it.
func (soc *Socket) Unbind(endpoint string) error {
	return soc.command(&pb.Command{Op: &pb.Command_Unbind{Unbind: endpoint}})
}

// Disconnect ends the connection to an endpoint. It fails with ENOENT when the socket is
// not connected to it.
func (soc *Socket) Disconnect(endpoint string) error {
	return soc.command(&pb.Command{Op: &pb.Command_Disconnect{Disconnect: endpoint}})
}

func (soc *Socket) attach(command *pb.Command) error {
	if soc.link == nil {
		return soc.err
	}
	return soc.link.attach(command)
}

func (soc *Socket) command(command *pb.Command) error {
	if soc.link == nil {
		return soc.err
	}
	_, err := soc.link.command(command)
	return err
}
