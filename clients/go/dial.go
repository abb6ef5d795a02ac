package zmq4

// The connections to the gateway. Sockets share them: each is one stream.

import (
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

const (
	// gatewayVariable is the environment variable with the address of the gateway.
	gatewayVariable = "BABELMQ_GATEWAY"
	defaultGateway  = "127.0.0.1:50151"

	// clientName is what the gateway's log calls this package.
	clientName = "babelmq-go/0.1.0"

	// socketsPerChannel keeps one busy HTTP/2 connection from holding up many sockets.
	socketsPerChannel = 50
)

// openPatience is how long NewSocket waits for the gateway.
var openPatience = 10 * time.Second

func gatewayFromEnvironment() string {
	if address := os.Getenv(gatewayVariable); address != "" {
		return address
	}
	return defaultGateway
}

// The transport never holds a socket up for lack of window: how much may be on its way is
// for the credit of each socket to say.
var transportOptions = []grpc.DialOption{
	grpc.WithTransportCredentials(insecure.NewCredentials()),
	grpc.WithKeepaliveParams(keepalive.ClientParameters{
		Time: 20 * time.Second, Timeout: 10 * time.Second, PermitWithoutStream: true,
	}),
	grpc.WithInitialWindowSize(8 << 20),
	grpc.WithInitialConnWindowSize(64 << 20),
	grpc.WithReadBufferSize(128 << 10),
	grpc.WithWriteBufferSize(128 << 10),
}

// channel is one HTTP/2 connection.
type channel struct {
	conn    *grpc.ClientConn
	sockets int
	failed  bool // a socket lost it: not for new ones
}

func dial(gateway string, extra []grpc.DialOption) (*channel, error) {
	options := append(append([]grpc.DialOption{}, transportOptions...), extra...)
	conn, err := grpc.NewClient(gateway, options...)
	if err != nil {
		return nil, &GatewayError{Name: "EINVAL", Message: fmt.Sprintf(
			"%q is no address of a gateway: %v", gateway, err)}
	}
	return &channel{conn: conn}, nil
}

// The one method that is used: Attach of babelmq.v1.SocketService.
const attachMethod = "/babelmq.v1.SocketService/Attach"

var attachStream = grpc.StreamDesc{StreamName: "Attach", ServerStreams: true, ClientStreams: true}

// attach begins a stream for a remote socket.
func (c *channel) attach(typ Type, gateway string) (*link, error) {
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := c.conn.NewStream(ctx, &attachStream, attachMethod, grpc.ForceCodecV2(codec{}),
		grpc.MaxCallRecvMsgSize(math.MaxInt32), grpc.MaxCallSendMsgSize(math.MaxInt32))
	if err != nil {
		cancel()
		return nil, unreachable(gateway, status.Convert(err).Message())
	}
	return newLink(typ, gateway, stream, cancel), nil
}
