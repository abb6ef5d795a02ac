package zmq4

// The reactor: one loop that calls handlers for sockets, channels and timers.

import (
	"errors"
	"fmt"
	"time"
)

type reactorSocket struct {
	events  State
	handler func(State) error
}

type reactorChannel struct {
	// receive takes a value without waiting; open is false when the channel is closed.
	receive func() (value interface{}, ready, open bool)
	handler func(interface{}) error
	limit   int
}

// Reactor mixes the handling of sockets, channels and timers in one goroutine:
//
//	reactor := zmq4.NewReactor()
//	reactor.AddSocket(socket, zmq4.POLLIN, handleSocket)
//	reactor.AddChannelTime(time.Tick(time.Second), 1, handleTick)
//	reactor.Run(100 * time.Millisecond)
//
// Handlers may add and remove sockets and channels. Other goroutines may not.
type Reactor struct {
	sockets  map[*Socket]*reactorSocket
	channels map[uint64]*reactorChannel
	poller   *Poller
	lastID   uint64
	verbose  bool
}

// NewReactor returns a reactor without handlers.
func NewReactor() *Reactor {
	return &Reactor{
		sockets:  make(map[*Socket]*reactorSocket),
		channels: make(map[uint64]*reactorChannel),
		poller:   NewPoller(),
	}
}

// AddSocket sets the handler of a socket, which is called with the states that are
// reached. A socket has one handler: the second replaces the first.
func (r *Reactor) AddSocket(soc *Socket, events State, handler func(State) error) {
	r.RemoveSocket(soc)
	r.sockets[soc] = &reactorSocket{events: events, handler: handler}
	r.poller.Add(soc, events)
}

// RemoveSocket removes the handler of a socket, if it has one.
func (r *Reactor) RemoveSocket(soc *Socket) {
	if _, ok := r.sockets[soc]; !ok {
		return
	}
	delete(r.sockets, soc)
	// A fresh poller, because a handler may call this while Run walks over a result.
	r.poller = NewPoller()
	for s, entry := range r.sockets {
		r.poller.Add(s, entry.events)
	}
}

// AddChannel sets a handler for the values of a channel and returns an id for
// RemoveChannel. With a positive limit at most that many values are handled in each
// turn of the loop. A closed channel is removed by itself.
func (r *Reactor) AddChannel(ch <-chan interface{}, limit int, handler func(interface{}) error) (id uint64) {
	return r.add(receiver(ch), limit, handler)
}

// AddChannelTime is AddChannel for a channel of times, such as time.Tick returns.
func (r *Reactor) AddChannelTime(ch <-chan time.Time, limit int, handler func(interface{}) error) (id uint64) {
	return r.add(receiver(ch), limit, handler)
}

func (r *Reactor) add(
	receive func() (interface{}, bool, bool), limit int, handler func(interface{}) error,
) uint64 {
	r.lastID++
	r.channels[r.lastID] = &reactorChannel{receive: receive, handler: handler, limit: limit}
	return r.lastID
}

func receiver[T any](ch <-chan T) func() (interface{}, bool, bool) {
	return func() (interface{}, bool, bool) {
		select {
		case value, open := <-ch:
			return value, true, open
		default:
			return nil, false, true
		}
	}
}

// RemoveChannel removes a handler that AddChannel or AddChannelTime set.
func (r *Reactor) RemoveChannel(id uint64) { delete(r.channels, id) }

// SetVerbose makes the reactor print what it handles.
func (r *Reactor) SetVerbose(verbose bool) { r.verbose = verbose }

// Run calls handlers until one of them returns an error, which Run returns. The
// sockets are waited for at most interval in each turn, then the channels are looked
// at. The interval must be positive when there are channels; without any it may be -1.
func (r *Reactor) Run(interval time.Duration) error {
	for {
		if err := r.handleChannels(); err != nil {
			return err
		}
		if len(r.channels) > 0 && interval < 0 {
			return errors.New("There are channels, but polling time-out is infinite")
		}
		if len(r.sockets) == 0 && len(r.channels) == 0 {
			return errors.New("No sockets to poll, no channels to read")
		}
		if err := r.handleSockets(interval); err != nil {
			return err
		}
	}
}

func (r *Reactor) handleChannels() error {
	for id, channel := range r.channels {
		if err := r.handleChannel(id, channel); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reactor) handleChannel(id uint64, channel *reactorChannel) error {
	for handled := 0; channel.limit <= 0 || handled < channel.limit; handled++ {
		value, ready, open := channel.receive()
		if !open {
			r.print("removing closed channel", id)
			delete(r.channels, id)
			return nil
		}
		if !ready {
			return nil
		}
		r.print("channel", id, value)
		if err := channel.handler(value); err != nil {
			return err
		}
		if r.channels[id] != channel { // the handler removed itself
			return nil
		}
	}
	return nil
}

func (r *Reactor) handleSockets(interval time.Duration) error {
	if len(r.sockets) == 0 {
		time.Sleep(interval)
		return nil
	}
	polled, err := r.poller.Poll(interval)
	if err != nil {
		return err
	}
	for _, item := range polled {
		entry, ok := r.sockets[item.Socket]
		if !ok { // an earlier handler of this turn removed it
			continue
		}
		r.print(item.Socket, item.Events)
		if err := entry.handler(item.Events); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reactor) print(what ...interface{}) {
	if r.verbose {
		fmt.Println(append([]interface{}{fmt.Sprintf("Reactor(%p)", r)}, what...)...)
	}
}
