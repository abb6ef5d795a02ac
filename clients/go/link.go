package zmq4

// A link is the client's half of one remote socket: one Attach stream, a goroutine that
// writes to it and one that reads from it, and the state that both and the callers share.
//
//	Send ──> queue of frames ──> writeLoop ──> gateway ──> readLoop ──> inbox ──> Recv
//
// Everything mutable is guarded by mu, which is never held while anything blocks. Who has
// to wait for something (credit, a message, the result of a command) registers a watcher
// and looks again when it is poked; see link_wait.go.

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc"

	pb "babelmq/zmq4/internal/babelmqv1"
)

type link struct {
	typ     Type
	gateway string // address, for error messages
	stream  grpc.ClientStream
	cancel  context.CancelFunc // ends the stream at once
	done    chan struct{}      // closed when nothing of the link runs any more

	whenDone func(failed bool) // called before that

	mu       sync.Mutex
	watchers map[watcher]struct{}
	opened   bool
	limits   limits
	err      error         // why the link cannot be used any more; nil while it can
	ended    bool          // the stream has ended: nothing will be written
	linger   time.Duration // LINGER, to know how long closing may take

	shut       bool // the application has closed it
	closing    bool // the last frame is queued
	closeHeard bool // the gateway has read it

	outbox
	inbox
	commands
	turn
}

// limits are what the gateway grants; see Limits in the proto.
type limits struct {
	messageBytes  int
	batchMessages int
	batchBytes    int
}

// The limits until the gateway has told its own. No message leaves before that.
var defaultLimits = limits{messageBytes: 64 << 20, batchMessages: 1000, batchBytes: 256 << 10}

func newLink(typ Type, gateway string, stream grpc.ClientStream, cancel context.CancelFunc) *link {
	l := &link{
		typ: typ, gateway: gateway, stream: stream, cancel: cancel,
		done:     make(chan struct{}),
		watchers: make(map[watcher]struct{}),
		limits:   defaultLimits,
		linger:   forever,
	}
	l.outbox.wake.L = &l.mu
	l.inbox.highWater = defaultWindow
	l.commands.results = make(map[uint64]*pb.CommandResult)
	l.turn.exact = make(map[uint64]error)
	return l
}

// start opens the remote socket and waits until the gateway has made it.
func (l *link) start(options []*pb.SocketOption) error {
	open := &pb.Open{Type: pb.SocketType(l.typ + 1), Options: options, ClientName: clientName}
	l.mu.Lock()
	l.queue = []*outFrame{{control: &pb.AttachRequest{Open: open}}}
	l.mu.Unlock()
	var loops sync.WaitGroup
	loops.Go(l.writeLoop)
	loops.Go(l.readLoop)
	go func() {
		loops.Wait()
		l.cancel()
		l.whenDone(l.broke())
		close(l.done)
	}()
	err := l.waitOpened()
	if err != nil {
		l.cancel()
		<-l.done
	}
	return err
}

func (l *link) waitOpened() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.wait(waiting{timeout: openPatience}, func() (bool, error) { return l.opened, l.err })
	if err == EAGAIN {
		return &GatewayError{Name: "ETIMEDOUT", Message: "the gateway at " + l.gateway + " does not answer"}
	}
	return err
}

func (l *link) writeLoop() {
	for {
		frame := l.nextFrame()
		if frame == nil {
			return
		}
		// An error here only says that the stream has ended; the reader learns why.
		if l.stream.SendMsg(frame) != nil {
			return
		}
		if frame.control.GetClose() != nil {
			_ = l.stream.CloseSend() // the same: the reader learns of an error
			return
		}
	}
}

func (l *link) readLoop() {
	var frame inFrame
	for {
		if err := l.stream.RecvMsg(&frame); err != nil {
			l.end(l.streamError(err))
			return
		}
		l.dispatch(frame)
	}
}

// dispatch obeys one frame of the gateway, in the order that the proto prescribes, and
// under one lock: who waits for a result also sees the credit that came with it.
func (l *link) dispatch(frame inFrame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	control := frame.control
	if opened := control.GetOpened(); opened != nil {
		l.takeLimits(opened.GetLimits())
	}
	for _, result := range control.GetResults() {
		l.takeResult(result)
	}
	if frame.batch != nil {
		l.takeBatch(frame.batch)
	}
	if window := control.GetWindow(); window != nil {
		l.takeWindow(window)
	}
	if heartbeat := control.GetHeartbeat(); heartbeat != nil {
		l.takeEcho(heartbeat.GetNonce())
	}
	if goAway := control.GetGoAway(); goAway != nil {
		l.takeGoAway(goAway)
	}
	if closed := control.GetClosed(); closed != nil && closed.GetError() != nil {
		l.fail(gatewayError(closed.GetError()))
	}
	l.poke()
}

func (l *link) takeLimits(granted *pb.Limits) {
	l.opened = true
	if n := granted.GetMaxMessageBytes(); n > 0 {
		l.limits.messageBytes = int(n)
	}
	if n := granted.GetMaxBatchMessages(); n > 0 {
		l.limits.batchMessages = int(n)
	}
	if n := granted.GetMaxBatchBytes(); n > 0 {
		l.limits.batchBytes = int(n)
	}
}

func gatewayError(e *pb.Error) error {
	return &GatewayError{Name: e.GetName(), Message: e.GetMessage(), Metadata: e.GetMetadata()}
}

// fail makes every later call return err; the first reason stays.
func (l *link) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// end is called once, when the stream is over.
func (l *link) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail(err)
	l.ended = true
	l.queue = nil
	l.wakeWriter()
	l.poke()
}
