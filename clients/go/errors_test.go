package zmq4_test

// Errors: which, when, and that they leave the socket usable.

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"babelmq/zmq4"
)

func TestNoGateway(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := listener.Addr().String()
	listener.Close()
	ctx := newContext(t, zmq4.WithGateway(address))
	start := time.Now()
	soc, err := ctx.NewSocket(zmq4.REQ)
	mustFail(t, zmq4.ECONNREFUSED, err)
	for _, hint := range []string{address, "babelmq serve", "BABELMQ_GATEWAY"} {
		if !strings.Contains(err.Error(), hint) {
			t.Errorf("%q does not mention %q", err, hint)
		}
	}
	if time.Since(start) > 5*time.Second {
		t.Error("it took long to find out")
	}
	// A program that ignores the error must not crash, and learns it at the next call.
	_, again := soc.Send("Hello", 0)
	equal(t, "error of Send", again, err)
	_, again = soc.Recv(0)
	equal(t, "error of Recv", again, err)
	equal(t, "error of Connect", soc.Connect("tcp://localhost:5555"), err)
	equal(t, "error of SetLinger", soc.SetLinger(0), err)
	must(t, soc.Close())
}

func TestSomethingElseListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			conn.Close()
		}
	}()
	_, err = newContext(t, zmq4.WithGateway(listener.Addr().String())).NewSocket(zmq4.REQ)
	mustFail(t, zmq4.ECONNREFUSED, err)
}

func TestUnknownTypes(t *testing.T) {
	ctx := newContext(t)
	_, err := ctx.NewSocket(zmq4.Type(99))
	mustFail(t, zmq4.EINVAL, err)
	_, err = ctx.NewSocket(zmq4.STREAM)
	mustFail(t, zmq4.ENOTSUP, err)
}

func TestBadEndpoints(t *testing.T) {
	soc := newSocket(t, newContext(t), zmq4.PULL)
	mustFail(t, zmq4.EINVAL, soc.Bind("no endpoint"))
	mustFail(t, zmq4.EPROTONOSUPPORT, soc.Connect("carrier-pigeon://coop"))
	mustFail(t, zmq4.EINVAL, soc.Connect("tcp://127.0.0.1:notaport"))
	mustFail(t, zmq4.Errno(syscall.ENOENT), soc.Unbind("tcp://127.0.0.1:1"))
	mustFail(t, zmq4.Errno(syscall.ENOENT), soc.Disconnect("tcp://127.0.0.1:1"))
	bind(t, soc) // it goes on
}

func TestAddressInUse(t *testing.T) {
	ctx := newContext(t)
	endpoint := bind(t, newSocket(t, ctx, zmq4.PULL))
	mustFail(t, zmq4.EADDRINUSE, newSocket(t, ctx, zmq4.PULL).Bind(endpoint))
}

func TestUnbindFreesThePort(t *testing.T) {
	ctx := newContext(t)
	first, second := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PULL)
	endpoint := bind(t, first)
	must(t, first.Unbind(endpoint))
	eventually(t, "the port is free", func() bool { return second.Bind(endpoint) == nil })
}

func TestDisconnect(t *testing.T) {
	ctx := newContext(t)
	pull, push := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	endpoint := bind(t, pull)
	must(t, push.Connect(endpoint))
	send(t, push, "while connected")
	expect(t, pull, "while connected")
	must(t, push.Disconnect(endpoint))
	// What the gateway has already granted, 1000 messages, may still be sent.
	_, err := push.Send("into the void", zmq4.DONTWAIT)
	for sent := 1; err == nil && sent <= 1000; sent++ {
		_, err = push.Send("into the void", zmq4.DONTWAIT)
	}
	mustFail(t, zmq4.EAGAIN, err)
}

func TestOutOfTurn(t *testing.T) {
	rep, req := pair(t, zmq4.REP, zmq4.REQ)
	_, err := req.Recv(0)
	mustFail(t, zmq4.EFSM, err)
	_, err = rep.Send("nobody asked", 0)
	mustFail(t, zmq4.EFSM, err)

	send(t, req, "question")
	_, err = req.Send("impatient", 0)
	mustFail(t, zmq4.EFSM, err)
	expect(t, rep, "question")
	_, err = rep.Recv(zmq4.DONTWAIT)
	mustFail(t, zmq4.EFSM, err)

	send(t, rep, "answer")
	_, err = rep.Send("and another thing", 0)
	mustFail(t, zmq4.EFSM, err)
	expect(t, req, "answer")
	_, err = req.Recv(0)
	mustFail(t, zmq4.EFSM, err)
}

func TestReplyInParts(t *testing.T) {
	rep, req := pair(t, zmq4.REP, zmq4.REQ)
	send(t, req, "one", "two")
	_, err := rep.Recv(0)
	must(t, err)
	_, err = rep.Send("too early", 0) // a part is left
	mustFail(t, zmq4.EFSM, err)
	_, err = rep.Recv(0)
	must(t, err)
	send(t, rep, "answer")
	expect(t, req, "answer")
}

// A relaxed REQ may ask again, and then hears the reply to the newer question only.
func TestRelaxedRequest(t *testing.T) {
	router, req := pair(t, zmq4.ROUTER, zmq4.REQ)
	must(t, req.SetReqRelaxed(1))
	must(t, req.SetReqCorrelate(1))
	var requests [][]string
	for _, question := range []string{"old", "new"} {
		send(t, req, question)
		msg, err := router.RecvMessage(0)
		must(t, err)
		requests = append(requests, msg)
	}
	for _, msg := range requests {
		msg[len(msg)-1] = "reply to " + msg[len(msg)-1]
		send(t, router, msg)
	}
	expect(t, req, "reply to new")
}

// A reply that was already in this process when the next question went out is not for it.
func TestRelaxedRequestForgetsOldReply(t *testing.T) {
	rep, req := pair(t, zmq4.REP, zmq4.REQ)
	must(t, req.SetReqRelaxed(1))
	send(t, req, "old")
	expect(t, rep, "old")
	send(t, rep, "reply to old")
	eventually(t, "the old reply is here", func() bool {
		state, err := req.GetEvents()
		must(t, err)
		return state&zmq4.POLLIN != 0
	})
	send(t, req, "new")
	expect(t, rep, "new")
	send(t, rep, "reply to new")
	expect(t, req, "reply to new")
}

func TestWrongDirection(t *testing.T) {
	ctx := newContext(t)
	for _, typ := range []zmq4.Type{zmq4.PULL, zmq4.SUB} {
		_, err := newSocket(t, ctx, typ).Send("x", 0)
		mustFail(t, zmq4.ENOTSUP, err)
	}
	for _, typ := range []zmq4.Type{zmq4.PUSH, zmq4.PUB} {
		_, err := newSocket(t, ctx, typ).Recv(0)
		mustFail(t, zmq4.ENOTSUP, err)
	}
}

func TestMandatoryRouter(t *testing.T) {
	ctx := newContext(t)
	router, dealer := newSocket(t, ctx, zmq4.ROUTER), newSocket(t, ctx, zmq4.DEALER)
	must(t, router.SetRouterMandatory(1))
	must(t, dealer.SetIdentity("known"))
	must(t, dealer.Connect(bind(t, router)))
	send(t, dealer, "hello")
	expect(t, router, "known", "hello")
	_, err := router.SendMessage("unknown", "anybody?")
	mustFail(t, zmq4.EHOSTUNREACH, err)
	send(t, router, "known", "you")
	expect(t, dealer, "you")
}

func TestNothingThere(t *testing.T) {
	pull := newSocket(t, newContext(t), zmq4.PULL)
	bind(t, pull)
	_, err := pull.Recv(zmq4.DONTWAIT)
	equal(t, "error", err, error(zmq4.EAGAIN))
	equal(t, "number", zmq4.AsErrno(err), zmq4.Errno(syscall.EAGAIN))

	must(t, pull.SetRcvtimeo(blink))
	start := time.Now()
	_, err = pull.Recv(0)
	mustFail(t, zmq4.EAGAIN, err)
	if passed := time.Since(start); passed < blink {
		t.Errorf("gave up after %v", passed)
	}
	must(t, pull.SetRcvtimeo(0))
	_, err = pull.RecvMessage(0)
	mustFail(t, zmq4.EAGAIN, err)
}

func TestContextCancelsReceive(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	ctx, cancel := context.WithCancel(context.Background())
	receiving := inBackground(func() error {
		_, err := pull.RecvMessageContext(ctx)
		return err
	})
	still(t, "receiving", receiving)
	cancel()
	if err := await(t, "receiving", receiving); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	send(t, push, "not lost")
	msg, err := pull.RecvMessageContext(context.Background())
	must(t, err)
	equal(t, "message", msg[0], "not lost")
}

func TestContextCancelsSend(t *testing.T) {
	push := newSocket(t, newContext(t), zmq4.PUSH)
	ctx, cancel := context.WithTimeout(context.Background(), blink)
	defer cancel()
	_, err := push.SendMessageContext(ctx, "nobody is there")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}
