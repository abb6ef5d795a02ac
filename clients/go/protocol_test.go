package zmq4

// The client's side of the protocol, against a gateway that does what a test tells it to.

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "babelmq/zmq4/internal/babelmqv1"
)

const patience = 20 * time.Second

// fakeGateway is one stream: what the client sends comes out of frames, what a test answers
// goes in at answers. Closing answers ends the stream.
type fakeGateway struct {
	frames  chan *pb.AttachRequest
	answers chan *pb.AttachResponse
	end     error
}

func startFake(t *testing.T, end error) (*fakeGateway, *Context) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &fakeGateway{make(chan *pb.AttachRequest, 1000), make(chan *pb.AttachResponse, 10), end}
	server := grpc.NewServer(grpc.UnknownServiceHandler(g.serve))
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	ctx, _ := NewContextWith(WithGateway(listener.Addr().String()))
	t.Cleanup(func() { ctx.Term() })
	return g, ctx
}

func (g *fakeGateway) serve(_ any, stream grpc.ServerStream) error {
	go func() {
		for {
			frame := &pb.AttachRequest{}
			if stream.RecvMsg(frame) != nil {
				close(g.frames)
				return
			}
			g.frames <- frame
		}
	}()
	for answer := range g.answers {
		if err := stream.SendMsg(answer); err != nil {
			return err
		}
	}
	return g.end
}

// open makes a socket and has it opened with the given credit.
func (g *fakeGateway) open(t *testing.T, ctx *Context, typ Type, limits *pb.Limits, window *pb.SendWindow) *Socket {
	t.Helper()
	g.answers <- &pb.AttachResponse{Opened: &pb.Opened{Limits: limits}, Window: window}
	soc, err := ctx.NewSocket(typ)
	if err != nil {
		t.Fatal(err)
	}
	if open := g.next(t).GetOpen(); open.GetType() != pb.SocketType(typ+1) || open.GetClientName() == "" {
		t.Fatalf("opened with %v", open)
	}
	t.Cleanup(func() { close(g.answers) })
	return soc
}

func (g *fakeGateway) next(t *testing.T) *pb.AttachRequest {
	t.Helper()
	select {
	case frame := <-g.frames:
		return frame
	case <-time.After(patience):
		t.Fatal("the client sent nothing")
		return nil
	}
}

func (g *fakeGateway) nothing(t *testing.T) {
	t.Helper()
	select {
	case frame := <-g.frames:
		t.Fatalf("the client sent %v", frame)
	case <-time.After(50 * time.Millisecond):
	}
}

func check(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func mustSend(t *testing.T, soc *Socket, count int) {
	t.Helper()
	for range count {
		if _, err := soc.Send("x", 0); err != nil {
			t.Fatal(err)
		}
	}
}

// A message that is sent alone leaves at once. While two frames are on their way the next
// batch waits, and grows.
func TestFloodLeavesInBatches(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, PUSH, nil, &pb.SendWindow{LimitSeq: 1000})
	mustSend(t, soc, 1)
	first := g.next(t)
	check(t, "first batch", len(first.Send.Frames), 1)
	check(t, "echo asked for a lone message", first.Heartbeat, (*pb.Heartbeat)(nil))
	mustSend(t, soc, 1)
	second := g.next(t)
	check(t, "second batch", len(second.Send.Frames), 1)
	check(t, "echo", second.Heartbeat.GetNonce(), 2)
	mustSend(t, soc, 100)
	g.nothing(t)
	g.answers <- &pb.AttachResponse{Heartbeat: second.Heartbeat}
	third := g.next(t)
	check(t, "third batch", len(third.Send.Frames), 100)
	check(t, "its number", third.Send.FirstSeq, 3)

	mustSend(t, soc, 1)
	g.next(t)
	mustSend(t, soc, 50)
	g.nothing(t)
	g.answers <- &pb.AttachResponse{Window: &pb.SendWindow{AcceptedThrough: 102}}
	check(t, "after an acknowledgement", len(g.next(t).Send.Frames), 50)
}

// Neither a command nor the last message that credit allows waits for anything.
func TestWhatNeverWaits(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, PUSH, nil, &pb.SendWindow{LimitSeq: 4})
	for range 2 {
		mustSend(t, soc, 1)
		g.next(t)
	}
	mustSend(t, soc, 1)
	g.nothing(t)
	mustSend(t, soc, 1)
	check(t, "when credit is used up", len(g.next(t).Send.Frames), 2)
	g.answers <- &pb.AttachResponse{Window: &pb.SendWindow{LimitSeq: 10}}
	mustSend(t, soc, 1) // waits for the credit
	g.nothing(t)
	done := make(chan error, 1)
	go func() { done <- soc.Connect("tcp://x:1") }()
	check(t, "before a command", len(g.next(t).Send.Frames), 1)
	command := g.next(t)
	check(t, "the command", command.Commands[0].GetConnect(), "tcp://x:1")
	g.answers <- &pb.AttachResponse{Results: []*pb.CommandResult{{CommandId: command.Commands[0].CommandId}}}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestBatchesKeepTheLimits(t *testing.T) {
	g, ctx := startFake(t, nil)
	limits := &pb.Limits{MaxMessageBytes: 1000, MaxBatchMessages: 10, MaxBatchBytes: 100}
	soc := g.open(t, ctx, PUSH, limits, &pb.SendWindow{LimitSeq: 1000})
	mustSend(t, soc, 35)
	for range 3 {
		if _, err := soc.SendBytes(make([]byte, 60), 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := soc.SendBytes(make([]byte, 1000), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := soc.SendBytes(make([]byte, 1001), 0); err != EMSGSIZE {
		t.Fatalf("got %v", err)
	}
	next := uint64(1)
	for next <= 39 {
		frame := g.next(t)
		size := 0
		for _, part := range frame.Send.Frames {
			size += len(part)
		}
		if n := len(frame.Send.Frames); n > 10 || n > 1 && size > 100 || frame.Send.FirstSeq != next {
			t.Fatalf("batch %d has %d messages and %d bytes", frame.Send.FirstSeq, n, size)
		}
		next += uint64(len(frame.Send.Frames))
		g.answers <- &pb.AttachResponse{Heartbeat: frame.Heartbeat}
	}
}

func TestCreditIsKept(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, PUSH, nil, &pb.SendWindow{LimitSeq: 3})
	mustSend(t, soc, 3)
	if _, err := soc.Send("x", DONTWAIT); err != EAGAIN {
		t.Fatalf("got %v", err)
	}
	g.answers <- &pb.AttachResponse{Window: &pb.SendWindow{LimitSeq: 2, LimitBytes: 5}} // limits never fall
	g.answers <- &pb.AttachResponse{Window: &pb.SendWindow{LimitSeq: 100, LimitBytes: 5}}
	mustSend(t, soc, 1)
	if _, err := soc.SendBytes(make([]byte, 50), 0); err != nil { // starts below the limit: passes
		t.Fatal(err)
	}
	if _, err := soc.Send("x", DONTWAIT); err != EAGAIN {
		t.Fatalf("got %v", err)
	}
}

// EAGAIN waits for the answer to a command of another goroutine, which may bring credit.
func TestEagainIsNotPremature(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, PUSH, nil, nil)
	connected := make(chan error, 1)
	go func() { connected <- soc.Connect("tcp://x:1") }()
	id := g.next(t).Commands[0].CommandId
	sent := make(chan error, 1)
	go func() { _, err := soc.Send("x", DONTWAIT); sent <- err }()
	select {
	case err := <-sent:
		t.Fatalf("decided before the answer: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	g.answers <- &pb.AttachResponse{
		Results: []*pb.CommandResult{{CommandId: id}}, Window: &pb.SendWindow{LimitSeq: 1},
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if err := <-connected; err != nil {
		t.Fatal(err)
	}
}

// A message that was refused after Send had returned fails the next Send, once.
func TestLateRefusal(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, ROUTER, nil, &pb.SendWindow{LimitSeq: 1 << 40})
	mustSend(t, soc, 1)
	refusal := &pb.SendFailure{Seq: 1, Error: &pb.Error{Name: "EHOSTUNREACH", Message: "no such peer"}}
	g.answers <- &pb.AttachResponse{Window: &pb.SendWindow{AcceptedThrough: 1, Failures: []*pb.SendFailure{refusal}}}
	for deadline := time.Now().Add(patience); ; {
		_, err := soc.Send("x", 0)
		if errors.Is(err, EHOSTUNREACH) && strings.Contains(err.Error(), "no such peer") {
			break
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(time.Millisecond)
	}
	mustSend(t, soc, 1)
}

// A request that was refused is no longer awaited: Recv says why, and the next one may go out.
func TestRefusedRequest(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, REQ, nil, &pb.SendWindow{LimitSeq: 1})
	mustSend(t, soc, 1)
	refusal := &pb.SendFailure{Seq: 1, Error: &pb.Error{Name: "EFSM", Message: "not now"}}
	g.answers <- &pb.AttachResponse{
		Window: &pb.SendWindow{AcceptedThrough: 1, LimitSeq: 2, Failures: []*pb.SendFailure{refusal}},
	}
	if _, err := soc.Recv(0); !errors.Is(err, EFSM) || !strings.Contains(err.Error(), "not now") {
		t.Fatalf("got %v", err)
	}
	mustSend(t, soc, 1)
}

func TestReceiveWindow(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, PULL, nil, nil)
	answer := func(do func() error) *pb.AttachRequest {
		done := make(chan error, 1)
		go func() { done <- do() }()
		frame := g.next(t)
		g.answers <- &pb.AttachResponse{Results: []*pb.CommandResult{{CommandId: frame.Commands[0].CommandId}}}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		return frame
	}
	frame := answer(func() error { return soc.SetRcvhwm(10) })
	check(t, "window before anything is bound", frame.Window, (*pb.ReceiveWindow)(nil))
	frame = answer(func() error { return soc.Bind("tcp://x:1") })
	check(t, "first window", frame.Window.GetLimitSeq(), 10)
	check(t, "first window in bytes", frame.Window.GetLimitBytes(), 8<<20)

	deliver := &pb.Batch{FirstSeq: 1}
	for range 10 {
		deliver.Frames = append(deliver.Frames, []byte("12345"))
	}
	g.answers <- &pb.AttachResponse{Deliver: deliver}
	for range 4 {
		soc.Recv(0)
	}
	g.nothing(t) // less than half was taken
	soc.Recv(0)
	window := g.next(t).Window
	check(t, "acknowledged", window.GetAckThrough(), 5)
	check(t, "limit", window.GetLimitSeq(), 15)
	check(t, "limit in bytes", window.GetLimitBytes(), 8<<20+25)
}

func TestGatewayBreaksTheRules(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, PULL, nil, nil)
	g.answers <- &pb.AttachResponse{Deliver: &pb.Batch{FirstSeq: 2, Frames: [][]byte{{}}}}
	_, err := soc.Recv(0)
	if err == nil || !strings.Contains(err.Error(), "EPROTO") {
		t.Fatalf("got %v", err)
	}
}

func TestGatewayEndsTheSocket(t *testing.T) {
	g, ctx := startFake(t, status.Error(codes.ResourceExhausted, "EMFILE: too many"))
	soc := g.open(t, ctx, PULL, nil, nil)
	reason := &pb.Error{Name: "EMFILE", Message: "too many sockets", Metadata: map[string]string{"limit": "7"}}
	g.answers <- &pb.AttachResponse{Closed: &pb.Closed{Error: reason}}
	_, err := soc.Recv(0)
	var said *GatewayError
	if !errors.As(err, &said) || said.Name != "EMFILE" || said.Metadata["limit"] != "7" {
		t.Fatalf("got %v", err)
	}
}

func TestLastFrame(t *testing.T) {
	g, ctx := startFake(t, nil)
	soc := g.open(t, ctx, PUSH, nil, &pb.SendWindow{LimitSeq: 10})
	mustSend(t, soc, 1)
	g.next(t)
	closed := make(chan error, 1)
	go func() { closed <- soc.Close() }()
	frame := g.next(t)
	if frame.Close == nil || frame.Heartbeat == nil {
		t.Fatalf("the last frame is %v", frame)
	}
	g.answers <- &pb.AttachResponse{Heartbeat: frame.Heartbeat} // everything was read
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if frame, more := <-g.frames; more {
		t.Fatalf("after the last frame came %v", frame)
	}
}

func TestSilentGateway(t *testing.T) {
	before := openPatience
	openPatience = 50 * time.Millisecond
	defer func() { openPatience = before }()
	g, ctx := startFake(t, nil)
	defer close(g.answers)
	if _, err := ctx.NewSocket(PULL); !errors.Is(err, ETIMEDOUT) {
		t.Fatalf("got %v", err)
	}
}

func TestServerThatIsNoGateway(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	go server.Serve(listener)
	defer server.Stop()
	ctx, _ := NewContextWith(WithGateway(listener.Addr().String()))
	defer ctx.Term()
	_, err = ctx.NewSocket(PULL)
	if !errors.Is(err, EPROTONOSUPPORT) || !strings.Contains(err.Error(), "no BabelMQ gateway") {
		t.Fatalf("got %v", err)
	}
}
