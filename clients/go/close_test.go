package zmq4_test

// The end: of sockets, contexts and gateways, and what is left behind.

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"babelmq/zmq4"
)

func TestClosedSocket(t *testing.T) {
	ctx := newContext(t)
	soc := newSocket(t, ctx, zmq4.PAIR)
	must(t, soc.Close())
	must(t, soc.Close())
	_, err := soc.Send("x", 0)
	equal(t, "error of Send", err, zmq4.ErrorSocketClosed)
	_, err = soc.Send("x", zmq4.SNDMORE)
	equal(t, "error of Send with more", err, zmq4.ErrorSocketClosed)
	_, err = soc.RecvMessage(0)
	equal(t, "error of Recv", err, zmq4.ErrorSocketClosed)
	equal(t, "error of Bind", soc.Bind("tcp://127.0.0.1:*"), zmq4.ErrorSocketClosed)
	equal(t, "error of Disconnect", soc.Disconnect("tcp://127.0.0.1:1"), zmq4.ErrorSocketClosed)
	equal(t, "error of SetRcvtimeo", soc.SetRcvtimeo(1), zmq4.ErrorSocketClosed)
	_, err = soc.GetSndhwm()
	equal(t, "error of GetSndhwm", err, zmq4.ErrorSocketClosed)
	_, err = soc.GetEvents()
	equal(t, "error of GetEvents", err, zmq4.ErrorSocketClosed)
	_, err = soc.Context()
	equal(t, "error of Context", err, zmq4.ErrorSocketClosed)
	equal(t, "name", soc.String(), "Socket(CLOSED)")
}

func TestCloseWakesReceiver(t *testing.T) {
	soc := newSocket(t, newContext(t), zmq4.PULL)
	receiving := inBackground(func() error { _, err := soc.Recv(0); return err })
	still(t, "receiving", receiving)
	must(t, soc.Close())
	equal(t, "error", await(t, "receiving", receiving), zmq4.ErrorSocketClosed)
}

func TestTermWakesEverybody(t *testing.T) {
	ctx := newContext(t)
	pull, push := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	receiving := inBackground(func() error { _, err := pull.Recv(0); return err })
	sending := inBackground(func() error { _, err := push.Send("x", 0); return err })
	still(t, "receiving", receiving)
	still(t, "sending", sending)
	must(t, ctx.Term())
	mustFail(t, zmq4.ETERM, await(t, "receiving", receiving))
	mustFail(t, zmq4.ETERM, await(t, "sending", sending))
	must(t, pull.Close())
	_, err := pull.Recv(0)
	mustFail(t, zmq4.ETERM, err)
	_, err = ctx.NewSocket(zmq4.PULL)
	equal(t, "error of NewSocket", err, zmq4.ErrorContextClosed)
	must(t, ctx.Term())
}

// What was sent just before Close arrives, although the program could end at once.
func TestCloseDeliversWhatWasSent(t *testing.T) {
	ctx := newContext(t)
	pull := newSocket(t, ctx, zmq4.PULL)
	endpoint := bind(t, pull)
	const count = 500
	push, err := ctx.NewSocket(zmq4.PUSH)
	must(t, err)
	must(t, push.Connect(endpoint))
	for i := range count {
		send(t, push, fmt.Sprint(i))
	}
	must(t, push.Close())
	for i := range count {
		expect(t, pull, fmt.Sprint(i))
	}
}

func TestLingerZeroDoesNotWait(t *testing.T) {
	ctx := newContext(t)
	push := newSocket(t, ctx, zmq4.PUSH)
	must(t, push.Connect("tcp://127.0.0.1:1")) // nobody will ever be there
	send(t, push, "never")
	start := time.Now()
	must(t, push.Close())
	must(t, ctx.Term())
	if passed := time.Since(start); passed > 5*time.Second {
		t.Errorf("it took %v", passed)
	}
}

func TestForgottenSocketIsClosed(t *testing.T) {
	ctx := newContext(t)
	endpoint := bindAndForget(t, ctx)
	again := newSocket(t, ctx, zmq4.PULL)
	eventually(t, "the garbage collector closes the socket", func() bool {
		runtime.GC()
		return again.Bind(endpoint) == nil
	})
}

func bindAndForget(t *testing.T, ctx *zmq4.Context) string {
	t.Helper()
	soc, err := ctx.NewSocket(zmq4.PULL)
	must(t, err)
	return bind(t, soc)
}

// goroutines of this package or of gRPC, by their stacks.
func goroutines() int {
	stacks := make([]byte, 1<<20)
	count := 0
	for _, stack := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(stack, "zmq4.(*") || strings.Contains(stack, "google.golang.org/grpc") {
			count++
		}
	}
	return count
}

func TestNothingIsLeftBehind(t *testing.T) {
	var before int
	eventually(t, "earlier tests are over", func() bool {
		previous := before
		before = goroutines()
		return before == previous
	})
	for range 3 {
		ctx := newContext(t)
		for range 20 {
			pull, push := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
			must(t, push.Connect(bind(t, pull)))
			send(t, push, "x")
			must(t, push.Close())
			go pull.RecvMessage(0)
		}
		must(t, ctx.Term())
	}
	eventually(t, "all goroutines end", func() bool { return goroutines() <= before })
}

func TestSocketsShareConnections(t *testing.T) {
	ctx := newContext(t)
	var pulls []*zmq4.Socket
	for range 120 { // more than one connection carries
		pulls = append(pulls, newSocket(t, ctx, zmq4.PULL))
	}
	push := newSocket(t, ctx, zmq4.PUSH)
	for i, pull := range pulls {
		endpoint := bind(t, pull)
		must(t, push.Connect(endpoint))
		send(t, push, fmt.Sprint(i))
		expect(t, pull, fmt.Sprint(i))
		must(t, push.Disconnect(endpoint))
	}
}

func TestMaxSockets(t *testing.T) {
	ctx := newContext(t)
	must(t, ctx.SetMaxSockets(2))
	first := newSocket(t, ctx, zmq4.PULL)
	newSocket(t, ctx, zmq4.PULL)
	_, err := ctx.NewSocket(zmq4.PULL)
	mustFail(t, zmq4.Errno(syscall.EMFILE), err)
	must(t, first.Close())
	eventually(t, "there is room again", func() bool {
		soc, err := ctx.NewSocket(zmq4.PULL)
		return err == nil && soc.Close() == nil
	})
}

func TestGatewayIsKilled(t *testing.T) {
	gateway := extraGateway(t)
	ctx := newContext(t, zmq4.WithGateway(gateway.address))
	pull, push := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	must(t, push.Connect(bind(t, pull)))
	send(t, push, "arrived before")
	eventually(t, "the message is here", func() bool {
		state, err := pull.GetEvents()
		must(t, err)
		return state&zmq4.POLLIN != 0
	})
	empty := newSocket(t, ctx, zmq4.PULL)
	receiving := inBackground(func() error { _, err := empty.Recv(0); return err })
	still(t, "receiving", receiving)

	gateway.kill()
	err := await(t, "receiving", receiving)
	mustFail(t, zmq4.ECONNRESET, err)
	if !strings.Contains(err.Error(), gateway.address) {
		t.Errorf("%q does not say which gateway", err)
	}
	eventually(t, "sending fails", func() bool {
		_, err := push.Send("lost", 0)
		return zmq4.AsErrno(err) == zmq4.ECONNRESET
	})
	expect(t, pull, "arrived before")
	_, err = pull.Recv(0)
	mustFail(t, zmq4.ECONNRESET, err)
	must(t, pull.Close())
	_, err = pull.Recv(0)
	equal(t, "error after Close", err, zmq4.ErrorSocketClosed)
	_, err = ctx.NewSocket(zmq4.PULL)
	mustFail(t, zmq4.ECONNREFUSED, err)
}

func TestGatewayShutsDown(t *testing.T) {
	gateway := extraGateway(t)
	ctx := newContext(t, zmq4.WithGateway(gateway.address))
	soc := newSocket(t, ctx, zmq4.PULL)
	receiving := inBackground(func() error { _, err := soc.Recv(0); return err })
	still(t, "receiving", receiving)
	stopped := inBackground(func() bool { gateway.stop(); return true })
	err := await(t, "receiving", receiving)
	mustFail(t, zmq4.ETERM, err)
	if !strings.Contains(err.Error(), "shutting down") {
		t.Errorf("%q does not say why", err)
	}
	await(t, "the gateway", stopped)
}
