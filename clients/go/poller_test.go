package zmq4_test

// Poller, Reactor and Proxy.

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"babelmq/zmq4"
)

func TestPoller(t *testing.T) {
	first, firstPush := pair(t, zmq4.PULL, zmq4.PUSH)
	second, secondPush := pair(t, zmq4.PULL, zmq4.PUSH)
	poller := zmq4.NewPoller()
	equal(t, "id", poller.Add(first, zmq4.POLLIN), 0)
	equal(t, "id", poller.Add(second, zmq4.POLLIN), 1)

	polled, err := poller.Poll(0)
	must(t, err)
	equal(t, "ready", len(polled), 0)
	start := time.Now()
	polled, err = poller.Poll(blink)
	must(t, err)
	equal(t, "ready", len(polled), 0)
	if passed := time.Since(start); passed < blink {
		t.Errorf("waited %v", passed)
	}

	polling := inBackground(func() []zmq4.Polled { polled, _ := poller.Poll(-1); return polled })
	still(t, "polling", polling)
	send(t, secondPush, "wake up")
	polled = await(t, "polling", polling)
	if len(polled) != 1 || polled[0].Socket != second || polled[0].Events != zmq4.POLLIN {
		t.Fatalf("got %v", polled)
	}
	all, err := poller.PollAll(-1)
	must(t, err)
	equal(t, "states", fmt.Sprint(all[0].Events, all[1].Events), "<NONE> POLLIN")

	send(t, firstPush, "you too")
	eventually(t, "both are ready", func() bool {
		polled, err := poller.Poll(-1)
		must(t, err)
		return len(polled) == 2
	})
}

func TestPollerEntries(t *testing.T) {
	push, pull := pair(t, zmq4.PUSH, zmq4.PULL)
	poller := zmq4.NewPoller()
	poller.Add(push, zmq4.POLLIN)
	id := poller.Add(pull, zmq4.POLLOUT)
	previous, err := poller.Update(id, zmq4.POLLIN)
	must(t, err)
	equal(t, "previous", previous, zmq4.POLLOUT)
	_, err = poller.UpdateBySocket(push, zmq4.POLLOUT)
	must(t, err)
	polled, err := poller.Poll(-1)
	must(t, err)
	equal(t, "ready", polled[0].Socket, push)
	equal(t, "events", polled[0].Events, zmq4.POLLOUT)
	if text := poller.String(); !strings.Contains(text, "PUSH") || !strings.Contains(text, "POLLIN") {
		t.Errorf("it prints as %q", text)
	}

	must(t, poller.RemoveBySocket(push))
	must(t, poller.Remove(0))
	polled, err = poller.Poll(-1)
	must(t, err)
	equal(t, "nothing to poll", len(polled), 0)
	equal(t, "error", poller.Remove(0), zmq4.ErrorNoSocket)
	equal(t, "error", poller.RemoveBySocket(push), zmq4.ErrorNoSocket)
	_, err = poller.Update(0, zmq4.POLLIN)
	equal(t, "error", err, zmq4.ErrorNoSocket)
	_, err = poller.UpdateBySocket(push, zmq4.POLLIN)
	equal(t, "error", err, zmq4.ErrorNoSocket)
}

func TestEventsFollowTheTurn(t *testing.T) {
	rep, req := pair(t, zmq4.REP, zmq4.REQ)
	events := func(soc *zmq4.Socket) zmq4.State {
		state, err := soc.GetEvents()
		must(t, err)
		return state
	}
	eventually(t, "REQ can send", func() bool { return events(req) == zmq4.POLLOUT })
	equal(t, "REP before a request", events(rep), 0)
	send(t, req, "question")
	eventually(t, "REP can receive", func() bool { return events(rep) == zmq4.POLLIN })
	equal(t, "REQ while it waits", events(req), 0)
	expect(t, rep, "question")
	eventually(t, "REP can send", func() bool { return events(rep) == zmq4.POLLOUT })
	send(t, rep, "answer")
	eventually(t, "REQ can receive", func() bool { return events(req) == zmq4.POLLIN })
	expect(t, req, "answer")
	eventually(t, "REQ can send again", func() bool { return events(req) == zmq4.POLLOUT })
}

func TestPollClosedSocket(t *testing.T) {
	soc := newSocket(t, newContext(t), zmq4.PULL)
	poller := zmq4.NewPoller()
	poller.Add(soc, zmq4.POLLIN)
	polling := inBackground(func() error { _, err := poller.Poll(-1); return err })
	still(t, "polling", polling)
	must(t, soc.Close())
	equal(t, "error", await(t, "polling", polling), zmq4.ErrorSocketClosed)
}

func TestReactor(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	reactor := zmq4.NewReactor()
	var log []string
	stop := errors.New("enough")
	reactor.AddSocket(pull, zmq4.POLLIN, func(zmq4.State) error {
		msg, err := pull.Recv(0)
		log = append(log, msg)
		if len(log) == 4 {
			return stop
		}
		return err
	})
	values := make(chan interface{}, 3)
	values <- "from a channel"
	values <- "dropped, because the handler removes itself"
	var id uint64
	id = reactor.AddChannel(values, 0, func(value interface{}) error {
		log = append(log, value.(string))
		reactor.RemoveChannel(id)
		return nil
	})
	closed := make(chan interface{})
	close(closed)
	reactor.AddChannel(closed, 0, func(interface{}) error { return errors.New("a closed channel has no values") })
	tick := make(chan time.Time, 1)
	tick <- time.Now()
	reactor.AddChannelTime(tick, 1, func(interface{}) error {
		send(t, push, "one")
		send(t, push, "two")
		send(t, push, "three")
		return nil
	})
	equal(t, "error of Run", reactor.Run(blink), stop)
	equal(t, "log", strings.Join(log, ", "), "from a channel, one, two, three")

	reactor.RemoveSocket(pull)
	if err := reactor.Run(-1); err == nil || err == stop {
		t.Errorf("channels and no timeout: got %v", err)
	}
	if err := zmq4.NewReactor().Run(-1); err == nil {
		t.Error("nothing to do should be an error")
	}
}

// The parts of a broker: requests on one side, workers on the other, the proxy in between.
func TestProxy(t *testing.T) {
	ctx := newContext(t)
	frontend, backend := newSocket(t, ctx, zmq4.ROUTER), newSocket(t, ctx, zmq4.DEALER)
	capture, watched := newSocket(t, ctx, zmq4.PUSH), newSocket(t, ctx, zmq4.PULL)
	control, remote := newSocket(t, ctx, zmq4.REP), newSocket(t, ctx, zmq4.REQ)
	front, back := bind(t, frontend), bind(t, backend)
	must(t, capture.Connect(bind(t, watched)))
	must(t, remote.Connect(bind(t, control)))
	running := inBackground(func() error {
		return zmq4.ProxySteerable(frontend, backend, capture, control)
	})
	req, rep := newSocket(t, ctx, zmq4.REQ), newSocket(t, ctx, zmq4.REP)
	must(t, req.Connect(front))
	must(t, rep.Connect(back))
	send(t, req, "question")
	expect(t, rep, "question")
	send(t, rep, "answer")
	expect(t, req, "answer")
	for _, want := range []string{"question", "answer"} {
		msg, err := watched.RecvMessage(0)
		must(t, err)
		equal(t, "captured", msg[len(msg)-1], want)
	}

	command(t, remote, "PAUSE")
	send(t, req, "later")
	must(t, rep.SetRcvtimeo(blink))
	_, err := rep.Recv(0)
	mustFail(t, zmq4.EAGAIN, err)
	command(t, remote, "RESUME")
	must(t, rep.SetRcvtimeo(patience))
	expect(t, rep, "later")
	send(t, remote, "TERMINATE")
	must(t, await(t, "the proxy", running))
}

func command(t *testing.T, remote *zmq4.Socket, text string) {
	t.Helper()
	send(t, remote, text)
	expect(t, remote, "")
}

func TestProxyEnds(t *testing.T) {
	ctx := newContext(t)
	frontend, backend := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	running := inBackground(func() error { return zmq4.Proxy(frontend, backend, nil) })
	still(t, "the proxy", running)
	must(t, backend.Close())
	must(t, frontend.Close())
	equal(t, "error", await(t, "the proxy", running), zmq4.ErrorSocketClosed)
	equal(t, "error", zmq4.Proxy(frontend, backend, nil), zmq4.ErrorSocketClosed)

	control := newSocket(t, ctx, zmq4.PAIR)
	talk := newSocket(t, ctx, zmq4.PAIR)
	must(t, talk.Connect(bind(t, control)))
	send(t, talk, "JUMP")
	front, back := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	mustFail(t, zmq4.EINVAL, zmq4.ProxySteerable(front, back, nil, control))
}
