package zmq4

// Waiting for several sockets at once.

import (
	"fmt"
	"time"
)

// Polled is a socket and what it is ready for; see Poller.Poll.
type Polled struct {
	Socket *Socket // socket with matched event(s)
	Events State   // actual matched event(s)
}

// Poller waits until one of several sockets can receive or send:
//
//	poller := zmq4.NewPoller()
//	poller.Add(frontend, zmq4.POLLIN)
//	poller.Add(backend, zmq4.POLLIN)
//	for {
//		polled, err := poller.Poll(-1)
//		…
//		for _, item := range polled {
//			msg, err := item.Socket.RecvMessage(0)
//			…
//		}
//	}
//
// A Poller belongs to one goroutine; its sockets need not.
type Poller struct {
	items []Polled // Events is what is asked for
}

// NewPoller returns a poller without sockets.
func NewPoller() *Poller { return &Poller{} }

// Add adds a socket and the states to wait for, POLLIN, POLLOUT or both. It returns an id
// for Update and Remove, which is also the socket's place in the result of PollAll.
func (p *Poller) Add(soc *Socket, events State) int {
	p.items = append(p.items, Polled{soc, events})
	return len(p.items) - 1
}

// Update changes the states to wait for. It returns the previous ones, or ErrorNoSocket.
func (p *Poller) Update(id int, events State) (previous State, err error) {
	if id < 0 || id >= len(p.items) {
		return 0, ErrorNoSocket
	}
	previous, p.items[id].Events = p.items[id].Events, events
	return previous, nil
}

// UpdateBySocket is Update for the first entry of a socket.
func (p *Poller) UpdateBySocket(soc *Socket, events State) (previous State, err error) {
	return p.Update(p.find(soc), events)
}

// Remove removes an entry; the ids of those after it become one less. It fails with
// ErrorNoSocket when there is no such id.
func (p *Poller) Remove(id int) error {
	if id < 0 || id >= len(p.items) {
		return ErrorNoSocket
	}
	p.items = append(p.items[:id], p.items[id+1:]...)
	return nil
}

// RemoveBySocket is Remove for the first entry of a socket.
func (p *Poller) RemoveBySocket(soc *Socket) error { return p.Remove(p.find(soc)) }

func (p *Poller) find(soc *Socket) int {
	for id, item := range p.items {
		if item.Socket == soc {
			return id
		}
	}
	return -1
}

// Poll waits until at least one socket is ready, for at most timeout (-1 = for ever), and
// returns those that are. The list is empty after the timeout.
func (p *Poller) Poll(timeout time.Duration) ([]Polled, error) {
	all, err := p.PollAll(timeout)
	ready := make([]Polled, 0, len(all))
	for _, item := range all {
		if item.Events != 0 {
			ready = append(ready, item)
		}
	}
	return ready, err
}

// PollAll is Poll, but returns all sockets in the order they were added. Look at Events to
// see which are ready.
func (p *Poller) PollAll(timeout time.Duration) ([]Polled, error) {
	if len(p.items) == 0 {
		return []Polled{}, nil
	}
	poked := make(watcher, 1)
	for _, item := range p.items {
		if item.Socket.link != nil {
			item.Socket.link.watch(poked)
			defer item.Socket.link.unwatch(poked)
		}
	}
	passed, stop := after(timeout)
	defer stop()
	for {
		polled, ready, err := p.look()
		if ready || err != nil {
			return polled, err
		}
		if waitPoked(nil, poked, passed) != nil {
			polled, _, err = p.look()
			return polled, err
		}
	}
}

// look asks every socket for its state.
func (p *Poller) look() (polled []Polled, ready bool, err error) {
	polled = make([]Polled, len(p.items))
	for i, item := range p.items {
		events, err := item.Socket.GetEvents()
		if err != nil {
			return []Polled{}, false, err
		}
		polled[i] = Polled{item.Socket, events & item.Events}
		ready = ready || polled[i].Events != 0
	}
	return polled, ready, nil
}

// String returns the sockets and the states that are waited for.
func (p *Poller) String() string {
	items := make([]string, len(p.items))
	for i, item := range p.items {
		items[i] = fmt.Sprintf("%v%v", item.Socket, item.Events)
	}
	return fmt.Sprint("Poller", items)
}

// events returns what the link is ready for. What was received can still be taken when the
// link cannot be used any more; after that the reason is returned.
func (l *link) events() (State, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var state State
	if l.readable() {
		state |= POLLIN
	}
	if l.err == nil && l.typ.canSend() && l.hasCredit() && l.maySend(l.typ) == nil {
		state |= POLLOUT
	}
	if state == 0 {
		return 0, l.err
	}
	return state, nil
}
