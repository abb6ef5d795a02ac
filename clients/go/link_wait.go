package zmq4

// Waiting: for credit, for a message, for the result of a command, for several sockets.

import (
	"context"
	"fmt"
	"time"
)

// forever is the timeout that never passes, as in SetRcvtimeo(-1).
const forever = time.Duration(-1)

// watcher is poked whenever something about a link has changed. Its one place is enough:
// who is poked looks at everything again.
type watcher chan struct{}

// waiting says how long a caller is willing to wait.
type waiting struct {
	timeout time.Duration   // negative: for ever
	ctx     context.Context // nil: never cancelled
}

var notAtAll = waiting{}

// wait returns when ready does not say (false, nil) any more. It fails with EAGAIN after
// the timeout. It is called with l.mu held and gives it away while it waits.
func (l *link) wait(w waiting, ready func() (bool, error)) error {
	ok, err := ready()
	if ok || err != nil {
		return err
	}
	if w.timeout == 0 {
		return EAGAIN
	}
	poked := make(watcher, 1)
	l.watchers[poked] = struct{}{}
	defer delete(l.watchers, poked)
	passed, stop := after(w.timeout)
	defer stop()
	for {
		l.mu.Unlock()
		err := waitPoked(w.ctx, poked, passed)
		l.mu.Lock()
		if ok, failed := ready(); ok || failed != nil {
			return failed
		}
		if err != nil {
			return err
		}
	}
}

func waitPoked(ctx context.Context, poked watcher, passed <-chan time.Time) error {
	var cancelled <-chan struct{}
	if ctx != nil {
		cancelled = ctx.Done()
	}
	select {
	case <-poked:
		return nil
	case <-passed:
		return EAGAIN
	case <-cancelled:
		return fmt.Errorf("zmq4: %w", context.Cause(ctx))
	}
}

// after is time.After for timeouts that may be infinite.
func after(timeout time.Duration) (passed <-chan time.Time, stop func()) {
	if timeout < 0 {
		return nil, func() {}
	}
	timer := time.NewTimer(timeout)
	return timer.C, func() { timer.Stop() }
}

// poke makes everybody who waits look again. It is called with l.mu held.
func (l *link) poke() {
	for w := range l.watchers {
		select {
		case w <- struct{}{}:
		default: // poked already, and has not looked yet
		}
	}
}

func (l *link) watch(w watcher) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watchers[w] = struct{}{}
}

func (l *link) unwatch(w watcher) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.watchers, w)
}
