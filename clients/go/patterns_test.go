package zmq4_test

// Every socket type, between sockets of this package, through a real gateway.

import (
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"babelmq/zmq4"
	"babelmq/zmq4/internal/testenv"
)

// The snippet of the project's brief, as it stands. Its port is what users write.
func TestSnippet(t *testing.T) {
	server, err := zmq4.NewSocket(zmq4.REP)
	must(t, err)
	defer server.Close()
	if err := server.Bind("tcp://*:5555"); zmq4.AsErrno(err) == zmq4.EADDRINUSE {
		t.Skip("port 5555 is in use on this machine")
	} else {
		must(t, err)
	}
	done := inBackground(func() string {
		request, _ := server.Recv(0)
		server.Send("World", 0)
		return request
	})

	socket, _ := zmq4.NewSocket(zmq4.REQ)
	socket.Connect("tcp://localhost:5555")
	socket.Send("Hello", 0)
	msg, _ := socket.Recv(0)

	defer socket.Close()
	equal(t, "reply", msg, "World")
	equal(t, "request", await(t, "the server", done), "Hello")
}

func TestRequestReply(t *testing.T) {
	rep, req := pair(t, zmq4.REP, zmq4.REQ)
	for i := range 3 {
		question, answer := fmt.Sprint("question ", i), fmt.Sprint("answer ", i)
		send(t, req, question)
		expect(t, rep, question)
		send(t, rep, answer, "")
		expect(t, req, answer, "")
	}
}

func TestRequestsGoRoundRobin(t *testing.T) {
	ctx := newContext(t)
	req := newSocket(t, ctx, zmq4.REQ)
	const workers = 3
	for i := range workers {
		rep := newSocket(t, ctx, zmq4.REP)
		must(t, req.Connect(bind(t, rep)))
		go func() {
			for {
				if _, err := rep.RecvMessage(0); err != nil {
					return
				}
				rep.Send(fmt.Sprint(i), 0)
			}
		}()
	}
	count := make(map[string]int)
	for range 3 * workers {
		send(t, req, "who?")
		who, err := req.Recv(0)
		must(t, err)
		count[who]++
	}
	for who, n := range count {
		equal(t, "requests to worker "+who, n, 3)
	}
	equal(t, "workers", len(count), workers)
}

func TestPublishSubscribe(t *testing.T) {
	xpub, sub := pair(t, zmq4.XPUB, zmq4.SUB)
	must(t, sub.SetSubscribe("weather"))
	expect(t, xpub, "\x01weather")
	send(t, xpub, "sports", "1:0")
	send(t, xpub, "weather.berlin", "rain")
	expect(t, sub, "weather.berlin", "rain")

	must(t, sub.SetUnsubscribe("weather"))
	expect(t, xpub, "\x00weather")
	must(t, sub.SetSubscribe(""))
	expect(t, xpub, "\x01")
	send(t, xpub, "weather.berlin", "sun")
	expect(t, sub, "weather.berlin", "sun")
}

func TestPublisherAndSeveralSubscribers(t *testing.T) {
	ctx := newContext(t)
	pub := newSocket(t, ctx, zmq4.PUB)
	endpoint := bind(t, pub)
	var subs []*zmq4.Socket
	for range 3 {
		sub := newSocket(t, ctx, zmq4.SUB)
		must(t, sub.SetSubscribe(""))
		must(t, sub.Connect(endpoint))
		subs = append(subs, sub)
	}
	// A publisher cannot know when a subscription has arrived: it repeats a greeting.
	for i, sub := range subs {
		eventually(t, fmt.Sprintf("subscriber %d hears the greeting", i), func() bool {
			send(t, pub, "hello")
			_, err := sub.RecvMessage(zmq4.DONTWAIT)
			return err == nil
		})
	}
	send(t, pub, "news")
	for _, sub := range subs {
		eventually(t, "the news arrive", func() bool {
			msg, err := sub.Recv(0)
			must(t, err)
			return msg == "news"
		})
	}
}

func TestXsubSubscribesByMessage(t *testing.T) {
	xpub, xsub := pair(t, zmq4.XPUB, zmq4.XSUB)
	send(t, xsub, "\x01A")
	expect(t, xpub, "\x01A")
	send(t, xpub, "B")
	send(t, xpub, "A1")
	expect(t, xsub, "A1")
}

func TestPushPullKeepsOrder(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	const count = 5000
	sent := inBackground(func() error {
		for i := range count {
			if _, err := push.Send(fmt.Sprint(i), 0); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range count {
		got, err := pull.Recv(0)
		must(t, err)
		equal(t, "message", got, fmt.Sprint(i))
	}
	must(t, await(t, "the sender", sent))
}

func TestPushSharesBetweenPullers(t *testing.T) {
	ctx := newContext(t)
	push := newSocket(t, ctx, zmq4.PUSH)
	pulls := []*zmq4.Socket{newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PULL)}
	for _, pull := range pulls {
		must(t, push.Connect(bind(t, pull)))
	}
	var turns sync.WaitGroup
	for _, pull := range pulls {
		turns.Go(func() {
			for range 50 {
				if _, err := pull.Recv(0); err != nil {
					t.Errorf("a worker did not get its half: %v", err)
					return
				}
			}
		})
	}
	for range 100 {
		send(t, push, "work")
	}
	turns.Wait()
}

func TestPairChats(t *testing.T) {
	alice, bob := pair(t, zmq4.PAIR, zmq4.PAIR)
	send(t, alice, "hi")
	expect(t, bob, "hi")
	send(t, bob, "hello", "again")
	send(t, bob, "?")
	expect(t, alice, "hello", "again")
	expect(t, alice, "?")
}

func TestDealerRouter(t *testing.T) {
	ctx := newContext(t)
	router := newSocket(t, ctx, zmq4.ROUTER)
	dealer := newSocket(t, ctx, zmq4.DEALER)
	must(t, dealer.SetIdentity("dealer-1"))
	must(t, dealer.Connect(bind(t, router)))
	for i := range 3 { // a DEALER need not wait for answers
		send(t, dealer, "", fmt.Sprint(i))
	}
	for i := range 3 {
		expect(t, router, "dealer-1", "", fmt.Sprint(i))
	}
	send(t, router, "dealer-1", "", "reply")
	expect(t, dealer, "", "reply")
}

func TestRouterAnswersRequests(t *testing.T) {
	router, req := pair(t, zmq4.ROUTER, zmq4.REQ)
	send(t, req, "question")
	msg, err := router.RecvMessage(0)
	must(t, err)
	equal(t, "envelope", strings.Join(msg[1:], "|"), "|question")
	send(t, router, msg[0], "", "answer")
	expect(t, req, "answer")
}

func TestInprocBetweenClients(t *testing.T) {
	first, second := newContext(t), newContext(t)
	pull, push := newSocket(t, first, zmq4.PULL), newSocket(t, second, zmq4.PUSH)
	must(t, pull.Bind("inproc://go-test"))
	must(t, push.Connect("inproc://go-test"))
	send(t, push, "inside the gateway")
	expect(t, pull, "inside the gateway")
}

func TestIpc(t *testing.T) {
	ctx := newContext(t)
	pull, push := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	endpoint := "ipc://" + t.TempDir() + "/feed"
	must(t, push.Connect(endpoint))
	must(t, pull.Bind(endpoint))
	send(t, push, "through a file")
	expect(t, pull, "through a file")
}

// replyServer is a REP in another process that answers with its own number in front.
const replyServer = `
import sys
import core as zmq
socket = zmq.Context().socket(zmq.REP)
socket.bind(sys.argv[1])
print(socket.get(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)
while True:
    socket.send(sys.argv[2].encode() + b" " + socket.recv())
`

func startReplyServer(t *testing.T, endpoint, name string) (*exec.Cmd, string) {
	t.Helper()
	server := testenv.PythonCommand("-c", replyServer, endpoint, name)
	output, err := server.StdoutPipe()
	must(t, err)
	must(t, server.Start())
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	var bound string
	_, err = fmt.Fscanln(output, &bound)
	must(t, err)
	return server, bound
}

func TestPeerIsKilledAndComesBack(t *testing.T) {
	server, endpoint := startReplyServer(t, "tcp://127.0.0.1:*", "first")
	dealer := newSocket(t, newContext(t), zmq4.DEALER)
	must(t, dealer.Connect(endpoint))
	send(t, dealer, "", "hello")
	expect(t, dealer, "", "first hello")

	must(t, server.Process.Kill()) // SIGKILL
	server.Wait()
	startReplyServer(t, endpoint, "second")
	must(t, dealer.SetRcvtimeo(5*blink))
	eventually(t, "the new server answers", func() bool {
		send(t, dealer, "", "still there?") // the first ones may be lost with the old connection
		msg, err := dealer.RecvMessage(0)
		return err == nil && msg[1] == "second still there?"
	})
}

// A REQ whose request died with the server goes on when it may ask again (REQ_RELAXED).
func TestRequestSurvivesKilledServer(t *testing.T) {
	server, endpoint := startReplyServer(t, "tcp://127.0.0.1:*", "first")
	req := newSocket(t, newContext(t), zmq4.REQ)
	must(t, req.SetReqRelaxed(1))
	must(t, req.SetReqCorrelate(1))
	must(t, req.Connect(endpoint))
	send(t, req, "hello")
	expect(t, req, "first hello")

	must(t, server.Process.Kill())
	server.Wait()
	startReplyServer(t, endpoint, "second")
	must(t, req.SetRcvtimeo(5*blink))
	eventually(t, "the new server answers", func() bool {
		send(t, req, "again")
		reply, err := req.Recv(0)
		return err == nil && reply == "second again"
	})
}
