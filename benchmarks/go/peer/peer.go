// Package peer offers both implementations behind one face: a socket in the gateway, and the
// limit, a bare gRPC stream that carries the same messages.
package peer

import (
	"fmt"

	"babelmq/benchmarks/child"
	"babelmq/zmq4"
)

// Peer sends and receives single-frame messages.
type Peer interface {
	Send(message []byte) error
	Recv() ([]byte, error)
}

// Bind makes the peer that is connected to, and returns its endpoint. A PULL only receives
// and a REP takes turns; the bare stream does not mind.
func Bind(settings child.Settings, typ zmq4.Type) (Peer, string) {
	if settings.Implementation == "grpc-stream" {
		return listen()
	}
	soc := open(settings, typ)
	child.Must(soc.Bind("tcp://127.0.0.1:*"))
	endpoint, err := soc.GetLastEndpoint()
	child.Must(err)
	return socket{soc}, endpoint
}

// Connect makes the peer that connects to an endpoint.
func Connect(settings child.Settings, typ zmq4.Type) Peer {
	if settings.Implementation == "grpc-stream" {
		return dial(settings.Endpoint)
	}
	soc := open(settings, typ)
	child.Must(soc.Connect(settings.Endpoint))
	return socket{soc}
}

func open(settings child.Settings, typ zmq4.Type) *zmq4.Socket {
	if settings.Implementation != "babelmq" {
		child.Must(fmt.Errorf("no implementation is called %q", settings.Implementation))
	}
	ctx, err := zmq4.NewContextWith(zmq4.WithGateway(settings.Gateway))
	child.Must(err)
	soc, err := ctx.NewSocket(typ)
	child.Must(err)
	return soc
}

type socket struct{ soc *zmq4.Socket }

func (s socket) Send(message []byte) error {
	_, err := s.soc.SendBytes(message, 0)
	return err
}

func (s socket) Recv() ([]byte, error) { return s.soc.RecvBytes(0) }
