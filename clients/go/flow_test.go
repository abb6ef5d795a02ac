package zmq4_test

// High-water marks, back-pressure, timeouts: a remote socket blocks where a local one would.

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"babelmq/zmq4"
)

func TestPushWithoutPeerBlocks(t *testing.T) {
	ctx := newContext(t)
	push, pull := newSocket(t, ctx, zmq4.PUSH), newSocket(t, ctx, zmq4.PULL)
	endpoint := bind(t, push)
	_, err := push.Send("x", zmq4.DONTWAIT)
	mustFail(t, zmq4.EAGAIN, err)
	_, err = push.SendMessageDontwait("x", "y")
	mustFail(t, zmq4.EAGAIN, err)
	_, err = push.Send("x", zmq4.DONTWAIT|zmq4.SNDMORE)
	mustFail(t, zmq4.EAGAIN, err)

	must(t, push.SetSndtimeo(blink))
	start := time.Now()
	_, err = push.Send("x", 0)
	mustFail(t, zmq4.EAGAIN, err)
	if passed := time.Since(start); passed < blink {
		t.Errorf("gave up after %v", passed)
	}

	must(t, push.SetSndtimeo(-1))
	sending := inBackground(func() error { _, err := push.Send("at last", 0); return err })
	still(t, "sending", sending)
	must(t, pull.Connect(endpoint))
	must(t, await(t, "sending", sending))
	expect(t, pull, "at last")
}

func TestPublisherNeverBlocks(t *testing.T) {
	pub := newSocket(t, newContext(t), zmq4.PUB)
	bind(t, pub)
	for range 5000 {
		send(t, pub, "nobody listens")
	}
}

// A queue to a peer that is not there holds SNDHWM messages, not many more, and all of them
// arrive when it comes.
func TestSendHighWaterMark(t *testing.T) {
	ctx := newContext(t)
	push := newSocket(t, ctx, zmq4.PUSH)
	must(t, push.SetSndhwm(10))
	free := newSocket(t, ctx, zmq4.PULL)
	endpoint := bind(t, free)
	must(t, free.Unbind(endpoint))
	must(t, free.Close())
	must(t, push.Connect(endpoint)) // the queue exists, the peer does not
	sent := sendUntilFull(t, push)
	if sent < 10 || sent > 30 {
		t.Fatalf("%d messages went out with a high-water mark of 10", sent)
	}
	pull := newSocket(t, ctx, zmq4.PULL)
	eventually(t, "the port is free", func() bool { return pull.Bind(endpoint) == nil })
	for i := range sent {
		expect(t, pull, fmt.Sprint(i))
	}
}

func sendUntilFull(t *testing.T, soc *zmq4.Socket) (sent int) {
	t.Helper()
	for ; sent < 100000; sent++ {
		if _, err := soc.Send(fmt.Sprint(sent), zmq4.DONTWAIT); errors.Is(err, zmq4.EAGAIN) {
			// Full for good, or only until the window moves on?
			must(t, soc.SetSndtimeo(5*blink))
			if _, err := soc.Send(fmt.Sprint(sent), 0); errors.Is(err, zmq4.EAGAIN) {
				return sent
			}
		} else {
			must(t, err)
		}
	}
	t.Fatal("it never blocked")
	return sent
}

// A consumer that does not receive stops the producer; when it goes on, so does the producer.
func TestSlowConsumerSlowsProducer(t *testing.T) {
	ctx := newContext(t)
	pull, push := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	must(t, pull.SetRcvhwm(10))
	must(t, push.SetSndhwm(10))
	must(t, push.Connect(bind(t, pull)))
	payload := make([]byte, 64<<10) // more than the kernel's buffers take in full
	const total = 1000
	sent := make(chan int, total)
	done := inBackground(func() error {
		defer close(sent)
		for i := range total {
			if _, err := push.SendBytes(payload, 0); err != nil {
				return err
			}
			sent <- i
		}
		return nil
	})
	eventually(t, "the producer stops", func() bool {
		before := len(sent)
		time.Sleep(3 * blink) // nothing moves for a while
		return before > 0 && len(sent) == before
	})
	if len(sent) == total {
		t.Fatal("nothing slowed the producer down")
	}
	for range total {
		_, err := pull.RecvBytes(0)
		must(t, err)
	}
	must(t, await(t, "the producer", done))
}

func TestLowReceiveHighWaterMark(t *testing.T) {
	ctx := newContext(t)
	pull, push := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	must(t, pull.SetRcvhwm(1))
	must(t, push.Connect(bind(t, pull)))
	for i := range 20 {
		send(t, push, fmt.Sprint(i))
	}
	for i := range 20 {
		expect(t, pull, fmt.Sprint(i))
	}
}

// More bytes than the receive window has, in large messages and in one that is larger.
func TestManyBytes(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	sizes := []int{3 << 20, 12 << 20, 1, 3 << 20, 3 << 20, 3 << 20, 9 << 20, 10}
	sending := inBackground(func() error {
		for _, size := range sizes {
			if _, err := push.SendBytes(make([]byte, size), 0); err != nil {
				return err
			}
		}
		return nil
	})
	for _, size := range sizes {
		got, err := pull.RecvBytes(0)
		must(t, err)
		equal(t, "size", len(got), size)
	}
	must(t, await(t, "sending", sending))
}

func TestConflate(t *testing.T) {
	ctx := newContext(t)
	pull, push := newSocket(t, ctx, zmq4.PULL), newSocket(t, ctx, zmq4.PUSH)
	must(t, push.SetConflate(true))
	endpoint := "inproc://go-conflate"
	must(t, push.Connect(endpoint))
	for i := range 10 {
		send(t, push, fmt.Sprint(i))
	}
	must(t, pull.Bind(endpoint))
	eventually(t, "the last message arrives", func() bool {
		msg, err := pull.Recv(0)
		must(t, err)
		return msg == "9"
	})
}
