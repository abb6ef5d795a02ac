package zmq4

// The proxy: two sockets whose messages are passed on to each other.

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Proxy passes messages on between two sockets, in both directions, until one of them is
// closed or its context terminated; it returns that error. The messages go to capture as
// well, if it is not nil.
//
// The messages come to this process and go back to the gateway.
func Proxy(frontend, backend, capture *Socket) error {
	return ProxySteerable(frontend, backend, capture, nil)
}

// ProxySteerable is Proxy with a socket that is listened to for the messages "PAUSE",
// "RESUME" and "TERMINATE"; the last makes it return nil. Any other message makes it fail
// with EINVAL. A control socket of type REP gets an empty reply to each.
func ProxySteerable(frontend, backend, capture, control *Socket) error {
	if err := allUsable(frontend, backend, capture, control); err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(context.Background())
	defer end(nil)
	p := &proxy{capture: capture, waiting: waiting{timeout: forever, ctx: ctx}, end: end, gate: make(chan struct{})}
	close(p.gate)
	var running sync.WaitGroup
	p.start(&running, frontend, backend)
	if frontend != backend {
		p.start(&running, backend, frontend)
	}
	if control != nil {
		running.Go(func() { end(p.obey(control)) })
	}
	running.Wait()
	if err := context.Cause(ctx); err != errTerminate {
		return err
	}
	return nil
}

// allUsable returns why one of the sockets cannot be used. Those that are nil do not count.
func allUsable(sockets ...*Socket) error {
	for _, soc := range sockets {
		if soc != nil && soc.usable() != nil {
			return soc.usable()
		}
	}
	return nil
}

type proxy struct {
	capture *Socket
	waiting waiting                 // until the proxy ends
	end     context.CancelCauseFunc // ends the proxy; the first reason counts

	mu   sync.Mutex
	gate chan struct{} // closed while messages may pass
}

// errTerminate is the reason for ending that is no error.
var errTerminate = errors.New("terminated")

// start passes messages on in one direction, if the types of the sockets have it.
func (p *proxy) start(running *sync.WaitGroup, from, to *Socket) {
	if from.typ.canReceive() && to.typ.canSend() {
		running.Go(func() { p.end(p.pump(from, to)) })
	}
}

func (p *proxy) pump(from, to *Socket) error {
	for {
		if err := from.link.waitReadable(p.waiting); err != nil {
			return err
		}
		if err := p.waitOpen(); err != nil {
			return err
		}
		msg, err := from.link.receive(notAtAll)
		if err == EAGAIN { // another goroutine was faster
			continue
		}
		if err != nil {
			return err
		}
		if err := p.pass(msg.parts, to); err != nil {
			return err
		}
		msg.release()
	}
}

func (p *proxy) pass(parts [][]byte, to *Socket) error {
	if p.capture != nil {
		if err := p.capture.link.send(parts, p.waiting); err != nil {
			return err
		}
	}
	return to.link.send(parts, p.waiting)
}

// waitOpen waits while the proxy is paused.
func (p *proxy) waitOpen() error {
	p.mu.Lock()
	gate := p.gate
	p.mu.Unlock()
	select {
	case <-gate:
		return nil
	case <-p.waiting.ctx.Done():
		return context.Cause(p.waiting.ctx)
	}
}

// obey follows the commands of the control socket until it says TERMINATE.
func (p *proxy) obey(control *Socket) error {
	for {
		msg, err := control.link.receive(p.waiting)
		if err != nil {
			return err
		}
		if err := p.obeyOne(msg.strings()[0]); err != nil {
			return err
		}
		if control.typ == REP {
			if _, err := control.SendMessageContext(p.waiting.ctx, ""); err != nil {
				return err
			}
		}
	}
}

func (p *proxy) obeyOne(command string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	open := isClosed(p.gate)
	switch {
	case command == "TERMINATE":
		return errTerminate
	case command == "PAUSE" && open:
		p.gate = make(chan struct{})
	case command == "RESUME" && !open:
		close(p.gate)
	case command != "PAUSE" && command != "RESUME":
		return fmt.Errorf("zmq4: a proxy does not understand %q: %w", command, EINVAL)
	}
	return nil
}

func isClosed(ch chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
