package zmq4

// The end of a link: closed by the application, given up by the gateway, or cut.

import (
	"fmt"
	"io"
	"math"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "babelmq/zmq4/internal/babelmqv1"
)

// handOver is how long Close waits for the gateway to say that it has read everything.
const handOver = time.Second

// gatewayLinger is what a gateway may add to the linger of a socket, and what it makes of
// an infinite one, with room to spare. A gateway that needs longer hangs.
const gatewayLinger = 40 * time.Second

// close makes every later call fail with err and has the gateway close the socket. What
// was sent before is handed over first: when close returns, the process may end.
func (l *link) close(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shut {
		return
	}
	l.shut = true
	wasOpen := l.err == nil
	l.err = err
	l.parts = nil
	l.dropInbox()
	if wasOpen {
		l.queueClose()
	}
	l.poke()
	// A gateway that takes longer is left alone: here is not the place to hang. Term waits.
	_ = l.wait(waiting{timeout: handOver}, func() (bool, error) { return l.closeHeard || l.ended, nil })
}

func (l *link) isShut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shut
}

// queueClose ends the stream of frames. The echo of the heartbeat says that everything
// before was read.
func (l *link) queueClose() {
	if l.closing {
		return
	}
	l.closing = true
	request := l.controlFrame().request()
	request.Heartbeat = &pb.Heartbeat{Nonce: closeNonce}
	request.Close = &pb.Close{}
	l.wakeWriter()
}

// closeNonce is larger than every number of a message, which the other heartbeats carry.
const closeNonce = math.MaxUint64

func (l *link) takeEcho(nonce uint64) {
	l.confirm(nonce)
	l.closeHeard = l.closeHeard || nonce == closeNonce
}

// takeGoAway is obeyed by sending what has been queued and closing. What was received
// already can still be taken.
func (l *link) takeGoAway(goAway *pb.GoAway) {
	message := "the gateway at " + l.gateway + " is shutting down"
	if reason := goAway.GetReason().GetMessage(); reason != "" {
		message += ": " + reason
	}
	l.fail(&GatewayError{Name: "ETERM", Message: message})
	l.queueClose()
}

// waitDone waits until nothing of the link runs any more. A gateway that does not answer
// is cut off when the linger period must have passed.
func (l *link) waitDone() {
	l.mu.Lock()
	patience := gatewayLinger
	if l.linger >= 0 {
		patience = min(l.linger, gatewayLinger) + handOver
	}
	l.mu.Unlock()
	passed, stop := after(patience)
	defer stop()
	select {
	case <-l.done:
	case <-passed:
		l.cancel()
		<-l.done
	}
}

// broke tells whether the stream ended without being closed.
func (l *link) broke() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.closing
}

// streamError says in terms of ZeroMQ why the stream has ended.
func (l *link) streamError(err error) error {
	if err == io.EOF {
		return l.goneError("ended the connection")
	}
	state := status.Convert(err)
	switch {
	case state.Code() == codes.Unimplemented:
		return &GatewayError{Name: "EPROTONOSUPPORT", Message: fmt.Sprintf(
			"%s is no BabelMQ gateway: %s", l.gateway, state.Message())}
	case l.wasOpened():
		return l.goneError("went away: " + state.Message())
	case state.Code() == codes.Unavailable:
		return unreachable(l.gateway, state.Message())
	}
	return &GatewayError{Name: "ECONNREFUSED", Message: fmt.Sprintf(
		"the gateway at %s refused the socket: %s", l.gateway, state.Message())}
}

func (l *link) wasOpened() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.opened
}

func (l *link) goneError(how string) error {
	return &GatewayError{Name: "ECONNRESET", Message: "the gateway at " + l.gateway + " " + how}
}

func unreachable(gateway, detail string) error {
	return &GatewayError{Name: "ECONNREFUSED", Message: fmt.Sprintf(
		"no BabelMQ gateway answers at %s; start one with `babelmq serve --listen %s`, "+
			"or name another with the environment variable %s (%s)",
		gateway, gateway, gatewayVariable, detail)}
}
