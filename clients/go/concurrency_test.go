package zmq4_test

// Several goroutines on one socket. Run with -race as well.

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"babelmq/zmq4"
)

func TestManyGoroutinesOnOneSocket(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	const senders, receivers, each = 8, 4, 500
	var working sync.WaitGroup
	for s := range senders {
		working.Go(func() {
			for i := range each {
				if _, err := push.SendMessage(fmt.Sprint(s), fmt.Sprint(i), "end"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var seen sync.Map
	var got atomic.Int64
	for range receivers {
		working.Go(func() {
			for range senders * each / receivers {
				msg, err := pull.RecvMessage(0)
				if err != nil {
					t.Error(err)
					return
				}
				if _, twice := seen.LoadOrStore(strings.Join(msg, "/"), true); twice || len(msg) != 3 || msg[2] != "end" {
					t.Errorf("got %q, mixed up or twice", msg)
				}
				got.Add(1)
			}
		})
	}
	working.Wait()
	equal(t, "messages", got.Load(), senders*each)
}

func TestOptionsAndEndpointsBesideTraffic(t *testing.T) {
	pull, push := pair(t, zmq4.PULL, zmq4.PUSH)
	const count = 2000
	var working sync.WaitGroup
	working.Go(func() {
		for range count {
			if _, err := push.Send("x", 0); err != nil {
				t.Error(err)
				return
			}
		}
	})
	working.Go(func() {
		for range 50 {
			if err := push.SetSndtimeo(patience); err != nil {
				t.Error(err)
			}
			if _, err := push.GetSndhwm(); err != nil {
				t.Error(err)
			}
			if _, err := pull.GetEvents(); err != nil {
				t.Error(err)
			}
		}
	})
	for range count {
		expect(t, pull, "x")
	}
	working.Wait()
}

func TestSendersAndCloserRace(t *testing.T) {
	for range 20 {
		ctx := newContext(t)
		push := newSocket(t, ctx, zmq4.PUSH)
		must(t, push.Connect("inproc://go-race"))
		var working sync.WaitGroup
		for range 4 {
			working.Go(func() {
				for {
					if _, err := push.Send("x", 0); err != nil {
						return
					}
				}
			})
		}
		time.Sleep(time.Millisecond) // any moment will do
		working.Go(func() { push.Close() })
		ctx.Term()
		working.Wait()
	}
}

func TestOpenersAndTermRace(t *testing.T) {
	for range 20 {
		ctx := newContext(t)
		var working sync.WaitGroup
		for range 4 {
			working.Go(func() {
				for {
					if _, err := ctx.NewSocket(zmq4.PAIR); err != nil {
						return
					}
				}
			})
		}
		time.Sleep(time.Millisecond) // any moment will do
		must(t, ctx.Term())
		working.Wait()
	}
}

// Every socket opened by its own goroutine, in one context.
func TestManySocketsAtOnce(t *testing.T) {
	ctx := newContext(t)
	var working sync.WaitGroup
	for i := range 20 {
		working.Go(func() {
			rep, err := ctx.NewSocket(zmq4.REP)
			if err != nil {
				t.Error(err)
				return
			}
			defer rep.Close()
			endpoint := fmt.Sprint("inproc://go-many-", i)
			if err := rep.Bind(endpoint); err != nil {
				t.Error(err)
				return
			}
			req, err := ctx.NewSocket(zmq4.REQ)
			if err != nil {
				t.Error(err)
				return
			}
			defer req.Close()
			if err := exchange(req, rep, endpoint); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
}

func exchange(req, rep *zmq4.Socket, endpoint string) error {
	if err := req.Connect(endpoint); err != nil {
		return err
	}
	for range 20 {
		if _, err := req.Send("question", 0); err != nil {
			return err
		}
		if _, err := rep.Recv(0); err != nil {
			return err
		}
		if _, err := rep.Send("answer", 0); err != nil {
			return err
		}
		if _, err := req.Recv(0); err != nil {
			return err
		}
	}
	return nil
}
