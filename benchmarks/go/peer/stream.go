package peer

import (
	"context"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"

	"babelmq/benchmarks/child"
)

// The bare stream: one method, one gRPC message per message, bytes as they are.
const method = "/babelmq.benchmarks.Bare/Stream"

var description = grpc.StreamDesc{StreamName: "Stream", ServerStreams: true, ClientStreams: true}

// raw is a codec that does nothing: a message is a []byte.
type raw struct{}

func (raw) Name() string { return "raw" }

func (raw) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (raw) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}

type stream struct{ grpc.Stream }

func (s stream) Send(message []byte) error { return s.SendMsg(message) }

func (s stream) Recv() (message []byte, err error) {
	err = s.RecvMsg(&message)
	return message, err
}

// later is a peer that is there when the other side has connected.
type later struct {
	connected <-chan stream
	stream    stream
}

func (l *later) peer() stream {
	if l.stream.Stream == nil {
		l.stream = <-l.connected
	}
	return l.stream
}

func (l *later) Send(message []byte) error { return l.peer().Send(message) }

func (l *later) Recv() ([]byte, error) { return l.peer().Recv() }

// listen serves one stream for ever.
func listen() (Peer, string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	child.Must(err)
	connected := make(chan stream)
	handle := func(_ any, s grpc.ServerStream) error {
		connected <- stream{s}
		select {}
	}
	server := grpc.NewServer(grpc.ForceServerCodecV2(raw{}), grpc.UnknownServiceHandler(handle))
	go func() { child.Must(server.Serve(listener)) }()
	return &later{connected: connected}, listener.Addr().String()
}

func dial(address string) Peer {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	child.Must(err)
	s, err := conn.NewStream(context.Background(), &description, method, grpc.ForceCodecV2(raw{}))
	child.Must(err)
	return stream{s}
}
